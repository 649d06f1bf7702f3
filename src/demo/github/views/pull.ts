import { latestRuns, runsIn, suitesOn } from "../world/check-state.ts";
import type { Pull, PullEnd } from "../world/model.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { issueUrl, viewIssueState } from "./issue.ts";
import { viewRepository } from "./repository.ts";
import { api, node, time, viewUser } from "./user.ts";

export function viewPull(world: World, store: Store, pull: Pull): Record<string, unknown> {
  const issue = get(store.issues, pull.number);
  const repositoryUrl = api(world, `/repos/${fullName(store.repository)}`);
  const url = `${repositoryUrl}/pulls/${pull.number}`;
  const issueApi = `${repositoryUrl}/issues/${pull.number}`;
  const html = issueUrl(world, store, issue);
  return {
    id: pull.id,
    node_id: node("PR", pull.id),
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueApi,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl}/pulls/comments{/number}`,
    comments_url: `${issueApi}/comments`,
    statuses_url: `${repositoryUrl}/statuses/${pull.head.sha}`,
    ...viewIssueState(world, store, issue),
    draft: pull.isDraft,
    requested_reviewers: pull.requested.map((user) => viewUser(world, user)),
    requested_teams: [],
    head: viewEnd(world, pull.head),
    base: viewEnd(world, pull.base),
    ...viewMerge(world, store, pull),
    auto_merge: null,
    maintainer_can_modify: false,
    comments: [...store.comments.values()].filter((comment) => comment.issue === pull.number).length,
    _links: links({ url, html, issueApi, repositoryUrl, sha: pull.head.sha }),
  };
}

/** How GitHub sums up what a merge would meet. */
function mergeState(world: World, store: Store, pull: Pull): string {
  if (!pull.counts.isMergeable) return "dirty";
  if (pull.isDraft) return "draft";
  if (world.missingChecks(store, pull).length > 0) return "blocked";
  const runs = suitesOn(store, pull.head.sha).flatMap(({ id }) => latestRuns(runsIn(store, id)));
  return runs.some(({ conclusion }) => conclusion === "failure") ? "unstable" : "clean";
}

function viewMerge(world: World, store: Store, pull: Pull): Record<string, unknown> {
  const { merged, counts } = pull;
  return {
    merged: merged !== undefined,
    merged_at: merged === undefined ? null : time(merged.atMs),
    merged_by: merged === undefined ? null : viewUser(world, merged.by),
    merge_commit_sha: merged?.sha ?? null,
    mergeable: merged === undefined ? counts.isMergeable : null,
    mergeable_state: merged === undefined ? mergeState(world, store, pull) : "unknown",
    rebaseable: merged === undefined ? counts.isMergeable : null,
    commits: counts.commits,
    additions: counts.additions,
    deletions: counts.deletions,
    changed_files: counts.changedFiles,
  };
}

function viewEnd(world: World, { repository: id, branch, sha }: PullEnd): Record<string, unknown> {
  const store = get(world.stores, id);
  const { owner } = store.repository;
  return {
    label: `${owner.login}:${branch}`,
    ref: branch,
    sha,
    user: viewUser(world, owner),
    repo: viewRepository(world, store),
  };
}

interface Urls {
  readonly url: string;
  readonly html: string;
  readonly issueApi: string;
  readonly repositoryUrl: string;
  readonly sha: string;
}

function links({ url, html, issueApi, repositoryUrl, sha }: Urls): Record<string, unknown> {
  return {
    self: { href: url },
    html: { href: html },
    issue: { href: issueApi },
    comments: { href: `${issueApi}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${repositoryUrl}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${repositoryUrl}/statuses/${sha}` },
  };
}
