import type { RosterLine } from "./assign.ts";

/** Phases in which an agent is not needed, but its session stays a while for people to look at. */
const idlePhases: readonly RosterLine["phase"][] = ["in-review", "stopped"];

export function isIdle(line: Pick<RosterLine, "phase">): boolean {
  return idlePhases.includes(line.phase);
}

/**
 * The tasks whose idle sessions have to make room: a session holds some hundred megabytes, so no more may be idle than may be at work.
 * Those that ended last stay.
 */
export function crowdedOut(roster: readonly RosterLine[], maxSessions: number): readonly string[] {
  const newestFirst = roster.filter(isIdle).toSorted((a, b) => b.sinceMs - a.sinceMs || (a.id < b.id ? -1 : 1));
  return newestFirst.slice(maxSessions).map(({ id }) => id);
}
