import { dayUsedUp } from "./budget.ts";
import { usedUpWords } from "./budget-words.ts";
import type { OperatorPolicy } from "./policy.ts";
import { utc } from "./figures.ts";
import type { RosterLine } from "./assign.ts";
import { heldByBreaker } from "./breaker.ts";
import type { Account } from "./sight.ts";
import type { Task } from "./task.ts";

/** What is known beside the slots when a task is to begin. */
export interface Prospects {
  readonly account: Account;
  readonly todayUsd: number | "unknown";
  /** Why others that failed hold it back, if they do. */
  readonly breaker: string | undefined;
}

/** Why nothing is to begin for this task, though a slot may be free; undefined when it may. */
export function heldBack(
  task: Task,
  { account, todayUsd, breaker }: Prospects,
  operator: OperatorPolicy,
  nowMs: number,
): string | undefined {
  if (account.limitedUntilMs > nowMs) return atLimit(account.limitedUntilMs);
  if (account.resting > 0 && task.run === undefined)
    return "the agent's account was at its usage limit; those that it interrupted go on first";
  if (breaker !== undefined) return breaker;
  const spent = dayUsedUp(task, operator, todayUsd);
  return spent === undefined ? undefined : `${usedUpWords(spent)}; it goes on at 00:00 UTC`;
}

/** Whether a queued task can't begin whatever slots are free: then it is before nobody in the queue. */
export function isHeldBack(line: RosterLine, roster: readonly RosterLine[], nowMs: number): boolean {
  return accountOf(line.agent, roster).limitedUntilMs > nowMs || heldByBreaker(line, roster, nowMs) !== undefined;
}

/** What the list of live tasks tells of an agent's account: whoever met its limit rests, and knows until when. */
export function accountOf(agent: string, roster: readonly RosterLine[]): Account {
  const mine = roster.filter((line) => line.agent === agent);
  const resting = mine.filter(({ limitedUntilMs }) => limitedUntilMs > 0);
  const moving = mine.filter(({ phase }) => phase !== "paused");
  return {
    lastMovedMs: Math.max(0, ...moving.map(({ sinceMs }) => sinceMs)),
    limitedUntilMs: Math.max(0, ...resting.map(({ limitedUntilMs }) => limitedUntilMs)),
    resting: resting.length,
  };
}

function atLimit(untilMs: number): string {
  return `the agent's account is at its usage limit until ${utc(untilMs)}`;
}
