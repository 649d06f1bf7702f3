import { viewIssue } from "../views/issue.ts";
import { viewRepository } from "../views/repository.ts";
import { viewUser } from "../views/user.ts";
import { addIssue } from "./issue-record.ts";
import type { Actor, Issue, Repository, Role, User } from "./model.ts";
import { fullName, get, permissionOf, type Store, type World } from "./world.ts";

/** What owners do in a repository's settings. */

export function renameRepository(world: World, store: Store, by: Actor, name: string): void {
  const from = store.repository.name;
  store.formerNames.add(fullName(store.repository).toLowerCase());
  store.repository = { ...store.repository, name };
  tell(world, store, by, "renamed", { changes: { repository: { name: { from } } } });
}

export function setArchived(world: World, store: Store, by: Actor, isArchived: boolean): void {
  store.repository = { ...store.repository, isArchived };
  tell(world, store, by, isArchived ? "archived" : "unarchived");
}

export function setPrivate(world: World, store: Store, by: Actor, isPrivate: boolean): void {
  store.repository = { ...store.repository, isPrivate };
  tell(world, store, by, isPrivate ? "privatized" : "publicized");
}

export function setDefaultBranch(world: World, store: Store, by: Actor, defaultBranch: string): void {
  const from = store.repository.defaultBranch;
  store.repository = { ...store.repository, defaultBranch };
  tell(world, store, by, "edited", { changes: { default_branch: { from } } });
}

/** Gone for good; the files on disk stay. */
export function deleteRepository(world: World, store: Store, by: Actor): void {
  tell(world, store, by, "deleted");
  world.stores.delete(store.repository.id);
}

/** To another owner; Apps of the old owner lose sight of it. */
export function transferRepository(world: World, store: Store, by: Actor, owner: User): void {
  const before: Repository = store.repository;
  store.formerNames.add(fullName(before).toLowerCase());
  store.repository = { ...before, owner };
  const from = { user: viewUser(world, before.owner) };
  tell(world, store, by, "transferred", { changes: { owner: { from } } });
}

function tell(world: World, store: Store, by: Actor, action: string, payload: Record<string, unknown> = {}): void {
  world.emit({ event: "repository", action, store, sender: by.user, payload });
}

/** Gives a person a role, or takes it away. */
export function setRole(world: World, store: Store, by: Actor, user: User, role: Role | undefined): void {
  const before = store.roles.get(user.id);
  if (role === undefined) store.roles.delete(user.id);
  else store.roles.set(user.id, role);
  const action = role === undefined ? "removed" : before === undefined ? "added" : "edited";
  const from = before === undefined ? undefined : permissionOf(before);
  const changes = { permission: { from, to: permissionOf(role) } };
  const payload = { member: viewUser(world, user), ...(action !== "removed" && { changes }) };
  world.emit({ event: "member", action, store, sender: by.user, payload });
}

/** Moves an issue to another repository; hands back what it is there. */
export function transferIssue(world: World, store: Store, by: Actor, number: number, target: Store): Issue {
  const { title, body, author } = get(store.issues, number);
  const moved = addIssue(world, target, author, title, body);
  const changes = { new_issue: viewIssue(world, target, moved), new_repository: viewRepository(world, target) };
  const issue = viewIssue(world, store, get(store.issues, number));
  world.emit({ event: "issues", action: "transferred", store, sender: by.user, payload: { issue, changes } });
  store.issues.delete(number);
  store.gone.set(number, { to: target, number: moved.number });
  return moved;
}
