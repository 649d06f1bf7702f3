import type { FailedCheck, PullChecks } from "../core/pull-checks.ts";
import { counts } from "../core/pull-watch.ts";
import type { Task } from "../core/task.ts";
import { isRequired, type LookAtBase } from "./base-branch.ts";
import type { CommitCheck, ReadCommitChecks } from "./commit-checks.ts";

interface PullChecksParts {
  readonly readCommit: ReadCommitChecks;
  readonly lookAtBase: LookAtBase;
  readonly nowMs: () => number;
}

/** Longer than any job of GitHub Actions may take. What "runs" longer waits for a person, or was forgotten. */
const longestRunMs = 6 * 3_600_000;

/**
 * How the checks of the commit that we pushed last stand. Two requests while nothing failed; what the base requires, and whether
 * it fails the same, is asked only then.
 */
export function createPullChecks({ readCommit, lookAtBase, nowMs }: PullChecksParts) {
  const failuresOnBase = createFailuresOnBase(readCommit);
  return async (task: Task): Promise<PullChecks> => {
    const sha = task.delivered?.sha;
    if (sha === undefined) return { sha: "", running: 0, endedAtMs: 0, failures: [] };
    const checks = await readCommit(task.issue, sha);
    const endedAtMs = Math.max(0, ...checks.map((check) => check.endedAtMs));
    const running = checks.filter(({ state, sinceMs }) => state === "running" && nowMs() - sinceMs < longestRunMs);
    const failed = newestOf(checks.filter(({ state }) => state === "failed"));
    if (failed.length === 0) return { sha, running: running.length, endedAtMs, failures: [] };
    const base = await lookAtBase(task.issue, task.base?.branch ?? "");
    const judged = failed.map((check) => failedCheck(check, isRequired(base, check)));
    const isOfInterest = judged.some((failure) => counts(failure, task.policy));
    const keys = failed.map(({ key }) => key);
    const baseFails = isOfInterest ? await failuresOnBase(task, base.sha, keys) : new Set<string>();
    return {
      sha,
      // What does not count is not waited for, either.
      running: running.filter((check) => counts({ ...check, isRequired: isRequired(base, check) }, task.policy)).length,
      endedAtMs,
      failures: judged.map((failure) => ({ ...failure, isOnBase: baseFails.has(failure.key) })),
    };
  };
}

/** What of these the base fails, too: by its newest commit, and where that has no result yet, by the one that the work began at. */
function createFailuresOnBase(readCommit: ReadCommitChecks) {
  return async ({ issue, base }: Task, newest: string | undefined, keys: readonly string[]): Promise<Set<string>> => {
    const ended = async (sha: string) => (await readCommit(issue, sha)).filter(({ state }) => state !== "running");
    const now = newest === undefined ? [] : await ended(newest);
    const isKnown = keys.every((wanted) => now.some(({ key }) => key === wanted));
    const before = isKnown || base?.sha === undefined || base.sha === newest ? [] : await ended(base.sha);
    const states = new Map([...before, ...now].map(({ key, state }) => [key, state]));
    return new Set(keys.filter((key) => states.get(key) === "failed"));
  };
}

/** One check often runs twice on a commit: for the push, and for the pull request. */
function newestOf(checks: readonly CommitCheck[]): readonly CommitCheck[] {
  const newest = new Map<string, CommitCheck>();
  for (const check of checks) {
    if (check.id >= (newest.get(check.key)?.id ?? 0)) newest.set(check.key, check);
  }
  return [...newest.values()];
}

function failedCheck({ key, name, url, job, id, summary }: CommitCheck, isRequiredByBase: boolean): FailedCheck {
  return { key, name, url, job, summary, attempt: id, isRequired: isRequiredByBase, isOnBase: false };
}
