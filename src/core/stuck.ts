import { duration } from "./figures.ts";
import type { OperatorPolicy } from "./policy.ts";
import { nothingYet } from "./progress.ts";
import * as prompt from "./prompt.ts";
import { withMessage } from "./run.ts";
import type { WorkspaceSight } from "./sight.ts";
import { giveUpFor, type Moment, stay } from "./step.ts";
import type { Phase, Run, Task } from "./task.ts";

/** How often an agent that gets nowhere is told so before it is given up. */
const mostNudges = 2;

/** Whether the agent did nothing new for so long that its workspace is worth a look. */
export function isSuspicious(phase: Phase, run: Run | undefined, operator: OperatorPolicy, nowMs: number): boolean {
  if (phase.at !== "working" || run?.turn !== "busy" || operator.noProgressMs === 0) return false;
  return nowMs - Math.max(phase.sinceMs, run.progress?.atMs ?? 0) >= operator.noProgressMs;
}

/** An agent may read or think for long; who only does again what it did, and changes nothing, is stuck. */
export function noProgress(task: Task, run: Run, { sight, operator, nowMs }: Moment): Task | undefined {
  const print = printOf(sight.workspace);
  if (print === undefined || !isSuspicious(task.phase, run, operator, nowMs)) return undefined;
  const progress = run.progress ?? nothingYet;
  if (print !== progress.print)
    return stay(
      { ...task, run: { ...run, progress: { ...progress, print, atMs: nowMs, nudges: 0 } } },
      "the agent works",
    );
  const stuckFor = duration((progress.nudges + 1) * operator.noProgressMs);
  if (progress.nudges >= mostNudges)
    return giveUpFor(task, "no-progress", `the agent did nothing new for ${stuckFor}, though it was told so`, nowMs);
  const nudged = { ...run, progress: { ...progress, atMs: nowMs, nudges: progress.nudges + 1 } };
  return stay(
    { ...task, run: withMessage(nudged, `nudge-${nowMs}`, prompt.noProgress(stuckFor)) },
    `the agent did nothing new for ${stuckFor}; tells it so`,
  );
}

function printOf(workspace: WorkspaceSight): string | undefined {
  if (workspace.is !== "there") return undefined;
  const { head, uncommitted, changes = "", midOperation = "" } = workspace;
  return [head, uncommitted, changes, midOperation].join(" ");
}
