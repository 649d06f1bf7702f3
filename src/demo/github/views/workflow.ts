import { workflowState } from "../world/check-state.ts";
import type { CheckRun, WorkflowRun } from "../world/model.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { pullsAt, viewHeadCommit, viewPullBriefly } from "./check.ts";
import { viewRepository } from "./repository.ts";
import { api, node, time, viewUser } from "./user.ts";

type View = Record<string, unknown>;

const repositoryUrl = (world: World, { repository }: Store): string => api(world, `/repos/${fullName(repository)}`);
const fileOf = ({ name }: WorkflowRun): string => `.github/workflows/${name.toLowerCase().replaceAll(/\W+/g, "-")}.yml`;

export function viewWorkflowRun(world: World, store: Store, run: WorkflowRun): View {
  const suite = get(store.suites, run.suite);
  const url = `${repositoryUrl(world, store)}/actions/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    display_title: suite.commit.message.split("\n")[0],
    node_id: node("WFR", run.id),
    check_suite_id: suite.id,
    check_suite_node_id: node("CS", suite.id),
    head_branch: suite.branch,
    head_sha: suite.commit.sha,
    path: fileOf(run),
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    ...workflowState(store, run.id),
    workflow_id: 1,
    url,
    html_url: `${world.url}/${fullName(store.repository)}/actions/runs/${run.id}`,
    pull_requests: pullsAt(store, suite.commit.sha).map((pull) => viewPullBriefly(world, store, pull)),
    created_at: time(run.createdMs),
    updated_at: time(run.updatedMs),
    run_started_at: time(run.createdMs),
    actor: viewUser(world, run.actor),
    triggering_actor: viewUser(world, run.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    check_suite_url: `${repositoryUrl(world, store)}/check-suites/${suite.id}`,
    workflow_url: `${repositoryUrl(world, store)}/actions/workflows/1`,
    previous_attempt_url: null,
    head_commit: viewHeadCommit(suite.commit),
    repository: viewRepository(world, store),
    head_repository: viewRepository(world, store),
    head_repository_id: store.repository.id,
  };
}

export function viewWorkflow(world: World, store: Store, run: WorkflowRun): View {
  return {
    id: 1,
    node_id: node("W", 1),
    name: run.name,
    path: fileOf(run),
    state: "active",
    created_at: time(store.repository.createdMs),
    updated_at: time(store.repository.createdMs),
    url: `${repositoryUrl(world, store)}/actions/workflows/1`,
    html_url: `${world.url}/${fullName(store.repository)}/blob/main/${fileOf(run)}`,
    badge_url: `${world.url}/${fullName(store.repository)}/workflows/${encodeURIComponent(run.name)}/badge.svg`,
  };
}

export function viewJob(world: World, store: Store, run: WorkflowRun, job: CheckRun): View {
  const suite = get(store.suites, run.suite);
  const url = repositoryUrl(world, store);
  const started = time(job.startedMs);
  const completed = job.completedMs === undefined ? null : time(job.completedMs);
  const { status, conclusion } = job;
  // The step that a time-out meets is cancelled.
  const ended = conclusion === "timed_out" ? "cancelled" : conclusion;
  const times = { started_at: started, completed_at: completed };
  const step = { name: `Run ${job.name}`, number: 1, status, conclusion: ended, ...times };
  return {
    id: job.id,
    node_id: node("CR", job.id),
    run_id: run.id,
    run_url: `${url}/actions/runs/${run.id}`,
    run_attempt: run.attempt,
    workflow_name: run.name,
    head_branch: suite.branch,
    head_sha: suite.commit.sha,
    name: job.name,
    url: `${url}/actions/jobs/${job.id}`,
    html_url: `${world.url}/${fullName(store.repository)}/actions/runs/${run.id}/job/${job.id}`,
    check_run_url: `${url}/check-runs/${job.id}`,
    status,
    conclusion,
    created_at: started,
    started_at: started,
    completed_at: completed,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "GitHub Actions 1",
    runner_group_id: 0,
    runner_group_name: "GitHub Actions",
    steps: job.status === "queued" ? [] : [step],
  };
}
