import { viewJob, viewWorkflowRun } from "../views/workflow.ts";
import { notFound } from "../world/errors.ts";
import type { WorkflowRun } from "../world/model.ts";
import { jobsOf, workflowState } from "../world/check-state.ts";
import { rerunFailed, rerunJob } from "../world/workflows.ts";
import { fullName, get } from "../world/world.ts";
import { type Call, type Handlers, number, paged } from "./call.ts";

/** GitHub Actions: runs, their jobs and logs. */
export const actionHandlers: Handlers = {
  "actions/list-workflow-runs-for-repo": (call) => {
    const runs = [...call.store().workflowRuns.values()].filter((run) => isListed(call, run)).toReversed();
    return paged(call, runs, (run) => view(call, run), "workflow_runs");
  },
  "actions/get-workflow-run": (call) => ({ status: 200, body: view(call, runOf(call)) }),
  "actions/list-jobs-for-workflow-run": (call) => {
    const run = runOf(call);
    return paged(call, jobsOf(call.store(), run.id), (job) => viewJob(call.world, call.store(), run, job), "jobs");
  },
  "actions/get-job-for-workflow-run": (call) => {
    const id = number(call, "job_id");
    const job = get(call.store().checkRuns, id);
    return { status: 200, body: viewJob(call.world, call.store(), runWith(call, id), job) };
  },
  "actions/download-job-logs-for-workflow-run": (call) => {
    const id = number(call, "job_id");
    if (!call.store().logs.has(id)) throw notFound();
    return { status: 302, headers: { location: `${call.world.url}/${fullName(call.store().repository)}/_logs/${id}` } };
  },
  "actions/re-run-workflow-failed-jobs": (call) => {
    rerunFailed(call.world, call.store(), runOf(call).id);
    return { status: 201, body: {} };
  },
  "actions/re-run-job-for-workflow-run": (call) => {
    const job = number(call, "job_id");
    rerunJob(call.world, call.store(), runWith(call, job).id, job);
    return { status: 201, body: {} };
  },
};

const view = (call: Call, run: WorkflowRun): unknown => viewWorkflowRun(call.world, call.store(), run);

const runOf = (call: Call): WorkflowRun => get(call.store().workflowRuns, number(call, "run_id"));

function runWith(call: Call, job: number): WorkflowRun {
  const run = [...call.store().workflowRuns.values()].find(({ jobs }) => jobs.includes(job));
  if (run === undefined) throw notFound();
  return run;
}

function isListed({ query, store }: Call, run: WorkflowRun): boolean {
  const { branch, commit, id } = get(store().suites, run.suite);
  const { status, conclusion } = workflowState(store(), run.id);
  const isOrAny = (name: string, ...values: readonly (string | null)[]): boolean =>
    !query.has(name) || values.includes(query.get(name));
  return (
    isOrAny("branch", branch) &&
    isOrAny("head_sha", commit.sha) &&
    isOrAny("event", run.event) &&
    isOrAny("actor", run.actor.login) &&
    isOrAny("check_suite_id", String(id)) &&
    isOrAny("status", status, conclusion)
  );
}
