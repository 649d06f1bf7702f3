import { z } from "zod";
import { viewReview, viewReviewComment } from "../views/review.ts";
import { notFound, Refusal } from "../world/errors.ts";
import type { Pull, Review, ReviewComment } from "../world/model.ts";
import { findPull } from "../world/pulls.ts";
import {
  addReview,
  dismissReview,
  dropReview,
  editReview,
  newReview,
  pendingOf,
  publish,
  submitReview,
} from "../world/reviews.ts";
import { addTo, beginThread, editReviewComment, type Remark } from "../world/threads.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";
import { create, list, remove } from "./reactions.ts";

const side = z
  .string()
  .optional()
  .transform((text) => (text === "LEFT" ? "LEFT" : "RIGHT"));

const remarkSchema = z
  .object({
    path: z.string(),
    body: z.string(),
    line: z.number().optional(),
    start_line: z.number().optional(),
    side,
    subject_type: z.enum(["line", "file"]).optional(),
  })
  .transform(({ start_line: startLine, ...rest }) => ({ ...rest, startLine }));

const verdicts = z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]);

const reviewSchema = z.object({
  body: z.string().default(""),
  event: verdicts.optional(),
  comments: z.array(remarkSchema).default([]),
});

const submitSchema = z.object({ body: z.string().optional(), event: verdicts });
const bodySchema = z.object({ body: z.string() });
const replySchema = z.object({ body: z.string(), in_reply_to: z.number().optional() });

export const reviewHandlers: Handlers = {
  "pulls/list-reviews": (call) => paged(call, reviews(call), (review) => view(call, review)),
  "pulls/get-review": (call) => ({ status: 200, body: view(call, named(call)) }),
  "pulls/create-review": async (call) => {
    const { body, event: verdict, comments } = reviewSchema.parse(call.body ?? {});
    const draft = { body, verdict, remarks: comments.map(mustHaveLine) };
    const review = await addReview(call.world, call.store(), call.actor(), pullOf(call), draft).catch(inOneSentence);
    return { status: 200, body: view(call, review) };
  },
  "pulls/submit-review": (call) => {
    const { body, event } = submitSchema.parse(call.body);
    const review = submitReview(call.world, call.store(), call.actor(), named(call).id, event, body);
    return { status: 200, body: view(call, review) };
  },
  "pulls/update-review": (call) => {
    const review = editReview(call.world, call.store(), call.actor(), named(call).id, bodySchema.parse(call.body).body);
    return { status: 200, body: view(call, review) };
  },
  "pulls/dismiss-review": (call) => ({
    status: 200,
    body: view(call, dismissReview(call.world, call.store(), call.actor(), named(call).id)),
  }),
  "pulls/list-comments-for-review": (call) => {
    const { id } = named(call);
    return paged(
      call,
      comments(call).filter(({ review }) => review === id),
      (each) => viewComment(call, each),
    );
  },
  "pulls/list-review-comments": (call) => {
    const pull = pullOf(call).number;
    return paged(
      call,
      visible(call).filter((comment) => comment.pull === pull),
      (each) => viewComment(call, each),
    );
  },
  "pulls/list-review-comments-for-repo": (call) => paged(call, visible(call), (each) => viewComment(call, each)),
  "pulls/get-review-comment": (call) => ({ status: 200, body: viewComment(call, namedComment(call)) }),
  "pulls/update-review-comment": (call) => {
    const { body } = bodySchema.parse(call.body);
    const comment = editReviewComment(call.world, call.store(), call.actor(), namedComment(call).id, body);
    return { status: 200, body: viewComment(call, comment) };
  },
  "pulls/create-review-comment": createComment,
  "pulls/create-reply-for-review-comment": (call) => reply(call, namedComment(call), bodySchema.parse(call.body).body),
  "reactions/create-for-pull-request-review-comment": (call) => create(call, target(call)),
  "reactions/list-for-pull-request-review-comment": (call) => list(call, target(call)),
  "reactions/delete-for-pull-request-comment": remove,
};

