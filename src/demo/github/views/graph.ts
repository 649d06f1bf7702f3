import { QueryRefusal } from "../world/errors.ts";
import type { Issue, Pull, Review, ReviewComment, Thread, User } from "../world/model.ts";
import { closedBy } from "../world/pull-ends.ts";
import { commentsIn } from "../world/threads.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { issueUrl } from "./issue.ts";
import { node, time } from "./user.ts";

/** GraphQL knows bots without the `[bot]` that REST puts behind their names. */
export function showActor(world: World, user: User): object {
  const isBot = user.type === "Bot";
  return {
    __typename: isBot ? "Bot" : "User",
    id: node(isBot ? "BOT" : "U", user.id),
    databaseId: user.id,
    login: user.login.replace(/\[bot\]$/, ""),
    name: user.name,
    url: `${world.url}/${user.login}`,
  };
}

export function showRepository(world: World, store: Store): object {
  const { repository } = store;
  return {
    id: node("R", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    url: `${world.url}/${fullName(repository)}`,
    issue: ({ number }: { number: number }) => {
      const issue = store.issues.get(number);
      if (issue === undefined || store.pulls.has(number)) throw unresolvedNumber("Issue", number);
      return showIssue(world, store, issue);
    },
    pullRequest: ({ number }: { number: number }) => {
      const pull = store.pulls.get(number);
      if (pull === undefined) throw unresolvedNumber("PullRequest", number);
      return showPull(world, store, pull);
    },
  };
}

const unresolvedNumber = (kind: string, number: number): QueryRefusal =>
  new QueryRefusal("NOT_FOUND", `Could not resolve to a ${kind} with the number of ${number}.`);

const showIssue = (world: World, store: Store, issue: Issue): object => ({
  id: node("I", issue.id),
  databaseId: issue.id,
  number: issue.number,
  title: issue.title,
  body: issue.body ?? "",
  state: issue.state.toUpperCase(),
  url: issueUrl(world, store, issue),
  createdAt: time(issue.createdMs),
  userContentEdits: (page: Page) =>
    connection("userContentEdits", page, editsOf(issue), ({ id, by, atMs }) => ({
      id: node("UCE", id),
      editedAt: time(atMs),
      editor: showActor(world, by),
    })),
});

/** Once something was edited, GitHub counts its first version among the edits. */
const editsOf = ({ id, author, createdMs, edits }: Issue): Issue["edits"] =>
  edits.length === 0 ? [] : [{ id, by: author.user, atMs: createdMs }, ...edits];

export function showPull(world: World, store: Store, pull: Pull): object {
  const issue = get(store.issues, pull.number);
  const threads = [...store.threads.values()].filter(
    (thread) => thread.pull === pull.number && isPublic(store, thread),
  );
  return {
    ...showIssue(world, store, issue),
    __typename: "PullRequest",
    id: node("PR", pull.id),
    fullDatabaseId: String(pull.id),
    state: pull.merged === undefined ? issue.state.toUpperCase() : "MERGED",
    isDraft: pull.isDraft,
    merged: pull.merged !== undefined,
    mergeable: pull.counts.isMergeable ? "MERGEABLE" : "CONFLICTING",
    author: showActor(world, issue.author.user),
    headRefName: pull.head.branch,
    headRefOid: pull.head.sha,
    baseRefName: pull.base.branch,
    reviewThreads: (page: Page) => connection("reviewThreads", page, threads, (each) => showThread(world, store, each)),
    closingIssuesReferences: (page: Page) =>
      connection("closingIssuesReferences", page, closedBy(store, pull), (each) => showIssue(world, store, each)),
  };
}

const isPublic = (store: Store, { id }: Thread): boolean =>
  commentsIn(store, id).some(({ review }) => get(store.reviews, review).state !== "PENDING");

export function showThread(world: World, store: Store, thread: Thread): object {
  const { origin, place, isOutdated, resolvedBy } = thread;
  return {
    __typename: "PullRequestReviewThread",
    id: node("PRRT", thread.id),
    isResolved: resolvedBy !== undefined,
    resolvedBy: resolvedBy === undefined ? null : showActor(world, resolvedBy),
    isOutdated,
    path: origin.path,
    line: place.line ?? null,
    startLine: place.startLine ?? null,
    originalLine: origin.line ?? null,
    diffSide: origin.side,
    subjectType: origin.line === undefined ? "FILE" : "LINE",
    viewerCanResolve: resolvedBy === undefined,
    pullRequest: () => showPull(world, store, get(store.pulls, thread.pull)),
    comments: (page: Page) =>
      connection("comments", page, commentsIn(store, thread.id), (each) => showComment(world, store, each)),
  };
}

export const showComment = (world: World, store: Store, comment: ReviewComment): object => ({
  id: node("PRRC", comment.id),
  databaseId: comment.id,
  fullDatabaseId: String(comment.id),
  body: comment.body,
  author: showActor(world, comment.author.user),
  viewerDidAuthor: (_arguments: unknown, viewer: User) => viewer.id === comment.author.user.id,
  path: get(store.threads, comment.thread).origin.path,
  createdAt: time(comment.createdMs),
  url: `${issueUrl(world, store, get(store.issues, comment.pull))}#discussion_r${comment.id}`,
  replyTo: () => {
    const first = comment.inReplyTo === undefined ? undefined : store.reviewComments.get(comment.inReplyTo);
    return first === undefined ? null : showComment(world, store, first);
  },
  pullRequestReview: () => showReview(world, get(store.reviews, comment.review)),
});

const showReview = (world: World, review: Review): object => ({
  id: node("PRR", review.id),
  databaseId: review.id,
  fullDatabaseId: String(review.id),
  state: review.state,
  body: review.body,
  author: showActor(world, review.author.user),
});

interface Page {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string | null;
}

/** A slice with cursors; GitHub wants to know how many, and at most a hundred. */
function connection<T>(name: string, page: Page, items: readonly T[], show: (item: T) => object): object {
  const size = page.first ?? page.last;
  if (size === undefined || size > 100) {
    const message = `You must provide a \`first\` or \`last\` value of at most 100 to properly paginate the \`${name}\` connection.`;
    throw new QueryRefusal("MISSING_PAGINATION_BOUNDARIES", message);
  }
  const last = Number(page.before ?? items.length);
  const begin = page.first === undefined ? Math.max(0, last - size) : Number(page.after ?? 0);
  const end = page.first === undefined ? last : Math.min(items.length, begin + size);
  const nodes = items.slice(begin, end).map(show);
  return {
    nodes,
    edges: nodes.map((each, at) => ({ cursor: String(begin + at + 1), node: each })),
    totalCount: items.length,
    pageInfo: {
      startCursor: String(begin),
      endCursor: String(end),
      hasNextPage: end < items.length,
      hasPreviousPage: begin > 0,
    },
  };
}
