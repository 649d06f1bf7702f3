import type { FailedCheck } from "../core/pull-checks.ts";
import type { ReadFailure } from "../core/pull-watch.ts";
import type { Task } from "../core/task.ts";
import type { World } from "./ports.ts";

/** Enough for the error and what led to it; an agent can look the rest up. */
const mostLogCharacters = 6_000;

/** What failed, each with the end of its log. */
export async function readFailures(
  { issue }: Task,
  failures: readonly FailedCheck[],
  { forge }: World,
): Promise<readonly ReadFailure[]> {
  const read: ReadFailure[] = [];
  for (const failure of failures) {
    const log = failure.job === undefined ? "" : await forge.readCheckLog(issue, failure.job);
    read.push({ failure, log: log.slice(-mostLogCharacters) });
  }
  return read;
}

/** @returns whether it runs again. */
export async function runAgain({ issue }: Task, { job }: FailedCheck, { forge }: World): Promise<boolean> {
  return job !== undefined && (await forge.rerunCheck(issue, job));
}
