import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { createDemoAgent } from "../../../src/demo/agent/adapter.ts";
import { agent, briefOf, startBench } from "./bench.ts";

const checkFailed = [
  "The repository's check `node --test` failed (exit status 1) on what you committed. The end of its output:",
  "",
  "not ok 3 - the README knows every option",
].join("\n");

test("mends a bug with a test first, commits, hands in, and rests when it is let go", async () => {
  const bench = await startBench();
  const { run } = await bench.start(briefOf(1, "It says “1 minutes”"));
  const submitted = await bench.next(run, "submitted");
  const ended = await bench.next(run, "turn-ended");
  expect(await agent.answer(run, ended, { do: "rest" })).toBe("given");

  expect(submitted.event.title).toBe("Say “1 minute”, not “1 minutes”");
  expect(await bench.commits()).toEqual([submitted.event.title]);
  expect(await bench.git("status", "--porcelain")).toBe("");
  expect(await bench.passesTests()).toBe(true);
  expect(bench.seen.slice(0, 2)).toMatchObject([{ kind: "session-started", how: "new" }, { kind: "prompt-taken" }]);
  expect(bench.seen.filter((event) => event.kind === "tool-done" && event.failed)).toHaveLength(1);
  expect(ended.event).toMatchObject({ said: expect.stringContaining("handed in"), wasSentOn: false });
  expect(await agent.look(run)).toBe("idle");
});

test("forgets the README at first, and mends it when it is told that the checks fail", async () => {
  const bench = await startBench();
  const { run } = await bench.start(briefOf(2, "Fahrenheit for our friends overseas"));
  const first = await bench.next(run, "turn-ended");
  expect(await bench.passesTests()).toBe(false);

  await agent.answer(run, first, { do: "go-on", why: checkFailed });
  expect((await bench.next(run, "prompt-taken")).event.text).toContain("node --test");
  await bench.next(run, "submitted");
  expect((await bench.next(run, "turn-ended")).event.wasSentOn).toBe(true);
  expect(await bench.passesTests()).toBe(true);
  expect(await bench.commits()).toHaveLength(2);
});

test("asks how long, and does as it was answered from outside", async () => {
  const bench = await startBench();
  const { run } = await bench.start(briefOf(3, "Rooibos is missing"));
  const asked = await bench.next(run, "asks-question");
  expect(await agent.look(run)).toEqual({ waiting: "input needed" });
  const [question] = asked.event.questions;
  expect(question?.options.map(({ label }) => label)).toEqual(["5 minutes", "6 minutes", "7 minutes"]);

  await agent.answer(run, asked, { do: "choose", answers: { [question?.question ?? ""]: "7 minutes" } });
  await bench.next(run, "submitted");
  expect(await bench.file("src/teas.js")).toContain("rooibos: { celsius: 100, seconds: 420 }");
  expect(await bench.passesTests()).toBe(true);
});

test("takes an answer from its terminal, after which nobody waits for another", async () => {
  const bench = await startBench();
  const { run, session } = await bench.start(briefOf(3, "Rooibos is missing"));
  const asked = await bench.next(run, "asks-question");
  await bench.type(session, "1", "Enter");
  await bench.next(run, "submitted");
  expect(await agent.answer(run, asked, { do: "choose", answers: {} })).toBe("too-late");
  expect(await bench.file("README.md")).toContain("| rooibos | 100 °C | 5 minutes |");
});

test("hears what it is told while it rests and while it works, and can't be reached once it ended", async () => {
  const bench = await startBench();
  const { run, session } = await bench.start(briefOf(1, "It says “1 minutes”"));
  await bench.next(run, "prompt-taken");
  expect(await agent.tell(run, "And what about one second?")).toBe("told");
  expect((await bench.next(run, "prompt-taken")).event.text).toBe("And what about one second?");
  const ended = await bench.next(run, "turn-ended");
  await agent.answer(run, ended, { do: "rest" });
  expect(await bench.commits()).toHaveLength(2);

  expect(await agent.tell(run, "Thank you!")).toBe("told");
  expect((await bench.next(run, "prompt-taken")).event.text).toBe("Thank you!");
  await bench.next(run, "turn-ended");

  await bench.type(session, "/exit", "Enter");
  expect((await bench.next(run, "session-ended")).event.reason).toContain("terminal");
  await until(async () => (await bench.tmux.lookSession(session)).is === "ended");
  expect(await agent.tell(run, "Hello?")).toBe("not-reachable");
});

test("a conversation that was killed in the middle is taken up by the next session", async () => {
  const bench = await startBench();
  const brief = briefOf(2, "Fahrenheit for our friends overseas");
  const first = await bench.start(brief);
  await bench.next(first.run, "tool-done");
  const alive = await bench.tmux.lookSession(first.session);
  if (alive.is === "alive") process.kill(-alive.pid, "SIGKILL");
  await until(async () => (await bench.tmux.lookSession(first.session)).is === "ended");
  expect(await agent.tell(first.run, "Hello?")).toBe("not-reachable");

  const second = await bench.start(brief);
  expect((await bench.next(second.run, "session-started")).event.how).toBe("resumed");
  await bench.next(second.run, "submitted");
  await bench.next(second.run, "turn-ended");
  expect(await bench.commits()).toEqual(["Tell temperatures in Fahrenheit with --fahrenheit"]);

  const third = await bench.start(checkFailed, "Read {brief} and go on.");
  await bench.next(third.run, "turn-ended");
  expect(await bench.passesTests()).toBe(true);
  const used = await agent.usage(third.run);
  expect(used).toMatchObject({ model: "demo-agent, figures made up", turns: expect.any(Number) });
  expect(used.turns).toBeGreaterThan((await agent.usage(second.run)).turns);
});

test("writes down an issue that it does not know, and changes nothing for a question", async () => {
  const bench = await startBench();
  const { run } = await bench.start(briefOf(9, "Add `biscuits` <now>", "Dunk them.\n\nTwice."));
  await bench.next(run, "submitted");
  expect(await bench.file("docs/notes/issue-9.md")).toContain("> Dunk them.\n>\n> Twice.");
  expect(await bench.passesTests()).toBe(true);

  const other = await startBench();
  const asking = await other.start(briefOf(10, "Why is tea hot?"));
  expect((await other.next(asking.run, "no-change")).event.reason).toContain("question");
  expect(await other.commits()).toEqual([]);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const untilMs = Date.now() + 20_000; Date.now() < untilMs; await sleep(50)) if (await isSo()) return;
  throw new Error("it never came to be");
}

test("a pace that is no number is refused with a word on what would be one", () => {
  vi.stubEnv("COPPICE_DEMO_PACE", "fast");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => createDemoAgent()).toThrow('COPPICE_DEMO_PACE is "fast"');
});
