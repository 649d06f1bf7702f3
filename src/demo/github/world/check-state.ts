import type { CheckRun, CheckSuite, Pull, Status } from "./model.ts";
import { get, type Store } from "./world.ts";

/** What follows from the check runs on a commit. */

export const suitesOn = (store: Store, sha: string): CheckSuite[] =>
  [...store.suites.values()].filter(({ commit }) => commit.sha === sha);

export const runsIn = (store: Store, suite: number): CheckRun[] =>
  [...store.checkRuns.values()].filter((run) => run.suite === suite);

/** Of each name only the latest counts. */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  return [...new Map(runs.map((run) => [`${run.suite} ${run.name}`, run])).values()];
}

type State = Pick<CheckRun, "status" | "conclusion">;

export const suiteState = (store: Store, suite: number): State => stateOf(latestRuns(runsIn(store, suite)));

export const jobsOf = (store: Store, workflowRun: number): CheckRun[] =>
  get(store.workflowRuns, workflowRun).jobs.map((job) => get(store.checkRuns, job));

export const workflowState = (store: Store, workflowRun: number): State => stateOf(jobsOf(store, workflowRun));

const worst = ["failure", "timed_out", "cancelled", "action_required", "stale"] as const;

function stateOf(runs: readonly CheckRun[]): State {
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some(({ status }) => status !== "completed")) return { status: "in_progress", conclusion: null };
  const found = worst.find((conclusion) => runs.some((run) => run.conclusion === conclusion));
  const isNeutral = runs.every(({ conclusion }) => conclusion === "neutral" || conclusion === "skipped");
  return { status: "completed", conclusion: found ?? (isNeutral ? "neutral" : "success") };
}

/** What a protected base still waits for; neutral and skipped checks are as good as successful ones. */
export function missingChecks(store: Store, { base, head }: Pull): string[] {
  const suites = new Set(suitesOn(store, head.sha).map(({ id }) => id));
  const runs = latestRuns([...store.checkRuns.values()].filter(({ suite }) => suites.has(suite)));
  const good = new Set([
    ...runs.filter(({ conclusion }) => /^(success|neutral|skipped)$/.test(conclusion ?? "")).map(({ name }) => name),
    ...latestStatuses(store, head.sha).flatMap(({ state, context }) => (state === "success" ? [context] : [])),
  ]);
  return (store.protections.get(base.branch)?.contexts ?? []).filter((context) => !good.has(context));
}

export const latestStatuses = (store: Store, sha: string): Status[] => [
  ...new Map(
    [...store.statuses.values()].filter(({ commit }) => commit.sha === sha).map((status) => [status.context, status]),
  ).values(),
];
