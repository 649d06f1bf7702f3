import { expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import type { NamedEvent } from "../../src/core/agent-event.ts";
import { plan } from "../../src/core/plan.ts";
import { foldEvent, messageSent } from "../../src/core/run.ts";
import type { Sight } from "../../src/core/sight.ts";
import { isSuspicious } from "../../src/core/stuck.ts";
import type { Run, Task } from "../../src/core/task.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, committed, nowMs } from "./states.ts";

const longMs = operator.noProgressMs;
const dirty = { ...committed, uncommitted: 1, changes: "a" };
const patient = { ...operator, maxRunMs: 100 * longMs };

function used(run: Run, summary: string, atMs: number): Run {
  const event: NamedEvent = {
    name: "1-1-1/1",
    atMs,
    event: { kind: "tool-done", tool: "Bash", summary, failed: false },
  };
  return foldEvent(run, event);
}

function working(run: Run): Task {
  return admitted({ run, phase: { at: "working", sinceMs: nowMs } });
}

const busy = used(aRun({ begun: true, conversed: true, turn: "busy", startedAtMs: nowMs }), "npm test", nowMs);

function after(task: Task, atMs: number, more: Partial<Sight> = {}): Task {
  const session = { is: "alive", agent: "busy", startedFor: "1-1-1" } as const;
  const sight = aSight({ session, workspace: dirty, ...more });
  return advance(task, [], { sight, operator: patient, nowMs: atMs, conversation: "c" });
}

/** The same calls again and again, so that the agent is heard of all the time. */
function goingRound(task: Task, atMs: number): Task {
  return task.run === undefined ? task : { ...task, run: used(task.run, "npm test", atMs) };
}

const nudgesOf = (task: Task) => task.run?.progress?.nudges ?? 0;

it("an agent that goes round in a circle is told so twice, and then given up", () => {
  let task = working(busy);
  const told: number[] = [];
  for (let minute = 1; task.phase.at === "working" && minute < 200; minute += 1) {
    const atMs = nowMs + minute * 60_000;
    const next = after(goingRound(task, atMs), atMs);
    const isTold = next.run?.outbox?.text.includes("nothing in your worktree changed") === true;
    if (isTold && nudgesOf(next) > nudgesOf(task)) told.push(minute);
    task = next.run?.outbox?.state === "to-send" ? { ...next, run: messageSent(next.run, atMs) } : next;
  }
  expect(told).toEqual([40, 60]);
  expect(task.phase).toMatchObject({
    at: "stopped",
    sinceMs: nowMs + 80 * 60_000,
    outcome: { cause: "no-progress", detail: "the agent did nothing new for 1 h 0 min, though it was told so" },
  });
  const ended = aSight({ session: { is: "alive", agent: "busy", startedFor: "1-1-1" } });
  expect(plan(task, ended, patient, nowMs).map((one) => one.do)).toContain("end-session");
});

const looked = after(working(busy), nowMs + longMs);

it.each<[string, Partial<Sight>]>([
  ["a commit", { workspace: { ...dirty, head: "sha-2" } }],
  ["a change to a file", { workspace: { ...dirty, changes: "b" } }],
  ["a workspace that can't be seen", { workspace: { is: "unknown" } }],
])("%s keeps it from being told so", (_name, more) => {
  const next = after(looked, nowMs + 2 * longMs, more);
  expect(next.phase.at).toBe("working");
  expect(next.run?.outbox).toBeUndefined();
});

it("a call that it had not made before counts as progress, the same one again does not", () => {
  const lateMs = nowMs + 2 * longMs - 1;
  const same = { ...looked, run: used(looked.run ?? busy, "npm test", lateMs) };
  const other = { ...looked, run: used(looked.run ?? busy, "git log", lateMs) };
  expect(nudgesOf(after(same, lateMs + 1))).toBe(1);
  expect(nudgesOf(after(other, lateMs + 1))).toBe(0);
  expect(nudgesOf(after(other, lateMs + longMs))).toBe(1);
});

it.each<[string, Task, number]>([
  ["who rests between turns", working({ ...busy, turn: "idle" }), longMs],
  [
    "who waits for a person",
    {
      ...working(busy),
      phase: { at: "waiting", sinceMs: nowMs, on: { kind: "terminal", event: undefined, summary: "" } },
    },
    longMs,
  ],
  ["who began a moment ago", working(busy), longMs - 1],
])("%s is not suspected", (_name, { phase, run }, ms) => {
  expect(isSuspicious(phase, run, operator, nowMs + ms)).toBe(false);
});

it("nobody is suspected where the operator says so", () => {
  expect(isSuspicious(looked.phase, busy, { ...operator, noProgressMs: 0 }, nowMs + 9 * longMs)).toBe(false);
});

it("only the newest calls are kept", () => {
  const run = Array.from({ length: 100 }, (_, index) => `echo ${index}`).reduce(
    (folded, call) => used(folded, call, nowMs),
    busy,
  );
  expect(run.progress?.calls).toHaveLength(40);
});