const pullOf = (call: Call): Pull => findPull(call.store(), number(call, "pull_number"));

const view = (call: Call, review: Review): unknown => viewReview(call.world, call.store(), review);

const viewComment = (call: Call, comment: ReviewComment): unknown =>
  viewReviewComment(call.world, call.store(), comment);

const comments = (call: Call): ReviewComment[] => [...call.store().reviewComments.values()];

const target = (call: Call) => ({ on: "review-comment", of: namedComment(call).id }) as const;

const isVisible = (call: Call, { state, author }: Review): boolean =>
  state !== "PENDING" || (call.who.is !== "nobody" && author.user.id === call.actor().user.id);

const reviews = (call: Call): Review[] =>
  [...call.store().reviews.values()].filter((review) => review.pull === pullOf(call).number && isVisible(call, review));

/** What was remarked in pending reviews is listed for nobody. */
function visible(call: Call): ReviewComment[] {
  const sinceMs = Date.parse(call.query.get("since") ?? "1970-01-01T00:00:00Z");
  const found = comments(call).filter(
    ({ review, updatedMs }) =>
      get(call.store().reviews, review).state !== "PENDING" && Math.floor(updatedMs / 1000) * 1000 >= sinceMs,
  );
  const key = call.query.get("sort") === "updated" ? "updatedMs" : "createdMs";
  const up = found.toSorted((one, two) => one[key] - two[key]);
  return call.query.get("direction") === "desc" ? up.toReversed() : up;
}

function named(call: Call): Review {
  const review = get(call.store().reviews, number(call, "review_id"));
  if (review.pull !== pullOf(call).number || !isVisible(call, review)) throw notFound();
  return review;
}

const namedComment = (call: Call): ReviewComment => get(call.store().reviewComments, number(call, "comment_id"));

/** For whole reviews GitHub gives its reasons as plain sentences. */
function inOneSentence(error: unknown): never {
  if (!(error instanceof Refusal) || error.errors === undefined) throw error;
  const sentences = error.errors.map((each) => (typeof each === "string" ? each : (each.message ?? each.code)));
  throw new Refusal(422, "Unprocessable Entity", sentences);
}

/** In a review each remark names a line; only a single comment may stand for a whole file. */
function mustHaveLine(remark: Remark): Remark {
  if (remark.line === undefined) throw new Refusal(422, "Pull request review thread line can't be blank");
  return remark;
}

/** A comment outside of a review makes a review of its own around it, with its own webhook. */
async function createComment(call: Call): Promise<Answer> {
  const { in_reply_to: inReplyTo, body } = replySchema.parse(call.body);
  if (inReplyTo !== undefined) return reply(call, get(call.store().reviewComments, inReplyTo), body);
  const remark = remarkSchema.parse(call.body);
  const pull = pullOf(call);
  if (remark.subject_type !== "file") mustHaveLine(remark);
  const review = newReview(call.world, call.store(), call.actor(), pull, "");
  try {
    const comment = await beginThread(call.world, call.store(), call.actor(), pull, review.id, remark);
    publish(call.world, call.store(), call.actor(), review.id, "COMMENT", "");
    return { status: 201, body: viewComment(call, comment) };
  } catch (error) {
    dropReview(call.store(), review.id);
    throw error;
  }
}

/** So does an answer, unless its author has a review pending: then it becomes part of that. */
function reply(call: Call, to: ReviewComment, body: string): Answer {
  const { world } = call;
  const store = call.store();
  const by = call.actor();
  const pull = findPull(store, to.pull);
  if (call.params["pull_number"] !== undefined && pull.number !== pullOf(call).number) throw notFound();
  const pending = pendingOf(store, by, pull);
  const review = pending ?? newReview(world, store, by, pull, "");
  const first = to.inReplyTo ?? to.id;
  const comment = addTo(world, store, by, get(store.threads, to.thread), review.id, body, first);
  if (pending === undefined) publish(world, store, by, review.id, "COMMENT", "");
  return { status: 201, body: viewComment(call, comment) };
}
