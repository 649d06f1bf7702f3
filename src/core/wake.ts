import type { OperatorPolicy } from "./policy.ts";
import type { Task } from "./task.ts";

/**
 * After how long a task wants to be looked at again though nothing was heard of it. News wakes it at once; this is the
 * net below. A task whose status comment is behind comes back as soon as it may be edited.
 */
export function wakeAfterMs(
  task: Task,
  isBehind: boolean,
  operator: OperatorPolicy,
  nowMs: number,
): number | undefined {
  const due = dueMs(task, operator, nowMs);
  if (!isBehind) return due;
  const nextEditMs = Math.max(100, task.said.atMs + operator.statusEveryMs - nowMs);
  return Math.min(due ?? nextEditMs, nextEditMs);
}

/** How long a task for which nothing is to be done rests before it is looked at again. */
function restMs({ sweepEveryMs, keepIdleSessionMs }: OperatorPolicy): number {
  return Math.min(sweepEveryMs, keepIdleSessionMs + 1_000);
}

function untilSettledMs({ watch: { settlesAtMs } }: Task, nowMs: number): number {
  return settlesAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(100, settlesAtMs - nowMs);
}

function dueMs(task: Task, operator: OperatorPolicy, nowMs: number): number | undefined {
  switch (task.phase.at) {
    case "asked":
    case "ending":
      return 3_000;
    case "preparing":
    case "checking":
      return 1_000;
    case "working":
    case "delivering":
      return 5_000;
    case "waiting":
    case "paused":
    case "queued":
      return 15_000;
    case "in-review":
      return Math.min(restMs(operator), untilSettledMs(task, nowMs));
    case "stopped":
      return restMs(operator);
    case "done":
      return undefined;
    default:
      return task.phase satisfies never;
  }
}
