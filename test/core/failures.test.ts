import { expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import type { NamedEvent, TurnFailure } from "../../src/core/agent-event.ts";
import { accountOf, heldBack } from "../../src/core/hold.ts";
import { foldEvent } from "../../src/core/run.ts";
import type { Sight } from "../../src/core/sight.ts";
import type { Run, Task } from "../../src/core/task.ts";
import { labelOf, statusComment } from "../../src/core/words.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, nowMs } from "./states.ts";

const run = aRun({ begun: true, conversed: true, turn: "idle", lastSignMs: nowMs });
const limitText = `Usage limit reached until ${new Date(nowMs + 3_600_000).toISOString()}`;

function failing(cause: TurnFailure, text: string, more: Partial<Run> = {}): Task {
  const failure = { cause, text, atMs: nowMs };
  return admitted({ run: { ...run, failure, failures: 1, ...more }, phase: { at: "working", sinceMs: nowMs } });
}

function after(task: Task, at: number, more: Partial<Sight> = {}): Task {
  const session = { is: "alive", agent: "idle", startedFor: "1-1-1" } as const;
  return advance(task, [], { sight: aSight({ session, ...more }), operator, nowMs: at, conversation: "c" });
}

const isTold = (task: Task) => task.run?.outbox?.state === "to-send";

it.each<[TurnFailure, number, number]>([
  ["provider", 1, 15_000],
  ["provider", 3, 60_000],
  ["rate-limit", 1, 30_000],
  ["rate-limit", 6, 15 * 60_000],
])("a turn that failed for %s the %i. time is tried again after %i ms", (cause, failures, waitMs) => {
  const task = failing(cause, "busy", { failures });
  expect(isTold(after(task, nowMs + waitMs - 1))).toBe(false);
  expect(isTold(after(task, nowMs + waitMs))).toBe(true);
});

it.each<[TurnFailure, number]>([
  ["provider", 6],
  ["rate-limit", 7],
])("%s is given up when it fails %i times in a row", (cause, failures) => {
  expect(after(failing(cause, "busy", { failures: failures - 1 }), nowMs).phase.at).toBe("working");
  expect(after(failing(cause, "busy", { failures }), nowMs).phase.at).toBe("stopped");
});

function failed(failure: TurnFailure): NamedEvent {
  return { name: "1-1-1/1", atMs: nowMs, event: { kind: "turn-failed", failure, text: "" } };
}

it("only failures of one cause in a row count, and work between them forgets them", () => {
  const twice = foldEvent(foldEvent(run, failed("provider")), failed("provider"));
  expect(twice.failures).toBe(2);
  expect(foldEvent(twice, failed("rate-limit")).failures).toBe(1);
  const event = { kind: "tool-done", tool: "Bash", summary: "ls", failed: false } as const;
  expect(foldEvent(twice, { name: "1-1-1/2", atMs: nowMs, event }).failures).toBe(0);
});

function died(restarts: number): Task {
  return admitted({ run: { ...run, turn: "busy", restarts }, phase: { at: "working", sinceMs: nowMs } });
}

it("a session that died once is resumed at once, one that dies again later and later", () => {
  const ended = { is: "ended", status: "signal SIGKILL", startedFor: "1-1-1" } as const;
  expect(after(died(0), nowMs, { session: ended }).run?.starts).toBe(2);
  expect(after(died(1), nowMs + 29_999, { session: ended }).run?.starts).toBe(1);
  expect(after(died(1), nowMs + 30_000, { session: ended }).run?.starts).toBe(2);
});

it("at the usage limit of its account a task rests until the stated time, and spends no retry", () => {
  const paused = after(failing("rate-limit", limitText, { failures: 5 }), nowMs);
  expect(paused.phase).toMatchObject({ at: "paused", cause: { is: "usage-limit", untilMs: nowMs + 3_660_000 } });
  expect(paused.run?.failures).toBe(0);
  expect(statusComment(paused, aSight({}))).toContain("usage limit until 1970-01-01 03:47 UTC");
  expect(labelOf(paused)).toBeUndefined();
  expect(after(paused, nowMs + 3_659_999).phase.at).toBe("paused");
  const awake = after(paused, nowMs + 3_660_000);
  expect(awake.phase.at).toBe("queued");
  expect(isTold(awake)).toBe(true);
});

it("those that rest for one account wake one after another", () => {
  const paused = after(failing("rate-limit", limitText), nowMs);
  const lateMs = nowMs + 4_000_000;
  const account = { limitedUntilMs: 0, resting: 0, lastMovedMs: lateMs - 29_999 };
  expect(after(paused, lateMs, { account }).phase.at).toBe("paused");
  expect(after(paused, lateMs + 1, { account }).phase.at).toBe("queued");
  const muchLaterMs = nowMs + 3_660_000 + 15 * 60_000;
  const busy = { account: { ...account, lastMovedMs: muchLaterMs } };
  expect(after(paused, muchLaterMs - 1, busy).phase.at).toBe("paused");
  expect(after(paused, muchLaterMs, busy).phase.at).toBe("queued");
});

it("nothing new begins with an account that is at its limit, and other agents are not held up", () => {
  const line = {
    id: "500-1",
    repositoryId: 500,
    phase: "paused",
    sinceMs: nowMs,
    askedAtMs: 1,
    maxSessions: undefined,
    hasPull: false,
    agent: "claude",
    limitedUntilMs: nowMs + 1_000,
    gaveUp: undefined,
  } as const;
  const held = (agent: string, at: number) =>
    heldBack(
      admitted({ agent }),
      { breaker: undefined, account: accountOf(agent, [line]), todayUsd: "unknown" },
      operator,
      at,
    );
  expect(held("claude", nowMs)).toContain("usage limit until");
  expect(held("claude", nowMs + 1_000)).toContain("go on first");
  expect(held("codex", nowMs)).toBeUndefined();
});
