import type { OperatorPolicy } from "./policy.ts";
import type { Sight } from "./sight.ts";
import type { Outcome, Phase, Task } from "./task.ts";

/** All that a step is decided from, besides the task itself. */
export interface Moment {
  readonly sight: Sight;
  readonly operator: OperatorPolicy;
  readonly nowMs: number;
  /** A fresh identity for a conversation, should a run begin in this step. */
  readonly conversation: string;
}

export function stay(task: Task, why: string): Task {
  return task.why === why ? task : { ...task, why };
}

export function move(task: Task, phase: Phase, why: string): Task {
  return { ...task, phase, why };
}

export function end(task: Task, outcome: Outcome, why: string): Task {
  return move(task, { at: "ending", outcome }, why);
}

/** Given up: the workspace stays for people to look at, until the issue is closed or the label goes. */
export function giveUp(task: Task, outcome: Outcome & { is: "gave-up" }, nowMs: number): Task {
  return move(task, { at: "stopped", sinceMs: nowMs, outcome }, outcome.detail);
}
