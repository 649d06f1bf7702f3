import { dayUsedUp } from "./budget.ts";
import { usedUpWords } from "./budget-words.ts";
import type { OperatorPolicy } from "./policy.ts";
import type { Task } from "./task.ts";

/** What is known beside the slots when a task is to begin. */
export interface Prospects {
  readonly todayUsd: number | "unknown";
}

/** Why nothing is to begin for this task, though a slot may be free; undefined when it may. */
export function heldBack(task: Task, { todayUsd }: Prospects, operator: OperatorPolicy): string | undefined {
  const spent = dayUsedUp(task, operator, todayUsd);
  return spent === undefined ? undefined : `${usedUpWords(spent)}; it goes on at 00:00 UTC`;
}
