import type { Review, ReviewComment, Thread } from "../world/model.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { association, issueUrl, viewReactionCounts } from "./issue.ts";
import { api, node, time, viewUser } from "./user.ts";

type View = Record<string, unknown>;

const pullUrl = (world: World, { repository }: Store, pull: number): string =>
  api(world, `/repos/${fullName(repository)}/pulls/${pull}`);

const pullHtml = (world: World, store: Store, pull: number): string => issueUrl(world, store, get(store.issues, pull));

export function viewReview(world: World, store: Store, review: Review): View {
  const html = `${pullHtml(world, store, review.pull)}#pullrequestreview-${review.id}`;
  const pull_request_url = pullUrl(world, store, review.pull);
  return {
    id: review.id,
    node_id: node("PRR", review.id),
    user: viewUser(world, review.author.user),
    author_association: association(store, review.author.user),
    body: review.body,
    state: review.state,
    commit_id: review.sha,
    submitted_at: review.submittedMs === undefined ? undefined : time(review.submittedMs),
    html_url: html,
    pull_request_url,
    _links: { html: { href: html }, pull_request: { href: pull_request_url } },
  };
}

/** Webhooks write the state in small letters, and null for an empty body. */
export function viewReviewInWebhook(world: World, store: Store, review: Review): View {
  const view = viewReview(world, store, review);
  return { ...view, state: review.state.toLowerCase(), body: review.body === "" ? null : review.body };
}

export function viewReviewComment(world: World, store: Store, comment: ReviewComment): View {
  const thread = get(store.threads, comment.thread);
  const url = api(world, `/repos/${fullName(store.repository)}/pulls/comments/${comment.id}`);
  const html = `${pullHtml(world, store, comment.pull)}#discussion_r${comment.id}`;
  const pull_request_url = pullUrl(world, store, comment.pull);
  return {
    id: comment.id,
    node_id: node("PRRC", comment.id),
    url,
    html_url: html,
    pull_request_url,
    pull_request_review_id: comment.review,
    in_reply_to_id: comment.inReplyTo,
    user: viewUser(world, comment.author.user),
    author_association: association(store, comment.author.user),
    body: comment.body,
    created_at: time(comment.createdMs),
    updated_at: time(comment.updatedMs),
    reactions: viewReactionCounts(store, "review-comment", comment.id, `${url}/reactions`),
    ...viewPlace(store, thread),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull_request_url } },
  };
}

function viewPlace(store: Store, { origin, place, isOutdated, pull }: Thread): View {
  const { head } = get(store.pulls, pull);
  return {
    path: origin.path,
    diff_hunk: origin.hunk,
    side: origin.side,
    line: place.line ?? null,
    original_line: origin.line ?? null,
    start_line: place.startLine ?? null,
    original_start_line: origin.startLine ?? null,
    start_side: origin.startLine === undefined ? null : origin.side,
    position: isOutdated ? null : 1,
    original_position: 1,
    commit_id: isOutdated ? origin.sha : head.sha,
    original_commit_id: origin.sha,
    subject_type: origin.line === undefined ? "file" : "line",
  };
}
