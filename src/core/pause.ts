import { type Spent, nextDayMs } from "./budget.ts";
import { pauseWords } from "./pause-words.ts";
import * as prompt from "./prompt.ts";
import { withMessage } from "./run.ts";
import { type Moment, move, stay } from "./step.ts";
import type { PauseCause, Phase, Task } from "./task.ts";

type Paused = Phase & { at: "paused" };
type Was = Paused["was"];

/** How long after each other sessions wake when the limit of their account is over. */
const wakeEveryMs = 30_000;
/** Other tasks that move on all the time hold nobody up for longer than this. */
const allAwakeMs = 15 * 60_000;

/** The agent is to rest: it is interrupted where it works, and its session stays for a while. */
export function pause(task: Task, was: Was, cause: PauseCause, nowMs: number): Task {
  const { phase } = task;
  const waitedMs = phase.at === "waiting" ? Math.max(0, nowMs - phase.sinceMs) : 0;
  const run =
    task.run === undefined ? undefined : { ...task.run, waitedMs: task.run.waitedMs + waitedMs, asking: undefined };
  const isInterrupted = was === "checking" || was === "delivering";
  return move({ ...task, run }, { at: "paused", sinceMs: nowMs, cause, was, isInterrupted }, pauseWords(cause));
}

export function pauseForBudget(task: Task, spent: Spent, nowMs: number): Task {
  const untilMs = spent.limit === "day-usd" ? nextDayMs(nowMs) : undefined;
  return pause(task, "working", { is: "budget", spent, untilMs }, nowMs);
}

/** What waits for a time, and not for a person, goes on by itself: through the queue, like all that wants a slot. */
export function rest(task: Task, { sight, nowMs }: Moment): Task {
  const { phase, run } = task;
  if (phase.at !== "paused") return task;
  const untilMs = phase.cause.is === "person" ? undefined : phase.cause.untilMs;
  if (untilMs === undefined || nowMs < untilMs || run === undefined) return stay(task, pauseWords(phase.cause));
  const isSpread = phase.cause.is === "usage-limit" && nowMs - untilMs < allAwakeMs;
  if (isSpread && nowMs - sight.account.lastMovedMs < wakeEveryMs)
    return stay(task, "its account may be used again; another one goes first");
  const rested = withMessage(restedRun(run, phase, nowMs), `rested-${phase.sinceMs}`, prompt.rested());
  return move({ ...task, run: rested }, { at: "queued", sinceMs: nowMs }, "it may go on");
}

/** The time in which it rested does not count against the run. */
export function restedRun(run: NonNullable<Task["run"]>, phase: Paused, nowMs: number): NonNullable<Task["run"]> {
  return {
    ...run,
    waitedMs: run.waitedMs + Math.max(0, nowMs - phase.sinceMs),
    failure: undefined,
    lastSignMs: Math.max(run.lastSignMs, nowMs),
  };
}
