import { viewUser } from "../views/user.ts";
import { Refusal } from "./errors.ts";
import { addIssue, emitIssue, noteEvent, touch } from "./issue-record.ts";
import { addLabels, setLabels } from "./labels.ts";
import type { Actor, Issue, StateReason, User } from "./model.ts";
import { get, isAtLeast, roleOf, type Store, type World } from "./world.ts";

export interface IssueDraft {
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly assignees?: readonly string[] | undefined;
}

export function openIssue(world: World, store: Store, by: Actor, draft: IssueDraft): Issue {
  const { number } = addIssue(world, store, by, draft.title, draft.body ?? null);
  emitIssue(world, store, by, "opened", number);
  // Who may not triage has labels and assignees dropped without a word.
  if (mayTriage(store, by)) {
    addLabels(world, store, by, number, draft.labels ?? []);
    assign(world, store, by, number, draft.assignees ?? []);
  }
  return get(store.issues, number);
}

const mayTriage = (store: Store, by: Actor): boolean =>
  by.app !== undefined || isAtLeast(roleOf(store, by.user), "triage");

/** Authors may change what they wrote; others need a role. An App was asked for its permission already. */
export function mustOwnOrTriage(store: Store, by: Actor, author: User): void {
  if (author.id === by.user.id || mayTriage(store, by)) return;
  throw new Refusal(403, "Must have admin rights to Repository.");
}

export interface IssueChanges {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: "open" | "closed" | undefined;
  readonly stateReason?: StateReason | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly assignees?: readonly string[] | undefined;
}

export function editIssue(world: World, store: Store, by: Actor, number: number, changes: IssueChanges): Issue {
  mustOwnOrTriage(store, by, get(store.issues, number).author.user);
  editText(world, store, by, number, changes);
  if (changes.labels !== undefined) setLabels(world, store, by, number, changes.labels);
  if (changes.assignees !== undefined) {
    const kept = new Set(changes.assignees.map((login) => login.toLowerCase()));
    const others = get(store.issues, number).assignees.filter(({ login }) => !kept.has(login.toLowerCase()));
    unassign(
      world,
      store,
      by,
      number,
      others.map(({ login }) => login),
    );
    assign(world, store, by, number, changes.assignees);
  }
  if (changes.state === "closed") closeIssue(world, store, by, number, changes.stateReason ?? "completed");
  if (changes.state === "open") reopenIssue(world, store, by, number);
  return get(store.issues, number);
}

/** Title and body, with one `edited` for both. */
export function editText(world: World, store: Store, by: Actor, number: number, changes: IssueChanges): void {
  const before = get(store.issues, number);
  const { title = before.title, body = before.body } = changes;
  const edits = {
    ...(title !== before.title && { title: { from: before.title } }),
    ...(body !== before.body && { body: { from: before.body ?? "" } }),
  };
  if (Object.keys(edits).length === 0) return;
  const edit = { id: world.nextId(), by: by.user, atMs: world.nowMs() };
  touch(world, store, number, { title, body, edits: body === before.body ? before.edits : [...before.edits, edit] });
  if (title !== before.title) {
    noteEvent(world, store, by, number, "renamed", { rename: { from: before.title, to: title } });
  }
  emitIssue(world, store, by, "edited", number, { changes: edits });
}

export function closeIssue(world: World, store: Store, by: Actor, number: number, reason: StateReason): void {
  if (get(store.issues, number).state === "closed") return;
  const closed = { by: by.user, atMs: world.nowMs() };
  touch(world, store, number, { state: "closed", stateReason: store.pulls.has(number) ? null : reason, closed });
  noteEvent(world, store, by, number, "closed", { state_reason: reason });
  emitIssue(world, store, by, "closed", number);
}

export function reopenIssue(world: World, store: Store, by: Actor, number: number): void {
  if (get(store.issues, number).state === "open") return;
  const stateReason = store.pulls.has(number) ? null : "reopened";
  touch(world, store, number, { state: "open", stateReason, closed: undefined });
  noteEvent(world, store, by, number, "reopened", { state_reason: stateReason });
  emitIssue(world, store, by, "reopened", number);
}

/** GitHub assigns who can be assigned, and ignores all others: Apps, strangers and unknown names. */
export function assign(world: World, store: Store, by: Actor, number: number, logins: readonly string[]): void {
  const wanted = new Set(logins.map((login) => login.toLowerCase()));
  for (const user of world.users.values()) {
    const { assignees } = get(store.issues, number);
    const isMember = store.roles.has(user.id) || user.id === store.repository.owner.id;
    if (!wanted.has(user.login.toLowerCase()) || !isMember || assignees.some(({ id }) => id === user.id)) continue;
    touch(world, store, number, { assignees: [...assignees, user] });
    tellAssignee(world, store, by, number, user, "assigned");
  }
}

export function unassign(world: World, store: Store, by: Actor, number: number, logins: readonly string[]): void {
  const unwanted = new Set(logins.map((login) => login.toLowerCase()));
  for (const user of get(store.issues, number).assignees) {
    if (!unwanted.has(user.login.toLowerCase())) continue;
    const assignees = get(store.issues, number).assignees.filter(({ id }) => id !== user.id);
    touch(world, store, number, { assignees });
    tellAssignee(world, store, by, number, user, "unassigned");
  }
}

function tellAssignee(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  user: User,
  event: "assigned" | "unassigned",
): void {
  const assignee = viewUser(world, user);
  noteEvent(world, store, by, number, event, { assignee, assigner: viewUser(world, by.user) });
  emitIssue(world, store, by, event, number, { assignee });
}

export function lockIssue(world: World, store: Store, by: Actor, number: number, locked: boolean): void {
  touch(world, store, number, { locked });
  const event = locked ? "locked" : "unlocked";
  noteEvent(world, store, by, number, event, { lock_reason: null });
  if (!store.pulls.has(number)) emitIssue(world, store, by, event, number);
}

/** Gone for good, as only admins can do it. */
export function deleteIssue(world: World, store: Store, by: Actor, number: number): void {
  emitIssue(world, store, by, "deleted", number);
  store.issues.delete(number);
  store.gone.set(number, "deleted");
  for (const comment of store.comments.values()) if (comment.issue === number) store.comments.delete(comment.id);
}
