import { viewCommit, viewPlainCommit } from "../views/commit.ts";
import { viewComment, viewIssueEvent } from "../views/issue.ts";
import { viewReview } from "../views/review.ts";
import { viewUser } from "../views/user.ts";
import { listCommits } from "../world/history.ts";
import { get } from "../world/world.ts";
import { type Call, type Handlers, number, paged } from "./call.ts";

interface Entry {
  readonly atMs: number;
  readonly view: () => unknown;
}

/** Events, comments, reviews and commits in the order in which they happened. */
export const timelineHandlers: Handlers = {
  "issues/list-events-for-timeline": async (call) => {
    const issue = get(call.store().issues, number(call, "issue_number")).number;
    const entries = [
      ...(await commits(call, issue)),
      ...events(call, issue),
      ...comments(call, issue),
      ...reviews(call, issue),
    ];
    const sorted = entries.toSorted((one, two) => one.atMs - two.atMs);
    return paged(call, sorted, (entry) => entry.view());
  },
};

const events = (call: Call, issue: number): Entry[] =>
  call
    .store()
    .events.filter((event) => event.issue === issue)
    .map((event) => ({ atMs: event.atMs, view: () => viewIssueEvent(call.world, call.store(), event) }));

const comments = (call: Call, issue: number): Entry[] =>
  [...call.store().comments.values()]
    .filter((comment) => comment.issue === issue)
    .map((comment) => ({
      atMs: comment.createdMs,
      view: () => ({
        event: "commented",
        actor: viewUser(call.world, comment.author.user),
        ...viewComment(call.world, call.store(), comment),
      }),
    }));

const reviews = (call: Call, issue: number): Entry[] =>
  [...call.store().reviews.values()].flatMap((review) =>
    review.pull !== issue || review.submittedMs === undefined
      ? []
      : [
          {
            atMs: review.submittedMs,
            view: () => ({
              event: "reviewed",
              ...viewReview(call.world, call.store(), review),
              state: review.state.toLowerCase(),
            }),
          },
        ],
  );

async function commits(call: Call, issue: number): Promise<Entry[]> {
  const store = call.store();
  const pull = store.pulls.get(issue);
  if (pull === undefined) return [];
  const found = await listCommits(store.repository.folder, ["--reverse", `${pull.base.sha}..${pull.head.sha}`]);
  return found.map((commit) => ({
    atMs: commit.committer.atMs,
    view: () => ({
      event: "committed",
      ...viewCommit(call.world, store, commit),
      ...viewPlainCommit(call.world, store, commit),
    }),
  }));
}
