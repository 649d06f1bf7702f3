import { expect, it } from "vitest";
import type { RosterLine } from "../../src/core/assign.ts";
import { heldByBreaker } from "../../src/core/breaker.ts";
import type { GaveUp } from "../../src/core/task.ts";

const hour = 3_600_000;
const nowMs = 100 * hour;
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;

function line(id: string, more: Partial<RosterLine> = {}): RosterLine {
  return {
    id,
    repositoryId: 1,
    phase: "queued",
    sinceMs: 0,
    askedAtMs: 1,
    maxSessions: undefined,
    hasPull: false,
    agent: "claude",
    limitedUntilMs: 0,
    gaveUp: undefined,
    ...more,
  };
}

function failed(id: string, gaveUp: GaveUp, sinceMs: number, more: Partial<RosterLine> = {}): RosterLine {
  return line(id, { phase: "stopped", gaveUp, sinceMs, ...more });
}

const next = line("next");
const held = (roster: readonly RosterLine[], of = next) => heldByBreaker(of, [of, ...roster], nowMs);

const three = [
  failed("a", "set-up-failed", minutesAgo(9)),
  failed("b", "set-up-failed", minutesAgo(6)),
  failed("c", "set-up-failed", minutesAgo(3)),
];
const older = three.map((one) => ({ ...one, sinceMs: one.sinceMs - hour }));

it("after three failures of one cause in a repository nothing begins there for half an hour, which is said", () => {
  expect(held(three)).toBe(
    "the last 3 tasks here were all given up: the set-up failed; one tries again at 1970-01-05 04:27 UTC",
  );
  expect(held(three.slice(1))).toBeUndefined();
});

it("then one tries, and the rest waits for how it ends", () => {
  expect(held(older)).toBeUndefined();
  const canary = line("d", { phase: "working", sinceMs: minutesAgo(1) });
  expect(held([...older, canary])).toContain("one tries whether it is mended");
  expect(held([...older, failed("d", "set-up-failed", minutesAgo(1))])).toContain("the last 4 tasks");
  expect(held([...older, line("d", { phase: "in-review", hasPull: true, sinceMs: minutesAgo(1) })])).toBeUndefined();
});

it.each<[string, readonly RosterLine[]]>([
  ["failures of several causes", [...three.slice(1), failed("x", "checks-fail", minutesAgo(1))]],
  ["failures in another repository", three.map((one) => ({ ...one, repositoryId: 2 }))],
  ["failures with a success since", [...three, line("d", { phase: "in-review", sinceMs: minutesAgo(1) })]],
  ["failures of yesterday", three.map((one) => ({ ...one, sinceMs: one.sinceMs - 25 * hour }))],
  ["mistakes in issues", three.map((one) => ({ ...one, gaveUp: "unknown-base" as const }))],
])("%s hold nobody back", (_name, roster) => {
  expect(held(roster)).toBeUndefined();
});

it("a login that is lost holds back all that work with that agent, in every repository", () => {
  const lost = [
    failed("a", "login", minutesAgo(9), { repositoryId: 2 }),
    failed("b", "login", minutesAgo(6), { repositoryId: 3 }),
  ];
  expect(held(lost)).toContain("of this agent were all given up: the agent could not log in");
  expect(held(lost, line("next", { agent: "codex" }))).toBeUndefined();
});

it("what people want of an open pull request goes on", () => {
  expect(held(three, line("next", { hasPull: true }))).toBeUndefined();
});
