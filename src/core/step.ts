import type { OperatorPolicy } from "./policy.ts";
import type { Sight } from "./sight.ts";
import type { GaveUp, Outcome, Phase, Task } from "./task.ts";
import { labelOf } from "./words.ts";

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

/** What the new phase shows is remembered before it is shown, so that it can be taken off whatever happens. */
export function move(task: Task, phase: Phase, why: string): Task {
  const moved = { ...task, phase, why };
  const label = labelOf(moved);
  const { said } = task;
  if (label === undefined || said.maybeLabels.includes(label)) return moved;
  return { ...moved, said: { ...said, maybeLabels: [...said.maybeLabels, label] } };
}

export function end(task: Task, outcome: Outcome, why: string): Task {
  return move(task, { at: "ending", outcome }, why);
}

/** Given up: the workspace stays for people to look at, until the issue is closed or the label goes. */
export function giveUp(task: Task, outcome: Outcome & { is: "gave-up" }, nowMs: number): Task {
  return move(task, { at: "stopped", sinceMs: nowMs, outcome }, outcome.detail);
}

export function giveUpFor(task: Task, cause: GaveUp, detail: string, nowMs: number): Task {
  return giveUp(task, { is: "gave-up", cause, detail }, nowMs);
}
