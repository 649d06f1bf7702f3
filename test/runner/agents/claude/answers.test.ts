import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { createClaude } from "../../../../src/runner/agents/claude/claude.ts";
import { bash, noChange, question, say } from "../../../model/script.ts";
import { startBench } from "./bench.ts";
import { realClaude } from "./real-claude.ts";

const outside = bash("curl --version > asked.txt");

describe.skipIf(realClaude === undefined)("answering the real CLI", () => {
  it("an end of turn is answered with what is missing, and the work goes on", async () => {
    const bench = await startBench([say("Done, I think."), noChange("It says so already."), say("Really done.")]);
    const ended = await bench.next("turn-ended");
    const given = await bench.adapter.answer(bench.run, ended, {
      do: "go-on",
      why: "You have not handed in: no commit.",
    });
    expect(given).toBe("given");
    expect((await bench.next("no-change")).event.reason).toBe("It says so already.");
    const again = await bench.next("turn-ended");
    expect(again.event).toMatchObject({ said: "Really done.", wasSentOn: true });
    expect(bench.model.asks[1]?.news).toContain("You have not handed in: no commit.");
    await bench.adapter.answer(bench.run, again, { do: "rest" });
    await bench.becomes("idle");
    expect(bench.model.asks).toHaveLength(3);
  });

  it("nobody answers an end of turn: the session rests, and a late answer is known to be late", async () => {
    const bench = await startBench([say("Done.")]);
    const ended = await bench.next("turn-ended");
    await bench.becomes("idle");
    expect(await bench.adapter.answer(bench.run, ended, { do: "go-on", why: "More." })).toBe("too-late");
    expect(bench.model.asks).toHaveLength(1);
  });

  it("a permission is given", async () => {
    const bench = await startBench([outside, say("Done.")]);
    const asked = await bench.next("asks-permission");
    expect(asked.event).toMatchObject({ tool: "Bash", summary: "curl --version > asked.txt" });
    await bench.becomes({ waiting: "permission prompt" });
    await bench.adapter.answer(bench.run, asked, { do: "allow" });
    expect((await bench.next("tool-done")).event).toMatchObject({ tool: "Bash", failed: false });
    await bench.next("turn-ended");
    expect(await readFile(join(bench.workspace, "asked.txt"), "utf8")).toContain("curl");
  });

  it("a permission is refused, and the model hears why", async () => {
    const bench = await startBench([outside, say("Then not.")]);
    const asked = await bench.next("asks-permission");
    await bench.adapter.answer(bench.run, asked, { do: "deny", why: "We have no network here." });
    expect((await bench.next("turn-ended")).event.said).toBe("Then not.");
    expect(bench.model.asks[1]?.news).toContain("We have no network here.");
    await expect(readFile(join(bench.workspace, "asked.txt"))).rejects.toThrow("ENOENT");
  });

  it("a permission waits while the bot is away, and is found in the spool afterwards", async () => {
    const bench = await startBench([outside, say("Done.")]);
    await bench.becomes({ waiting: "permission prompt" });
    const restarted = createClaude({ program: realClaude ?? "" });
    const asked = (await restarted.events(bench.run)).find((one) => one.event.kind === "asks-permission");
    if (asked === undefined) throw new Error("the question is not in the spool");
    expect(await restarted.answer(bench.run, asked, { do: "allow" })).toBe("given");
    await bench.next("turn-ended");
  });

  it("a permission given in the terminal leaves no one waiting", async () => {
    const bench = await startBench([outside, say("Done.")]);
    const asked = await bench.next("asks-permission");
    await bench.becomes({ waiting: "permission prompt" });
    await bench.press("Enter");
    await bench.next("tool-done");
    await bench.next("turn-ended");
    await bench.adapter.answer(bench.run, asked, { do: "nothing" });
    await vi.waitFor(async () => expect(await bench.processes()).not.toMatch(/hook\.sh 86400/), 10_000);
  });

  it("a question is answered with one of its options", async () => {
    const bench = await startBench([question("Which greeting?", ["Good day", "Hi"]), say("Hi it is.")]);
    const asked = await bench.next("asks-question");
    expect(asked.event.questions).toMatchObject([
      { question: "Which greeting?", multiSelect: false, options: [{ label: "Good day" }, { label: "Hi" }] },
    ]);
    await bench.becomes({ waiting: "input needed" });
    await bench.adapter.answer(bench.run, asked, { do: "choose", answers: { "Which greeting?": "Hi" } });
    await bench.next("turn-ended");
    expect(bench.model.asks[1]?.news).toMatch(/Which greeting\?.*Hi/s);
  });
});
