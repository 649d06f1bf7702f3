import { viewPull } from "../views/pull.ts";
import { viewReviewComment, viewReviewInWebhook } from "../views/review.ts";
import { notFound, Refusal } from "./errors.ts";
import { touch } from "./issue-record.ts";
import type { Actor, Pull, Review } from "./model.ts";
import { beginThread, dropThreads, type Remark } from "./threads.ts";
import { change, get, type Store, type World } from "./world.ts";

export type Verdict = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

export interface ReviewDraft {
  readonly verdict: Verdict | undefined;
  readonly body: string;
  readonly remarks: readonly Remark[];
}

/** A review with its remarks; without a verdict it stays pending, and only its author sees it. */
export async function addReview(
  world: World,
  store: Store,
  by: Actor,
  pull: Pull,
  draft: ReviewDraft,
): Promise<Review> {
  if (draft.verdict !== undefined) mustBeSayable(store, by, pull, draft.verdict, draft);
  if (pendingOf(store, by, pull) !== undefined) {
    throw new Refusal(422, "User can only have one pending review per pull request");
  }
  const review = newReview(world, store, by, pull, draft.body);
  try {
    for (const remark of draft.remarks) await beginThread(world, store, by, pull, review.id, remark);
  } catch (error) {
    dropReview(store, review.id);
    throw error;
  }
  return draft.verdict === undefined ? review : publish(world, store, by, review.id, draft.verdict, draft.body);
}

export function pendingOf(store: Store, by: Actor, { number }: Pull): Review | undefined {
  return [...store.reviews.values()].find(
    (review) => review.pull === number && review.state === "PENDING" && review.author.user.id === by.user.id,
  );
}

export function newReview(world: World, store: Store, by: Actor, { number, head }: Pull, body: string): Review {
  const id = world.nextId();
  const review: Review = {
    id,
    pull: number,
    author: by,
    body,
    state: "PENDING",
    sha: head.sha,
    submittedMs: undefined,
  };
  store.reviews.set(id, review);
  return review;
}

export function dropReview(store: Store, id: number): void {
  const mine = [...store.reviewComments.values()].filter(({ review }) => review === id);
  for (const comment of mine) store.reviewComments.delete(comment.id);
  dropThreads(store, new Set(mine.map(({ thread }) => thread)));
  store.reviews.delete(id);
}

function mustBeSayable(
  store: Store,
  by: Actor,
  { number }: Pull,
  verdict: Verdict,
  { body, remarks }: Pick<ReviewDraft, "body" | "remarks">,
): void {
  const isOwn = get(store.issues, number).author.user.id === by.user.id;
  if (isOwn && verdict === "APPROVE") throw new Refusal(422, "Can not approve your own pull request");
  if (isOwn && verdict === "REQUEST_CHANGES")
    throw new Refusal(422, "Can not request changes on your own pull request");
  const isEmpty = body.trim() === "" && (verdict === "REQUEST_CHANGES" || remarks.length === 0);
  if (verdict !== "APPROVE" && isEmpty) throw new Refusal(422, "Review body can't be blank");
}

export function submitReview(
  world: World,
  store: Store,
  by: Actor,
  id: number,
  verdict: Verdict,
  body: string | undefined,
): Review {
  const review = get(store.reviews, id);
  if (review.author.user.id !== by.user.id) throw notFound();
  if (review.state !== "PENDING") throw new Refusal(422, "Can not submit a review that has been submitted");
  const remarks = [...store.reviewComments.values()].filter((comment) => comment.review === id);
  const places = remarks.map((comment) => ({
    path: get(store.threads, comment.thread).origin.path,
    body: comment.body,
  }));
  const text = body ?? review.body;
  mustBeSayable(store, by, get(store.pulls, review.pull), verdict, { body: text, remarks: places });
  return publish(world, store, by, id, verdict, text);
}

const states = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

/** A review fulfils the request for it. The review is told of first, then each of its remarks. */
export function publish(world: World, store: Store, by: Actor, id: number, verdict: Verdict, body: string): Review {
  const changes = { state: states[verdict], body, submittedMs: world.nowMs() };
  const review = change(store.reviews, id, changes);
  const { requested } = get(store.pulls, review.pull);
  change(store.pulls, review.pull, { requested: requested.filter((user) => user.id !== by.user.id) });
  touch(world, store, review.pull);
  tellReview(world, store, by, "submitted", review);
  for (const comment of store.reviewComments.values()) {
    if (comment.review !== id) continue;
    const payload = { comment: viewReviewComment(world, store, comment), ...pullPayload(world, store, review.pull) };
    world.emit({ event: "pull_request_review_comment", action: "created", store, sender: by.user, payload });
  }
  return review;
}

const pullPayload = (world: World, store: Store, number: number): object => ({
  pull_request: viewPull(world, store, get(store.pulls, number)),
});

function tellReview(world: World, store: Store, by: Actor, action: string, review: Review, more: object = {}): void {
  const payload = {
    review: viewReviewInWebhook(world, store, review),
    ...pullPayload(world, store, review.pull),
    ...more,
  };
  world.emit({ event: "pull_request_review", action, store, sender: by.user, payload });
}

export function editReview(world: World, store: Store, by: Actor, id: number, body: string): Review {
  const before = get(store.reviews, id);
  if (before.author.user.id !== by.user.id) throw notFound();
  const review = change(store.reviews, id, { body });
  tellReview(world, store, by, "edited", review, { changes: { body: { from: before.body } } });
  return review;
}

export function dismissReview(world: World, store: Store, by: Actor, id: number): Review {
  const { state } = get(store.reviews, id);
  if (state !== "APPROVED" && state !== "CHANGES_REQUESTED") {
    throw new Refusal(422, `Can not dismiss a ${state.toLowerCase()} pull request review`);
  }
  const review = change(store.reviews, id, { state: "DISMISSED" });
  tellReview(world, store, by, "dismissed", review);
  return review;
}
