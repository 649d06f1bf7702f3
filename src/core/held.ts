import { defuseLine } from "./defuse.ts";
import { withSteering } from "./steering.ts";
import type { Task } from "./task.ts";

/** What keeps commits from being pushed; nothing in it is secret. */
export interface HeldFinding {
  readonly words: string;
  /** By which people allow it; undefined: nobody can. */
  readonly id?: string | undefined;
}

/** The commit that was held, with all that was found in what it brings. */
export interface Held {
  readonly head: string;
  readonly findings: readonly HeldFinding[];
}

/** A person's word that a finding is none. It counts for these very commits: one more, and it has to be given again. */
export interface Allowance {
  readonly head: string;
  readonly id: string;
  readonly by: string;
}

/** The ids of what people allowed in the commits that end here. */
export function allowedAt({ steering }: Task, head: string): ReadonlySet<string> {
  return new Set(steering.allowed.filter((one) => one.head === head).map(({ id }) => id));
}

/** What still holds the commits that were held last. */
export function stillHeld(task: Task): readonly HeldFinding[] {
  const { held } = task.steering;
  if (held === undefined) return [];
  const allowed = allowedAt(task, held.head);
  return held.findings.filter(({ id }) => id === undefined || !allowed.has(id));
}

export function withAllowance(task: Task, id: string, by: string): Task {
  const { held, allowed } = task.steering;
  if (held === undefined) return task;
  return withSteering(task, { allowed: [...allowed, { head: held.head, id, by }] });
}

/** For the status comment: what people may allow, once the agent has given up on it. */
export function allowWords(task: Task): string | undefined {
  const { phase } = task;
  const hasGivenUp = phase.at === "stopped" && phase.outcome.is === "gave-up" && phase.outcome.cause === "push-refused";
  const lines = stillHeld(task).flatMap(({ id, words }) =>
    id === undefined ? [] : [`- \`/coppice allow ${id}\`: ${defuseLine(words)}`],
  );
  if (!hasGivenUp || lines.length === 0) return undefined;
  return ["Look at it, and where it is meant to be so, let just these commits out:", ...lines].join("\n");
}
