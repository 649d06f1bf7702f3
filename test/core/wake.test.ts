import { expect, it } from "vitest";
import { backoffMs } from "../../src/core/backoff.ts";
import { wakeAfterMs } from "../../src/core/wake.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, nowMs } from "./states.ts";

const working = admitted({ run: aRun(), phase: { at: "working", sinceMs: nowMs } });
const done = admitted({ phase: { at: "done", atMs: nowMs, outcome: { is: "merged" } } });

it("a task at work is looked at every few seconds, and one that is done not any more", () => {
  expect(wakeAfterMs(working, false, operator, nowMs)).toBe(5_000);
  expect(wakeAfterMs(done, false, operator, nowMs)).toBeUndefined();
});

it("a task whose comment is behind comes back as soon as it may be edited", () => {
  const said = { ...working.said, atMs: nowMs - 8_000 };
  expect(wakeAfterMs({ ...working, said }, true, operator, nowMs)).toBe(2_000);
  expect(wakeAfterMs({ ...done, said }, true, operator, nowMs)).toBe(2_000);
  expect(wakeAfterMs(working, true, operator, nowMs)).toBe(100);
});

it("who fails waits twice as long each time, at most five minutes", () => {
  expect([1, 2, 3, 4, 8, 9, 1_000].map(backoffMs)).toEqual([2_000, 4_000, 8_000, 16_000, 256_000, 300_000, 300_000]);
});
