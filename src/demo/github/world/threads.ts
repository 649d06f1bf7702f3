import { viewPull } from "../views/pull.ts";
import { viewReviewComment } from "../views/review.ts";
import { node } from "../views/user.ts";
import { invalid, notFound, Refusal } from "./errors.ts";
import { fileDiff, follow, hunkAt } from "./hunks.ts";
import type { Actor, Pull, ReviewComment, Side, Thread } from "./model.ts";
import { change, get, isAtLeast, roleOf, type Store, type World } from "./world.ts";

/** A remark on a file, or on lines of it. */
export interface Remark {
  readonly path: string;
  readonly body: string;
  readonly line?: number | undefined;
  readonly startLine?: number | undefined;
  readonly side?: Side | undefined;
}

/** Begins a conversation; the place must be part of what the pull request changes. */
export async function beginThread(
  world: World,
  store: Store,
  by: Actor,
  pull: Pull,
  review: number,
  remark: Remark,
): Promise<ReviewComment> {
  const { path, line, startLine, side = "RIGHT" } = remark;
  const diff = await fileDiff(store.repository.folder, pull, path);
  if (diff === undefined) throw wrong("pull_request_review_thread.path", "could not be resolved");
  const hunk = line === undefined ? diff : hunkAt(diff, line, side);
  if (hunk === undefined) throw wrong("pull_request_review_thread.line", "must be part of the diff");
  const place = { path, line, startLine, side };
  const thread: Thread = {
    id: world.nextId(),
    pull: pull.number,
    origin: { ...place, hunk, sha: pull.head.sha },
    place,
    isOutdated: false,
    resolvedBy: undefined,
  };
  store.threads.set(thread.id, thread);
  return addTo(world, store, by, thread, review, remark.body, undefined);
}

const wrong = (field: string, what: string): Refusal =>
  invalid({ resource: "PullRequestReviewComment", code: "custom", field, message: `${field} ${what}` });

/** Another comment in a conversation. */
export function addTo(
  world: World,
  store: Store,
  by: Actor,
  thread: Thread,
  review: number,
  body: string,
  inReplyTo: number | undefined,
): ReviewComment {
  if (body.trim() === "") throw wrong("body", "can't be blank");
  const nowMs = world.nowMs();
  const place = { id: world.nextId(), pull: thread.pull, review, thread: thread.id, inReplyTo };
  const comment: ReviewComment = { ...place, author: by, body, createdMs: nowMs, updatedMs: nowMs };
  store.reviewComments.set(comment.id, comment);
  return comment;
}

export function dropThreads(store: Store, ids: ReadonlySet<number>): void {
  for (const id of ids) if (commentsIn(store, id).length === 0) store.threads.delete(id);
}

export const commentsIn = (store: Store, thread: number): ReviewComment[] =>
  [...store.reviewComments.values()].filter((comment) => comment.thread === thread);

export function editReviewComment(world: World, store: Store, by: Actor, id: number, body: string): ReviewComment {
  const before = get(store.reviewComments, id);
  mustOwnOrWrite(store, by, before.author.user.id);
  const comment = change(store.reviewComments, id, { body, updatedMs: world.nowMs() });
  const payload = {
    comment: viewReviewComment(world, store, comment),
    changes: { body: { from: before.body } },
    pull_request: viewPull(world, store, get(store.pulls, comment.pull)),
  };
  world.emit({ event: "pull_request_review_comment", action: "edited", store, sender: by.user, payload });
  return comment;
}

function mustOwnOrWrite(store: Store, by: Actor, author: number): void {
  if (by.user.id === author || by.app !== undefined || isAtLeast(roleOf(store, by.user), "write")) return;
  throw new Refusal(403, "Must have admin rights to Repository.");
}

/** Resolving is for those who may write, and for the pull request's author. */
export function setResolved(world: World, store: Store, by: Actor, id: number, isResolved: boolean): Thread {
  const before = get(store.threads, id);
  mustOwnOrWrite(store, by, get(store.issues, before.pull).author.user.id);
  if ((before.resolvedBy !== undefined) === isResolved) return before;
  const thread = change(store.threads, id, { resolvedBy: isResolved ? by.user : undefined });
  const comments = commentsIn(store, id).map((comment) => viewReviewComment(world, store, comment));
  const payload = {
    thread: { node_id: node("PRRT", id), comments },
    pull_request: viewPull(world, store, get(store.pulls, thread.pull)),
  };
  const action = isResolved ? "resolved" : "unresolved";
  world.emit({ event: "pull_request_review_thread", action, store, sender: by.user, payload });
  return thread;
}

/** After a push each conversation stands where its lines went to. */
export async function followThreads(store: Store, pull: number, before: string, after: string): Promise<void> {
  for (const thread of store.threads.values()) {
    if (thread.pull !== pull || thread.isOutdated) continue;
    change(store.threads, thread.id, await follow(store.repository.folder, thread.place, before, after));
  }
}

export function findThread(stores: Iterable<Store>, id: number): { readonly store: Store; readonly thread: Thread } {
  for (const store of stores) {
    const thread = store.threads.get(id);
    if (thread !== undefined) return { store, thread };
  }
  throw notFound();
}
