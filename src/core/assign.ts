import type { Slot } from "./sight.ts";
import type { GaveUp, PhaseName } from "./task.ts";

/** One line of the list of live tasks, enough to hand out slots. */
export interface RosterLine {
  readonly id: string;
  readonly repositoryId: number;
  readonly phase: PhaseName;
  /** Since when it is in this phase; 0 for phases in which that does not matter. */
  readonly sinceMs: number;
  readonly askedAtMs: number;
  /** The repository's own limit of sessions, if it set one. */
  readonly maxSessions: number | undefined;
  /** The issues that hold it back; who waits for one is not in the way of others. */
  readonly waiting?: { readonly number: number; readonly for: readonly number[] } | undefined;
  /** Whether it has opened its pull request. */
  readonly hasPull: boolean;
  readonly agent: string;
  /** Until when it rests because its agent's account is at its usage limit; 0 when it does not. */
  readonly limitedUntilMs: number;
  /** Why it was given up, while nobody has dealt with that. */
  readonly gaveUp: GaveUp | undefined;
}

export interface SlotLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerRepository: number;
  readonly waitKeepsSlotMs: number;
  readonly maxOpenPulls: number;
}

/**
 * Which place a queued task has: free slots go to queued tasks in the order of their labels, and a repository that is at
 * its own limit does not hold up the others. A slot is for an agent at work: who waits or is paused gives it back, but
 * keeps a session for a while, so as many may rest as may work, and the rest of them hold back the queue.
 */
export function slotOf(id: string, roster: readonly RosterLine[], limits: SlotLimits, nowMs: number): Slot {
  const queue = roster
    .filter((line) => line.phase === "queued" && (line.id === id || line.waiting === undefined))
    .toSorted(byLabel);
  const taking = (line: RosterLine) => slotUse(line, limits, nowMs);
  const running = roster.filter((line) => taking(line) === "works");
  const resting = roster.filter((line) => taking(line) === "rests");
  let free = limits.maxSessions - running.length - Math.max(0, resting.length - limits.maxSessions);
  const inRepository = new Map<number, number>();
  for (const line of running) inRepository.set(line.repositoryId, (inRepository.get(line.repositoryId) ?? 0) + 1);

  const reviews = reviewLoads(roster);
  let ahead = 0;
  for (const line of queue) {
    const here = inRepository.get(line.repositoryId) ?? 0;
    const most = Math.min(line.maxSessions ?? limits.maxSessionsPerRepository, limits.maxSessionsPerRepository);
    const load = reviews.get(line.repositoryId) ?? 0;
    const isReviewable = line.hasPull || load < limits.maxOpenPulls;
    const fits = free > 0 && here < most && isReviewable;
    if (line.id === id)
      return {
        free: fits,
        ahead,
        why: isReviewable ? whyWait(free, here, most, ahead) : tooMuchToReview(load, limits),
      };
    if (fits) {
      free -= 1;
      if (!line.hasPull) reviews.set(line.repositoryId, load + 1);
      inRepository.set(line.repositoryId, here + 1);
    }
    ahead += 1;
  }
  return { free: false, ahead, why: "not in the queue" };
}

function slotUse({ phase, sinceMs }: RosterLine, limits: SlotLimits, nowMs: number): "works" | "rests" | "none" {
  switch (phase) {
    case "preparing":
    case "working":
    case "checking":
    case "delivering":
      return "works";
    case "waiting":
      return nowMs - sinceMs < limits.waitKeepsSlotMs ? "works" : "rests";
    case "paused":
      return "rests";
    case "asked":
    case "queued":
    case "in-review":
    case "stopped":
    case "ending":
    case "done":
      return "none";
    default:
      return phase satisfies never;
  }
}

const leadToPulls: readonly PhaseName[] = ["preparing", "working", "waiting", "paused", "checking", "delivering"];

/** What people have to review in each repository, or will have soon: open pull requests, and work that leads to one. */
function reviewLoads(roster: readonly RosterLine[]): Map<number, number> {
  const loads = new Map<number, number>();
  for (const line of roster) {
    const isOver = line.phase === "ending" || line.phase === "done";
    const isComing = line.hasPull || leadToPulls.includes(line.phase);
    if (isComing && !isOver) loads.set(line.repositoryId, (loads.get(line.repositoryId) ?? 0) + 1);
  }
  return loads;
}

function tooMuchToReview(load: number, { maxOpenPulls }: SlotLimits): string {
  return `${load} pull requests of Coppice wait for review here or are on their way, and ${maxOpenPulls} are the most; merge or close one`;
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
