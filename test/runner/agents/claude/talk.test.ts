import { describe, expect, it, vi } from "vitest";
import { exitStatus } from "../../../../src/runner/agents/launch.ts";
import { bash, costing, question, say } from "../../../model/script.ts";
import { type Bench, startBench } from "./bench.ts";
import { realClaude } from "./real-claude.ts";

const rest = async (bench: Bench) => {
  const ended = await bench.next("turn-ended");
  await bench.adapter.answer(bench.run, ended, { do: "rest" });
  await bench.becomes("idle");
};

describe.skipIf(realClaude === undefined)("talking to the real CLI", () => {
  it("an idle session takes up what it is told, and nothing in it is attached", async () => {
    const bench = await startBench([say("Done."), say("Mended.")]);
    await rest(bench);
    expect(await bench.adapter.tell(bench.run, "The check failed, see @/etc/hostname. Mend it.")).toBe("told");
    expect((await bench.next("prompt-taken")).event.text).toContain("The check failed");
    expect((await bench.next("turn-ended")).event.said).toBe("Mended.");
    expect(bench.model.asks[1]?.news).toContain("The check failed, see @/etc/hostname. Mend it.");
    expect(bench.model.asks[1]?.news).not.toContain("Called the Read tool");
  });

  it("a busy session hears it with the next result", async () => {
    const bench = await startBench([bash("while [ ! -e go ]; do sleep 0.2; done"), say("Heard.")], {
      permissionMode: "bypassPermissions",
      environment: { IS_SANDBOX: "1" },
    });
    await bench.next("prompt-taken");
    await vi.waitFor(() => expect(bench.model.asks).toHaveLength(1), 20_000);
    expect(await bench.adapter.look(bench.run)).toBe("busy");
    expect(await bench.adapter.tell(bench.run, "Please also greet Jonas.")).toBe("told");
    await bench.touch("go");
    await bench.next("turn-ended");
    expect(bench.model.asks[1]?.news).toContain("Please also greet Jonas.");
  });

  it("what is said at an open question neither answers it nor is lost", async () => {
    const bench = await startBench([question("Which greeting?", ["Good day", "Hi"]), say("Fine.")]);
    const asked = await bench.next("asks-question");
    await bench.becomes({ waiting: "input needed" });
    expect(await bench.adapter.tell(bench.run, "By the way: hurry.")).toBe("told");
    expect(await bench.adapter.look(bench.run)).toEqual({ waiting: "input needed" });
    await bench.adapter.answer(bench.run, asked, { do: "choose", answers: { "Which greeting?": "Hi" } });
    await bench.next("turn-ended");
    expect(bench.model.asks[1]?.news).toContain("By the way: hurry.");
  });

  it("a session that asks nobody does not hold back what it is told", async () => {
    const bench = await startBench([say("Done."), say("Mended.")], {
      permissionMode: "bypassPermissions",
      environment: { IS_SANDBOX: "1" },
    });
    await rest(bench);
    expect(await bench.adapter.tell(bench.run, "Mend it.")).toBe("told");
    expect((await bench.next("turn-ended")).event.said).toBe("Mended.");
  });

  it("a person's interruption is seen, though no hook tells of it", async () => {
    const bench = await startBench([bash("sleep 1 && while [ ! -e go ]; do sleep 0.2; done"), say("Never said.")], {
      permissionMode: "bypassPermissions",
      environment: { IS_SANDBOX: "1" },
    });
    await vi.waitFor(() => expect(bench.model.asks).toHaveLength(1), 20_000);
    await bench.becomes("busy");
    await bench.press("Escape");
    await bench.becomes("idle");
  });

  it("a killed session goes on with its conversation in a new process, and is told the news", async () => {
    const bench = await startBench([bash("git status"), say("Half done."), say("Now all.")]);
    await bench.next("turn-ended");
    // The CLI keeps its latest lines to itself for a while; killed then, it would lose them.
    const turns = async () => (await bench.adapter.usage(bench.run)).turns;
    await vi.waitFor(async () => expect(await turns()).toBe(2), 10_000);
    await bench.kill("SIGKILL");
    // Threads of a dead program may keep its socket open for a moment.
    const tell = () => bench.adapter.tell(bench.run, "Anybody there?");
    await vi.waitFor(async () => expect(await tell()).toBe("not-reachable"), 10_000);
    await bench.start({ brief: "Checks failed: see @/etc/hostname", prompt: "Read {brief} and go on." });
    expect((await bench.next("session-started")).event.how).toBe("resumed");
    expect((await bench.next("turn-ended")).event.said).toBe("Now all.");
    const [first, , resumed] = bench.model.asks;
    expect(resumed?.opening).toContain(first?.opening.slice(-100));
    expect(resumed?.news).toContain("Checks failed: see @/etc/hostname");
    await vi.waitFor(async () => expect(await turns()).toBe(3), 10_000);
    expect(await bench.adapter.usage(bench.run)).toMatchObject({ said: "Now all." });
  });

  it.each<NodeJS.Signals>(["SIGTERM", "SIGKILL"])(
    "its cost adds up over a %s and a new start elsewhere",
    async (signal) => {
      const tokens = { input: 10_000, output: 500 };
      const bench = await startBench([costing(say("One."), tokens), costing(say("Two."), tokens)]);
      const cost = async () => (await bench.adapter.usage(bench.run)).costUsd ?? 0;
      await rest(bench);
      await vi.waitFor(async () => expect(await cost()).toBeGreaterThan(0), 10_000);
      const first = await cost();
      await bench.kill(signal);
      const next = await bench.startBeside();
      expect((await bench.adapter.usage(next)).costUsd).toBeCloseTo(first, 6);
      const both = async () => expect((await bench.adapter.usage(next)).costUsd).toBeCloseTo(2 * first, 6);
      await vi.waitFor(both, 40_000);
    },
  );

  it("a session killed before the model answered starts over under the same name", async () => {
    const bench = await startBench([{ fault: "hang" }, say("Done.")]);
    await bench.next("session-started");
    await vi.waitFor(() => expect(bench.model.asks).toHaveLength(1), 20_000);
    await bench.kill("SIGKILL");
    await bench.start();
    expect((await bench.next("turn-ended")).event.said).toBe("Done.");
  });

  it("its end is noted with the status", async () => {
    const bench = await startBench([say("Done.")]);
    await rest(bench);
    expect(await exitStatus(bench.run)).toBeUndefined();
    await bench.kill("SIGTERM");
    expect((await bench.next("session-ended")).event.reason).toBe("other");
    expect(await exitStatus(bench.run)).toBe(143);
  });
});
