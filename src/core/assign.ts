import type { Slot } from "./sight.ts";
import { type PhaseName, takesSlot } from "./task.ts";

/** One line of the list of live tasks, enough to hand out slots. */
export interface RosterLine {
  readonly id: string;
  readonly repositoryId: number;
  readonly phase: PhaseName;
  readonly askedAtMs: number;
  /** The repository's own limit of sessions, if it set one. */
  readonly maxSessions: number | undefined;
}

export interface SlotLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerRepository: number;
}

/**
 * Which place a queued task has: free slots go to queued tasks in the order of their labels, and a repository that is at
 * its own limit does not hold up the others.
 */
export function slotOf(id: string, roster: readonly RosterLine[], limits: SlotLimits): Slot {
  const queue = roster.filter((line) => line.phase === "queued").toSorted(byLabel);
  const running = roster.filter((line) => takesSlot(line.phase));
  let free = limits.maxSessions - running.length;
  const inRepository = new Map<number, number>();
  for (const line of running) inRepository.set(line.repositoryId, (inRepository.get(line.repositoryId) ?? 0) + 1);

  let ahead = 0;
  for (const line of queue) {
    const here = inRepository.get(line.repositoryId) ?? 0;
    const most = Math.min(line.maxSessions ?? limits.maxSessionsPerRepository, limits.maxSessionsPerRepository);
    const fits = free > 0 && here < most;
    if (line.id === id) return { free: fits, ahead, why: whyWait(free, here, most, ahead) };
    if (fits) {
      free -= 1;
      inRepository.set(line.repositoryId, here + 1);
    }
    ahead += 1;
  }
  return { free: false, ahead, why: "not in the queue" };
}

function whyWait(free: number, here: number, most: number, ahead: number): string {
  if (free <= 0)
    return ahead === 0
      ? "every slot is taken; next in the queue"
      : `every slot is taken; ${ahead} before it in the queue`;
  if (here >= most) return `this repository has ${here} of ${most} sessions already`;
  return "a slot is free";
}

/** GitHub tells times in whole seconds: of labels within one, the older issue's goes first. */
function byLabel(a: RosterLine, b: RosterLine): number {
  return a.askedAtMs - b.askedAtMs || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}
