import { viewJob, viewWorkflow, viewWorkflowRun } from "../views/workflow.ts";
import { jobsOf, workflowState } from "./check-state.ts";
import { addCheckRun, addSuite, editCheckRun } from "./checks.ts";
import { Refusal } from "./errors.ts";
import type { CheckRun, Commit, Conclusion, User, WorkflowRun } from "./model.ts";
import { change, fullName, get, type Store, type World } from "./world.ts";

export interface WorkflowDraft {
  readonly name: string;
  readonly commit: Commit;
  readonly branch: string;
  readonly event: string;
  readonly actor: User;
  readonly jobs: readonly string[];
}

/** GitHub Actions begins: each job is in progress at once. Every workflow run has a suite of its own. */
export function startWorkflow(world: World, store: Store, draft: WorkflowDraft): WorkflowRun {
  const nowMs = world.nowMs();
  const suite = addSuite(world, store, world.actions, draft.commit, draft.branch);
  const run: WorkflowRun = {
    id: world.nextId(),
    name: draft.name,
    number: store.workflowRuns.size + 1,
    attempt: 1,
    suite: suite.id,
    event: draft.event,
    actor: draft.actor,
    jobs: [],
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  store.workflowRuns.set(run.id, run);
  tellRun(world, store, "requested", run.id);
  for (const name of draft.jobs) startJob(world, store, run.id, name);
  tellRun(world, store, "in_progress", run.id);
  return get(store.workflowRuns, run.id);
}

function startJob(world: World, store: Store, id: number, name: string): void {
  const { suite, actor, jobs } = get(store.workflowRuns, id);
  const job = addCheckRun(world, store, actor, get(store.suites, suite), name, { status: "queued" });
  change(store.workflowRuns, id, { jobs: [...jobs, job.id] });
  tellJob(world, store, "queued", id, job.id);
  const detailsUrl = `${world.url}/${fullName(store.repository)}/actions/runs/${id}/job/${job.id}`;
  editCheckRun(world, store, actor, job.id, { status: "in_progress", detailsUrl });
  tellJob(world, store, "in_progress", id, job.id);
}

/** A job ends; with the last one ends the run. */
export function finishJob(
  world: World,
  store: Store,
  id: number,
  name: string,
  conclusion: Conclusion,
  log: string,
): void {
  const { actor } = get(store.workflowRuns, id);
  const job = jobsOf(store, id).find((each) => each.name === name && each.status !== "completed");
  if (job === undefined) throw new Error(`no job ${name} is running`);
  store.logs.set(job.id, log);
  editCheckRun(world, store, actor, job.id, { conclusion });
  change(store.workflowRuns, id, { updatedMs: world.nowMs() });
  tellJob(world, store, "completed", id, job.id);
  if (workflowState(store, id).status === "completed") tellRun(world, store, "completed", id);
}

const isBad = ({ conclusion }: CheckRun): boolean => conclusion !== "success" && conclusion !== "skipped";

/** A new attempt: failed jobs run again under new ids, the others stay as they are. */
export function rerunFailed(world: World, store: Store, id: number): void {
  const { status, conclusion } = workflowState(store, id);
  if (status !== "completed" || conclusion === "success") {
    throw new Refusal(403, "This workflow run cannot be retried");
  }
  rerun(world, store, id, isBad);
}

/** As `rerunFailed`, but of one job, however it ended. */
export function rerunJob(world: World, store: Store, id: number, job: number): void {
  if (workflowState(store, id).status !== "completed") {
    throw new Refusal(403, "The workflow run containing this job is already running");
  }
  rerun(world, store, id, (one) => one.id === job);
}

function rerun(world: World, store: Store, id: number, isAgain: (job: CheckRun) => boolean): void {
  const { attempt } = get(store.workflowRuns, id);
  const jobs = jobsOf(store, id);
  const kept = jobs.filter((job) => !isAgain(job)).map((job) => job.id);
  change(store.workflowRuns, id, { attempt: attempt + 1, jobs: kept, updatedMs: world.nowMs() });
  tellRun(world, store, "requested", id);
  for (const { name } of jobs.filter(isAgain)) startJob(world, store, id, name);
  tellRun(world, store, "in_progress", id);
}

function tellRun(world: World, store: Store, action: string, id: number): void {
  const run = get(store.workflowRuns, id);
  const payload = { workflow_run: viewWorkflowRun(world, store, run), workflow: viewWorkflow(world, store, run) };
  world.emit({ event: "workflow_run", action, store, sender: run.actor, payload });
}

function tellJob(world: World, store: Store, action: string, id: number, job: number): void {
  const run = get(store.workflowRuns, id);
  const payload = { workflow_job: viewJob(world, store, run, get(store.checkRuns, job)) };
  world.emit({ event: "workflow_job", action, store, sender: run.actor, payload });
}
