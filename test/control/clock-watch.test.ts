import { afterEach, expect, it, vi } from "vitest";
import { watchClock } from "../../src/control/clock-watch.ts";

afterEach(() => vi.useRealTimers());

it("a clock that jumps is noticed, one that runs is not, and nothing once it is over", () => {
  vi.useFakeTimers();
  let aheadMs = 0;
  const jumps: number[] = [];
  using watch = watchClock({ nowMs: () => Date.now() + aheadMs, jumped: (byMs) => jumps.push(byMs) });
  vi.advanceTimersByTime(60_000);
  expect(jumps).toEqual([]);
  aheadMs = 3_600_000;
  vi.advanceTimersByTime(5_000);
  expect(jumps).toEqual([3_600_000]);
  aheadMs = 0;
  vi.advanceTimersByTime(10_000);
  expect(jumps).toEqual([3_600_000, -3_600_000]);
  watch[Symbol.dispose]();
  aheadMs = 3_600_000;
  vi.advanceTimersByTime(10_000);
  expect(jumps).toHaveLength(2);
});
