import type { ForgeSight } from "./sight.ts";
import { end, giveUp } from "./step.ts";
import type { Task } from "./task.ts";

/** Where an issue is found now, when that is elsewhere than we knew: renamed, or with another owner and installation. */
export interface Place {
  readonly installationId: number;
  readonly owner: string;
  readonly name: string;
}

/** GitHub lets us see or do nothing there any more; known for sure, and for a while. */
export interface Unreachable {
  readonly why: string;
  /** The App was taken off, or the repository is gone: nothing can be said there. Else a person may let us in again. */
  readonly isForGood: boolean;
}

/** What is called by its new name from now on. Sessions keep the name that they were started under. */
export function follow(task: Task, forge: ForgeSight | "unknown"): Task {
  if (forge === "unknown" || forge.place === undefined) return task;
  const { issue } = task;
  const { place } = forge;
  if (place.installationId === issue.installationId && place.owner === issue.owner && place.name === issue.name)
    return task;
  return { ...task, issue: { ...issue, ...place }, namedAfter: task.namedAfter ?? issue.name };
}

/** The ways out that are not the issue's or the pull request's state, but whether we can still reach them. */
export function loseTouch(task: Task, { unreachable }: ForgeSight, nowMs: number): Task | undefined {
  if (unreachable === undefined) return undefined;
  const { why, isForGood } = unreachable;
  if (isForGood) return end(task, { is: "unreachable", reason: why }, why);
  // It waits for people there already; and before anybody is known to be no stranger, nothing is said.
  if (task.phase.at === "stopped" || task.phase.at === "asked") return task;
  return giveUp(task, { is: "gave-up", cause: "repository-unavailable", detail: why }, nowMs);
}
