import { describe, expect, it, vi } from "vitest";
import type { TurnFailure } from "../../../../src/core/agent-event.ts";
import { bash, type Fault, fail, say } from "../../../model/script.ts";
import { startBench } from "./bench.ts";
import { realClaude } from "./real-claude.ts";

describe.skipIf(realClaude === undefined)("when the model's service fails the real CLI", () => {
  it.each<[Fault, TurnFailure, string]>([
    ["login", "login", "API key"],
    ["credit", "credit", "Credit balance is too low"],
    ["rate-limit", "rate-limit", "rate limit"],
    ["overloaded", "provider", "529"],
    ["server", "provider", "500"],
    ["refusal", "refused", ""],
  ])("%s ends the turn as %s, and the session stays to be told to go on", async (fault, failure, words) => {
    const bench = await startBench([fail(fault), fail(fault), fail(fault), say("On I go.")], {
      environment: { CLAUDE_CODE_MAX_RETRIES: "1" },
    });
    const failed = await bench.next("turn-failed");
    expect(failed.event).toMatchObject({ failure, text: expect.stringContaining(words) });
    await bench.becomes("idle");
    expect(bench.seen.map((one) => one.event.kind)).not.toContain("turn-ended");
  });

  it("a connection cut in mid-answer is tried again, unseen", async () => {
    const bench = await startBench([bash("git status"), fail("cut"), say("Done.")]);
    expect((await bench.next("turn-ended")).event.said).toBe("Done.");
    expect(bench.seen.map((one) => one.event.kind)).not.toContain("turn-failed");
  });

  it("a service that never answers shows as busy", async () => {
    const bench = await startBench([fail("hang")]);
    await bench.next("prompt-taken");
    await bench.becomes("busy");
    expect(await bench.adapter.usage(bench.run)).toMatchObject({ turns: 0, said: undefined });
  });

  it("what was told after a failed turn is taken up", async () => {
    const bench = await startBench([fail("credit"), say("Thanks for the money.")]);
    await bench.next("turn-failed");
    await bench.becomes("idle");
    expect(await bench.adapter.tell(bench.run, "Please go on.")).toBe("told");
    expect((await bench.next("turn-ended")).event.said).toBe("Thanks for the money.");
    const used = async () =>
      expect(await bench.adapter.usage(bench.run)).toMatchObject({ turns: 1, model: "claude-opus-5-5" });
    await vi.waitFor(used, 10_000);
  });
});
