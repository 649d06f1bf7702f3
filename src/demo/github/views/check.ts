import { latestRuns, runsIn, suiteState } from "../world/check-state.ts";
import type { CheckRun, CheckSuite, Commit, Pull } from "../world/model.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { viewRepository } from "./repository.ts";
import { api, node, time, viewApp } from "./user.ts";

type View = Record<string, unknown>;

const repositoryUrl = (world: World, { repository }: Store): string => api(world, `/repos/${fullName(repository)}`);

export function viewCheckRun(world: World, store: Store, run: CheckRun): View {
  const suite = get(store.suites, run.suite);
  const url = `${repositoryUrl(world, store)}/check-runs/${run.id}`;
  const html = `${world.url}/${fullName(store.repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: node("CR", run.id),
    head_sha: suite.commit.sha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    name: run.name,
    status: run.status,
    conclusion: run.conclusion,
    started_at: time(run.startedMs),
    completed_at: run.completedMs === undefined ? null : time(run.completedMs),
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { ...viewCheckSuite(world, store, suite), repository: undefined },
    app: viewApp(world, suite.app),
    pull_requests: pullsAt(store, suite.commit.sha).map((pull) => viewPullBriefly(world, store, pull)),
  };
}

export function viewCheckSuite(world: World, store: Store, suite: CheckSuite): View {
  const url = `${repositoryUrl(world, store)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: node("CS", suite.id),
    head_branch: suite.branch,
    head_sha: suite.commit.sha,
    ...suiteState(store, suite.id),
    url,
    before: suite.commit.parents[0] ?? null,
    after: suite.commit.sha,
    pull_requests: pullsAt(store, suite.commit.sha).map((pull) => viewPullBriefly(world, store, pull)),
    app: viewApp(world, suite.app),
    repository: viewRepository(world, store),
    created_at: time(suite.createdMs),
    updated_at: time(suite.updatedMs),
    head_commit: viewHeadCommit(suite.commit),
    latest_check_runs_count: latestRuns(runsIn(store, suite.id)).length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

export const viewHeadCommit = ({ sha, tree, message, author, committer }: Commit): View => ({
  id: sha,
  tree_id: tree,
  message,
  timestamp: time(committer.atMs),
  author: { name: author.name, email: author.email },
  committer: { name: committer.name, email: committer.email },
});

/** Open pull requests whose head this is; of those from forks GitHub does not tell here. */
export const pullsAt = (store: Store, sha: string): Pull[] =>
  [...store.pulls.values()].filter(
    ({ number, head }) =>
      head.sha === sha && head.repository === store.repository.id && get(store.issues, number).state === "open",
  );

export function viewPullBriefly(world: World, store: Store, { id, number, head, base }: Pull): View {
  const repo = { id: store.repository.id, url: repositoryUrl(world, store), name: store.repository.name };
  return {
    id,
    number,
    url: `${repositoryUrl(world, store)}/pulls/${number}`,
    head: { ref: head.branch, sha: head.sha, repo },
    base: { ref: base.branch, sha: base.sha, repo },
  };
}
