import { viewComment, viewIssue } from "../views/issue.ts";
import { invalid, Refusal } from "./errors.ts";
import { touch } from "./issue-record.ts";
import { mustOwnOrTriage } from "./issues.ts";
import type { Actor, Comment } from "./model.ts";
import { change, get, isAtLeast, roleOf, type Store, type World } from "./world.ts";

const longestBody = 65_536;

export function addComment(world: World, store: Store, by: Actor, number: number, body: string): Comment {
  const { locked } = get(store.issues, number);
  if (locked && by.app === undefined && !isAtLeast(roleOf(store, by.user), "write")) {
    throw new Refusal(403, "Unable to create comment because issue is locked.");
  }
  checkBody(body);
  const nowMs = world.nowMs();
  const comment: Comment = { id: world.nextId(), issue: number, author: by, body, createdMs: nowMs, updatedMs: nowMs };
  store.comments.set(comment.id, comment);
  touch(world, store, number);
  tell(world, store, by, "created", comment);
  return comment;
}

export function editComment(world: World, store: Store, by: Actor, id: number, body: string): Comment {
  const before = get(store.comments, id);
  mustOwnOrTriage(store, by, before.author.user);
  checkBody(body);
  const comment = change(store.comments, id, { body, updatedMs: world.nowMs() });
  touch(world, store, comment.issue);
  tell(world, store, by, "edited", comment, { changes: { body: { from: before.body } } });
  return comment;
}

export function deleteComment(world: World, store: Store, by: Actor, id: number): void {
  const comment = get(store.comments, id);
  mustOwnOrTriage(store, by, comment.author.user);
  store.comments.delete(id);
  touch(world, store, comment.issue);
  tell(world, store, by, "deleted", comment);
}

function checkBody(body: string): void {
  const field = { resource: "IssueComment", field: "body" };
  if (body.trim() === "") throw invalid({ ...field, code: "missing_field" });
  const message = `body is too long (maximum is ${longestBody} characters)`;
  if (body.length > longestBody) throw invalid({ ...field, code: "custom", message });
}

function tell(world: World, store: Store, by: Actor, action: string, comment: Comment, more: object = {}): void {
  const issue = viewIssue(world, store, get(store.issues, comment.issue));
  const payload = { issue, comment: viewComment(world, store, comment), ...more };
  world.emit({ event: "issue_comment", action, store, sender: by.user, payload });
}
