import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type RosterLine, slotOf } from "../../src/core/assign.ts";
import { phaseNames } from "./phase-names.ts";

const limits = { maxSessions: 3, maxSessionsPerRepository: 2, waitKeepsSlotMs: 60_000, maxOpenPulls: 4 };
const nowMs = 1_000_000;

function line(number: number, more: Partial<RosterLine> = {}): RosterLine {
  const repositoryId = more.repositoryId ?? 1;
  const id = `${repositoryId}-${number}`;
  return {
    id,
    repositoryId,
    phase: "queued",
    sinceMs: 0,
    askedAtMs: number,
    maxSessions: undefined,
    hasPull: false,
    agent: "claude",
    limitedUntilMs: 0,
    gaveUp: undefined,
    ...more,
  };
}

const working = (number: number, more: Partial<RosterLine> = {}) => line(number, { phase: "working", ...more });

it.each<[string, string, readonly RosterLine[], { free: boolean; ahead: number }]>([
  ["the first in the queue gets a free slot", "1-1", [line(1), line(2)], { free: true, ahead: 0 }],
  ["so does the second, when there are two", "1-2", [line(1), line(2)], { free: true, ahead: 1 }],
  ["a third of one repository waits for its own limit", "1-3", [line(1), line(2), line(3)], { free: false, ahead: 2 }],
  [
    "another repository's is not held up by that",
    "2-4",
    [line(1), line(2), line(3), line(4, { repositoryId: 2 })],
    { free: true, ahead: 3 },
  ],
  ["who is at work takes a slot", "1-2", [working(1), line(2), line(3)], { free: true, ahead: 0 }],
  [
    "and when all are taken one waits",
    "3-9",
    [working(1), working(2), working(1, { repositoryId: 2 }), line(9, { repositoryId: 3 })],
    { free: false, ahead: 0 },
  ],
  [
    "a repository may want fewer for itself",
    "1-2",
    [working(1), line(2, { maxSessions: 1 })],
    { free: false, ahead: 0 },
  ],
  [
    "but no more than the operator allows",
    "1-3",
    [working(1), working(2), line(3, { maxSessions: 9 })],
    { free: false, ahead: 0 },
  ],
  [
    "who is in review or stopped takes none",
    "1-3",
    [line(1, { phase: "in-review" }), line(2, { phase: "stopped" }), line(3)],
    { free: true, ahead: 0 },
  ],
  [
    "with as many pull requests open as people are to review, one waits",
    "1-9",
    [1, 2, 3, 4].map((number) => line(number, { phase: "in-review", hasPull: true })).concat(line(9)),
    { free: false, ahead: 0 },
  ],
  [
    "work under way counts as a pull request to come",
    "1-9",
    [working(1), ...[2, 3, 4].map((number) => line(number, { phase: "stopped", hasPull: true })), line(9)],
    { free: false, ahead: 0 },
  ],
  [
    "and so does what begins before it",
    "1-9",
    [...[2, 3, 4].map((number) => line(number, { phase: "in-review", hasPull: true })), line(8), line(9)],
    { free: false, ahead: 1 },
  ],
  [
    "whose pull request is open already may always go on",
    "1-4",
    [1, 2, 3].map((number) => line(number, { phase: "in-review", hasPull: true })).concat(line(4, { hasPull: true })),
    { free: true, ahead: 0 },
  ],
  [
    "another repository's pull requests are not counted",
    "2-9",
    [1, 2, 3, 4]
      .map((number) => line(number, { phase: "in-review", hasPull: true }))
      .concat(line(9, { repositoryId: 2 })),
    { free: true, ahead: 0 },
  ],
  [
    "one that was merged or closed is not counted",
    "1-9",
    [1, 2, 3, 4].map((number) => line(number, { phase: "ending", hasPull: true })).concat(line(9)),
    { free: true, ahead: 0 },
  ],
  [
    "who waits for a person keeps its slot for a while",
    "1-2",
    [line(1, { phase: "waiting", sinceMs: nowMs - 59_000, maxSessions: 1 }), line(2, { maxSessions: 1 })],
    { free: false, ahead: 0 },
  ],
  [
    "and then gives it to the next",
    "1-2",
    [line(1, { phase: "waiting", sinceMs: nowMs - 60_000, maxSessions: 1 }), line(2, { maxSessions: 1 })],
    { free: true, ahead: 0 },
  ],
  [
    "who is paused gives it back at once",
    "1-2",
    [line(1, { phase: "paused", sinceMs: nowMs, maxSessions: 1 }), line(2, { maxSessions: 1 })],
    { free: true, ahead: 0 },
  ],
  [
    "but not so many rest that the machine is full of them",
    "2-9",
    [
      ...Array.from({ length: limits.maxSessions * 2 }, (_, at) => line(at + 1, { phase: "paused" })),
      line(9, { repositoryId: 2 }),
    ],
    { free: false, ahead: 0 },
  ],
  [
    "of labels within one second the older issue goes first",
    "1-10",
    [line(10, { askedAtMs: 5 }), line(9, { askedAtMs: 5 })],
    { free: true, ahead: 1 },
  ],
  ["who is not queued gets no slot", "1-9", [line(1)], { free: false, ahead: 1 }],
])("%s", (_name, id, roster, wanted) => {
  expect(slotOf(id, roster, limits, nowMs)).toMatchObject(wanted);
});

it("says why one waits", () => {
  expect(slotOf("1-3", [working(1), working(2), line(3)], limits, nowMs).why).toBe(
    "this repository has 2 of 2 sessions already",
  );
  const full = [
    working(1),
    working(2),
    working(1, { repositoryId: 2 }),
    line(3, { repositoryId: 3 }),
    line(4, { repositoryId: 3 }),
  ];
  expect(slotOf("3-3", full, limits, nowMs).why).toBe("every slot is taken; next in the queue");
  expect(slotOf("3-4", full, limits, nowMs).why).toBe("every slot is taken; 1 before it in the queue");
});

const anyRoster = fc.array(
  fc.record({
    number: fc.integer({ min: 1, max: 30 }),
    repositoryId: fc.integer({ min: 1, max: 3 }),
    phase: fc.constantFrom(...phaseNames),
    sinceMs: fc.constantFrom(0, nowMs),
    askedAtMs: fc.integer({ min: 0, max: 5 }),
    maxSessions: fc.constantFrom(undefined, 1, 2, 5),
  }),
  { maxLength: 15 },
);

it("never gives out more slots than there are, to all who would take one at once", () => {
  fc.assert(
    fc.property(anyRoster, (lines) => {
      const roster = [
        ...new Map(lines.map((one) => [`${one.repositoryId}-${one.number}`, line(one.number, one)])).values(),
      ];
      const taken = roster.filter(
        ({ phase, sinceMs }) =>
          ["preparing", "working", "checking", "delivering"].includes(phase) ||
          (phase === "waiting" && nowMs - sinceMs < limits.waitKeepsSlotMs),
      );
      const started = roster.filter((one) => one.phase === "queued" && slotOf(one.id, roster, limits, nowMs).free);
      expect(started.length).toBeLessThanOrEqual(Math.max(0, limits.maxSessions - taken.length));
      for (const repositoryId of [1, 2, 3]) {
        const here = (list: readonly RosterLine[]) => list.filter((one) => one.repositoryId === repositoryId).length;
        expect(here(started)).toBeLessThanOrEqual(Math.max(0, limits.maxSessionsPerRepository - here(taken)));
      }
    }),
  );
});
