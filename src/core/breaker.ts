import type { RosterLine } from "./assign.ts";
import { utc } from "./figures.ts";
import type { GaveUp, PhaseName } from "./task.ts";

/** Whom a cause is likely to hit next: everybody with that agent, everybody in that repository, or nobody else. */
type Reach = "agent" | "repository" | "nobody";

const reaches: Record<GaveUp, Reach> = {
  "agent-failed": "repository",
  "out-of-credit": "agent",
  login: "agent",
  "nothing-committed": "repository",
  "no-progress": "repository",
  "checks-fail": "repository",
  "limit-reached": "repository",
  "unknown-base": "nobody",
  "set-up-failed": "repository",
  "push-refused": "repository",
  "repository-unavailable": "repository",
};

/** How many in a row have to be given up for one cause before the rest waits. */
const mostInARow: Record<Reach, number> = { agent: 2, repository: 3, nobody: Number.POSITIVE_INFINITY };
/** After how long one task tries whether it is mended. */
const restMs = 30 * 60_000;
/** What is older says nothing about today. */
const staleMs = 24 * 60 * 60_000;

const causeWords: Record<GaveUp, string> = {
  "agent-failed": "the agent failed",
  "out-of-credit": "the agent's account is out of credit",
  login: "the agent could not log in",
  "nothing-committed": "nothing was committed",
  "no-progress": "the agent made no progress",
  "checks-fail": "the checks fail",
  "limit-reached": "the run took too long",
  "unknown-base": "the base branch is unknown",
  "set-up-failed": "the set-up failed",
  "push-refused": "the branch can't be pushed",
  "repository-unavailable": "the repository can't be reached",
};

/**
 * Why a task that has not begun had better wait: the last ones were all given up for one cause, which is likely to be no
 * fault of theirs. After a while one of them tries. Whoever reaches review, and every failed task that people deal with
 * (a label taken off, a retry), lets the rest go on at once.
 */
export function heldByBreaker(line: RosterLine, roster: readonly RosterLine[], nowMs: number): string | undefined {
  if (line.hasPull) return undefined;
  const others = roster.filter(({ id }) => id !== line.id);
  return (
    held(
      others.filter(({ agent }) => agent === line.agent),
      "agent",
      nowMs,
    ) ??
    held(
      others.filter(({ repositoryId }) => repositoryId === line.repositoryId),
      "repository",
      nowMs,
    )
  );
}

function held(near: readonly RosterLine[], reach: Reach, nowMs: number): string | undefined {
  const ends = near.filter((line) => endOf(line, reach) !== undefined).toSorted((a, b) => b.sinceMs - a.sinceMs);
  const [newest] = ends;
  const cause = newest?.gaveUp;
  if (newest === undefined || cause === undefined || nowMs - newest.sinceMs > staleMs) return undefined;
  const other = ends.findIndex(({ gaveUp }) => gaveUp !== cause);
  const inARow = other === -1 ? ends.length : other;
  if (inARow < mostInARow[reach]) return undefined;
  const words = `the last ${inARow} tasks ${reach === "agent" ? "of this agent" : "here"} were all given up: ${causeWords[cause]}`;
  const triesAtMs = newest.sinceMs + restMs;
  if (nowMs < triesAtMs) return `${words}; one tries again at ${utc(triesAtMs)}`;
  return near.some(({ phase }) => atWork.includes(phase)) ? `${words}; one tries whether it is mended` : undefined;
}

const atWork: readonly PhaseName[] = ["preparing", "working", "checking", "delivering"];

/** What tells whether things work out: a pull request to review, or a task given up for a cause of this reach. */
function endOf({ phase, gaveUp }: RosterLine, reach: Reach): "good" | "bad" | undefined {
  if (phase === "in-review") return "good";
  return gaveUp !== undefined && reaches[gaveUp] === reach ? "bad" : undefined;
}
