import { expect, it } from "vitest";
import type { RosterLine } from "../../src/core/assign.ts";
import { crowdedOut } from "../../src/core/crowd.ts";

function line(id: string, phase: RosterLine["phase"], sinceMs: number): RosterLine {
  return {
    id,
    repositoryId: 1,
    phase,
    sinceMs,
    askedAtMs: 1,
    maxSessions: undefined,
    hasPull: true,
    agent: "claude",
    limitedUntilMs: 0,
    gaveUp: undefined,
  };
}

it("the sessions that have been idle for longest make room", () => {
  const roster = [
    line("a", "in-review", 30),
    line("b", "stopped", 10),
    line("c", "in-review", 20),
    line("d", "working", 1),
  ];
  expect(crowdedOut(roster, 2)).toEqual(["b"]);
  expect(crowdedOut(roster, 1)).toEqual(["c", "b"]);
  expect(crowdedOut(roster, 3)).toEqual([]);
});

it("of two that came to rest at once it is always the same one", () => {
  const roster = [line("b", "in-review", 10), line("a", "in-review", 10)];
  expect(crowdedOut(roster, 1)).toEqual(["b"]);
  expect(crowdedOut(roster.toReversed(), 1)).toEqual(["b"]);
});
