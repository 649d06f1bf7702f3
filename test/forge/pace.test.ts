import { describe, expect, it } from "vitest";
import { createPace, type Pace } from "../../src/forge/pace.ts";

/** A clock that moves only when somebody sleeps. */
function createWorld(): { readonly pace: Pace; readonly nowMs: () => number; readonly pass: (ms: number) => void } {
  let now = 1_000_000;
  const pass = (ms: number): void => void (now += ms);
  return {
    pace: createPace(
      () => now,
      async (ms) => pass(ms),
    ),
    nowMs: () => now,
    pass,
  };
}

describe("the pace of writing to GitHub", () => {
  it("lets twenty writes go at once, and then one a second", async () => {
    const { pace, nowMs } = createWorld();
    const startMs = nowMs();
    const times: number[] = [];
    const write = async (): Promise<number> => times.push((nowMs() - startMs) / 1_000);
    await Promise.all(Array.from({ length: 23 }, () => pace.write("one", false, write)));
    expect(times).toEqual([...Array.from({ length: 20 }, () => 0), 1, 2, 3]);
  });

  it("makes new comments no faster than GitHub allows in an hour", async () => {
    const { pace, nowMs, pass } = createWorld();
    const startMs = nowMs();
    let made = 0;
    const make = async (): Promise<number> => (made += 1);
    while (nowMs() - startMs < 3_600_000) {
      await pace.write("one", true, make);
      pass(100);
    }
    expect(made).toBeGreaterThan(400);
    expect(made).toBeLessThanOrEqual(560);
  });

  it("sends away whose turn would come too late", async () => {
    const { pace } = createWorld();
    const asked = Array.from({ length: 100 }, () => pace.write("one", true, async () => "made"));
    const made = (await Promise.allSettled(asked)).filter(({ status }) => status === "fulfilled");
    expect(made.length).toBeGreaterThanOrEqual(20);
    expect(made.length).toBeLessThan(40);
    await expect(Promise.all(asked)).rejects.toMatchObject({ code: "FORGE_LIMIT", retry: "later" });
    expect(await pace.write("one", true, async () => "made")).toBe("made");
  });

  it("writes one after another, and goes on after a failure", async () => {
    const { pace } = createWorld();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const slow = pace.write("one", false, async () => {
      seen.push("slow begins");
      await gate.promise;
      seen.push("slow ends");
      throw new Error("no luck");
    });
    const next = pace.write("one", false, async () => seen.push("next"));
    const other = pace.write("two", false, async () => seen.push("another installation"));
    await other;
    gate.resolve();
    await expect(slow).rejects.toThrow("no luck");
    await next;
    expect(seen).toEqual(["slow begins", "another installation", "slow ends", "next"]);
  });

  it("asks nothing while GitHub wants quiet, for that installation alone", async () => {
    const { pace, nowMs, pass } = createWorld();
    pace.keepQuiet("one", nowMs() + 60_000);
    expect(() => pace.checkQuiet("one")).toThrow(/wants no requests until 1970-01-01 00:17:40 UTC/);
    expect(() => pace.checkQuiet("two")).not.toThrow();
    await expect(pace.write("one", false, async () => 1)).rejects.toMatchObject({ code: "FORGE_LIMIT" });
    pass(60_000);
    expect(await pace.write("one", false, async () => 1)).toBe(1);
  });
});
