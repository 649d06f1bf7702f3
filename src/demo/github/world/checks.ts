import { viewCheckRun, viewCheckSuite } from "../views/check.ts";
import { suitesOn, suiteState } from "./check-state.ts";
import { Refusal } from "./errors.ts";
import { readCommit, resolve } from "./history.ts";
import type { Actor, App, CheckRun, CheckStatus, CheckSuite, Commit, Conclusion, User } from "./model.ts";
import { change, get, installationOf, type Store, type World } from "./world.ts";

export interface CheckFacts {
  readonly name?: string | undefined;
  readonly status?: CheckStatus | undefined;
  readonly conclusion?: Conclusion | undefined;
  readonly externalId?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly startedMs?: number | undefined;
  readonly completedMs?: number | undefined;
  readonly output?: Partial<CheckRun["output"]> | undefined;
  readonly actions?: readonly string[] | undefined;
}

export async function commitOf(store: Store, sha: string): Promise<Commit> {
  const { folder } = store.repository;
  const commit = (await resolve(folder, sha)) === sha ? await readCommit(folder, sha) : undefined;
  if (commit === undefined) throw new Refusal(422, `No commit found for SHA: ${sha}`);
  return commit;
}

/** The suite of an App on a commit; there is one, however many branches point to it. */
export function suiteOf(world: World, store: Store, app: App, commit: Commit, branch: string | null): CheckSuite {
  const known = suitesOn(store, commit.sha).find((suite) => suite.app.id === app.id);
  return known ?? addSuite(world, store, app, commit, branch);
}

export function addSuite(world: World, store: Store, app: App, commit: Commit, branch: string | null): CheckSuite {
  const nowMs = world.nowMs();
  const suite: CheckSuite = { id: world.nextId(), app, branch, commit, createdMs: nowMs, updatedMs: nowMs };
  store.suites.set(suite.id, suite);
  return suite;
}

/** On a push GitHub makes a suite for every App that may write checks, whether it wants one or not. */
export function requestSuite(world: World, store: Store, by: Actor, commit: Commit, branch: string): void {
  const installation = installationOf(world, store);
  if (installation?.permissions["checks"] !== "write") return;
  const suite = suiteOf(world, store, world.app, commit, branch);
  tellSuite(world, store, by.user, "requested", suite);
}

export function addCheckRun(
  world: World,
  store: Store,
  sender: User,
  suite: CheckSuite,
  name: string,
  facts: CheckFacts,
): CheckRun {
  const run: CheckRun = {
    id: world.nextId(),
    suite: suite.id,
    name,
    status: "queued",
    conclusion: null,
    startedMs: world.nowMs(),
    completedMs: undefined,
    externalId: "",
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    actions: [],
  };
  store.checkRuns.set(run.id, { ...run, ...changed(world, run, facts) });
  change(store.suites, suite.id, { updatedMs: world.nowMs() });
  tellRun(world, store, sender, "created", run.id);
  return settle(world, store, sender, run.id);
}

export function editCheckRun(world: World, store: Store, sender: User, id: number, facts: CheckFacts): CheckRun {
  const before = get(store.checkRuns, id);
  change(store.checkRuns, id, changed(world, before, facts));
  change(store.suites, before.suite, { updatedMs: world.nowMs() });
  return before.status === "completed" ? get(store.checkRuns, id) : settle(world, store, sender, id);
}

/** A conclusion makes a run completed, whatever its status is said to be. */
function changed(world: World, before: CheckRun, facts: CheckFacts): CheckRun {
  const status = facts.conclusion === undefined ? (facts.status ?? before.status) : "completed";
  if (status === "completed" && (facts.conclusion ?? before.conclusion) === null) {
    throw new Refusal(422, "Invalid request.\n\nMissing conclusion.");
  }
  const isDone = status === "completed";
  return {
    ...before,
    status,
    name: facts.name ?? before.name,
    conclusion: isDone ? (facts.conclusion ?? before.conclusion) : null,
    startedMs: facts.startedMs ?? before.startedMs,
    completedMs: isDone ? (facts.completedMs ?? before.completedMs ?? world.nowMs()) : undefined,
    externalId: facts.externalId ?? before.externalId,
    detailsUrl: facts.detailsUrl ?? before.detailsUrl,
    output: { ...before.output, ...facts.output },
    actions: facts.actions ?? before.actions,
  };
}

function settle(world: World, store: Store, sender: User, id: number): CheckRun {
  const run = get(store.checkRuns, id);
  if (run.status !== "completed") return run;
  tellRun(world, store, sender, "completed", id);
  const suite = get(store.suites, run.suite);
  if (suiteState(store, suite.id).status === "completed") tellSuite(world, store, sender, "completed", suite);
  return run;
}

/** Somebody wants it to run again; the App that owns it is told. */
export function rerequestRun(world: World, store: Store, sender: User, id: number): void {
  tellRun(world, store, sender, "rerequested", id);
}

export function rerequestSuite(world: World, store: Store, sender: User, id: number): void {
  tellSuite(world, store, sender, "rerequested", get(store.suites, id));
}

/** Somebody presses a button; there are none before the run has completed. */
export function pressButton(world: World, store: Store, sender: User, id: number, identifier: string): void {
  const run = get(store.checkRuns, id);
  if (run.status !== "completed" || !run.actions.includes(identifier)) {
    throw new Refusal(422, `the check run shows no button ${identifier}`);
  }
  tellRun(world, store, sender, "requested_action", id, { requested_action: { identifier } });
}

function tellRun(
  world: World,
  store: Store,
  sender: User,
  action: string,
  id: number,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const check_run = viewCheckRun(world, store, get(store.checkRuns, id));
  world.emit({ event: "check_run", action, store, sender, payload: { check_run, ...more } });
}

function tellSuite(world: World, store: Store, sender: User, action: string, suite: CheckSuite): void {
  const payload = { check_suite: viewCheckSuite(world, store, suite) };
  world.emit({ event: "check_suite", action, store, sender, payload });
}
