import { setImmediate } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLoop } from "../../src/control/loop.ts";
import type { World } from "../../src/control/ports.ts";
import { KnownError } from "../../src/errors.ts";
import { type OwnStore, openStore } from "../../src/store/store.ts";
import { anIssue, operator } from "../fakes/a-task.ts";
import { agents } from "../fakes/agents.ts";
import { around } from "../fakes/flaky.ts";
import { createFakeGitHub, type Webhook } from "../fakes/github.ts";
import { createFakeLog } from "../fakes/log.ts";
import { createFakeMachine } from "../fakes/machine.ts";
import { createTimeline } from "../fakes/timeline.ts";
import type { FakeWorldOptions, PortName } from "../fakes/world.ts";
import { temporaryFile } from "../store/temporary-store.ts";
import { aLabelledIssue, aWorld, expectOnePull, pullsFor, statusOf, untilPhase, untilSaid } from "./a-world.ts";

const outage = new KnownError("OUTAGE", "GitHub is away", { retry: "later" });

/** A fault that can be switched on: which calls of which port fail. */
function aSwitch(port: PortName, calls: RegExp) {
  const fault = { isOn: false, count: 0 };
  const wrap: FakeWorldOptions["fault"] = (one, name) =>
    name !== port
      ? one
      : around(one, async (call, run) => {
          if (!fault.isOn || !calls.test(call)) return await run();
          fault.count += 1;
          throw outage;
        });
  return { fault, wrap };
}

describe("while GitHub is away", () => {
  it("runs are looked after: time is up when it is up", async () => {
    const { fault, wrap } = aSwitch("forge", /./);
    const world = await aWorld({ fault: wrap });
    world.machine.behaviours.set(1, agents.hangs);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "working");
    fault.isOn = true;
    await untilPhase(world, number, "stopped");
    await world.until("its session is ended", () => world.machine.sessions.size === 0);
    fault.isOn = false;
    await untilSaid(world, number, "Given up: the run took longer");
    expect(world.machine.violations).toEqual([]);
  });

  it("agents get their answers, and what people did is not forgotten", async () => {
    const { fault, wrap } = aSwitch("forge", /look/);
    const world = await aWorld({ fault: wrap });
    world.machine.behaviours.set(1, agents.hangs);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "working");
    fault.isOn = true;
    world.github.unlabel(number, "ben");
    await world.pass(30 * 60_000);
    expect(await world.phase(number)).toBe("working");
    fault.isOn = false;
    await untilPhase(world, number, "done");
    expect(statusOf(world, number)).toContain("Stopped: ben removed the label.");
  });

  it("is asked less and less often", async () => {
    const { fault, wrap } = aSwitch("forge", /look/);
    const world = await aWorld({ fault: wrap });
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    fault.isOn = true;
    world.github.setState(number, "open");
    await world.pass(60 * 60_000);
    expect(fault.count).toBeLessThan(30);
  });

  it("does the work no later for words that nobody can be told", async () => {
    const { fault, wrap } = aSwitch("forge", /^(say|showState|greet)$/);
    const world = await aWorld({ fault: wrap });
    fault.isOn = true;
    const number = aLabelledIssue(world);
    await world.until("a pull request", () => world.github.pulls.size > 0, 30_000);
    expect(fault.count).toBeGreaterThan(5);
    fault.isOn = false;
    await untilSaid(world, number, "Ready for review");
  });

  it("what can't be done is said as soon as it can be said", async () => {
    const { fault, wrap } = aSwitch("forge", /openPull/);
    const world = await aWorld({ fault: wrap });
    fault.isOn = true;
    const number = aLabelledIssue(world);
    await untilSaid(world, number, "The next step fails, and is tried again: GitHub is away");
    fault.isOn = false;
    await untilSaid(world, number, "Ready for review");
    expect(statusOf(world, number)).not.toContain("GitHub is away");
    expectOnePull(world, number);
  });
});

it("what an agent hands in while it is looked at is not lost with its session", async () => {
  const slow = { isOn: false };
  const world = await aWorld({
    fault: (port, name) =>
      name !== "runner"
        ? port
        : around(port, async (call, run) => {
            if (call === "look" && slow.isOn) {
              slow.isOn = false;
              // The agent does all its work and exits after its words were taken, and before its session is seen.
              vi.advanceTimersByTime(60_000);
            }
            return await run();
          }),
  });
  world.machine.behaviours.set(1, agents.exits);
  const number = aLabelledIssue(world);
  await untilPhase(world, number, "working");
  await world.until("it has begun", () => world.machine.started.length === 1);
  slow.isOn = true;
  await untilPhase(world, number, "in-review");
  expect(world.machine.started).toHaveLength(1);
  expectOnePull(world, number);
});

it("a workspace that somebody removed before its delivery ends the run instead of holding its slot", async () => {
  const { fault, wrap } = aSwitch("runner", /deliver/);
  const world = await aWorld({ fault: wrap });
  fault.isOn = true;
  const number = aLabelledIssue(world);
  await untilPhase(world, number, "delivering");
  world.machine.workspaces.clear();
  fault.isOn = false;
  await untilSaid(world, number, "Given up: the workspace is gone.");
  expect(pullsFor(world, number)).toEqual([]);
});

it("a workspace that can't be looked at is not cleared", async () => {
  let isBlind = false;
  const world = await aWorld({ isUnsure: () => isBlind });
  const number = aLabelledIssue(world);
  await untilPhase(world, number, "in-review");
  isBlind = true;
  world.github.setState(number, "closed");
  await untilPhase(world, number, "ending");
  await world.pass(10 * 60_000);
  expect(world.machine.workspaces.size).toBe(1);
  isBlind = false;
  await untilPhase(world, number, "done");
  expect(world.machine.saved).toHaveLength(1);
});

it("a damaged task is left alone, and holds up nobody in the queue", async () => {
  const file = await temporaryFile();
  const world = await aWorld({ file, operator: { maxSessions: 1 } });
  world.machine.behaviours.set(1, agents.hangs);
  const [busy, damaged, third] = [aLabelledIssue(world), aLabelledIssue(world), aLabelledIssue(world)];
  await untilPhase(world, third, "queued");
  spoil(file, damaged);
  world.github.setState(busy, "closed");
  await untilPhase(world, third, "in-review");
  expect(world.machine.started).toEqual(["shop-dw-1", "shop-dw-3"]);
  expect(world.log.some(({ words }) => words.startsWith("the saved task 500-2 can't be read"))).toBe(true);
});

function spoil(file: string, number: number): void {
  const database = new DatabaseSync(file);
  database.prepare("update tasks set json = '{' where number = ?").run(number);
  database.close();
}

async function aStoreWithALabel(): Promise<{ world: World; store: OwnStore; log: ReturnType<typeof createFakeLog> }> {
  const log = createFakeLog();
  const nowMs = Date.now;
  const store = await openStore({ file: ":memory:", log, nowMs });
  onTestFinished(() => store.close());
  const send = ({ key, subject, fact }: Webhook) => void store.note(key, subject, fact, nowMs());
  const github = createFakeGitHub({ nowMs, send });
  const timeline = createTimeline();
  const machine = createFakeMachine({ timeline, branches: github.branches, isUnsure: () => true, onEvent: () => {} });
  github.label(github.openIssue("Mend the shop").number);
  await vi.waitUntil(async () => (await store.tasksWithFacts()).length > 0);
  const { forge } = github;
  const { runner } = machine;
  return { world: { store, forge, runner, operator, log, nowMs, newConversation: () => "c" }, store, log };
}

describe("the loop", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => vi.useRealTimers());

  it("leaves nothing waiting when it is stopped, so that the process can end", async () => {
    const { world, store } = await aStoreWithALabel();
    const loop = createLoop(world);
    await loop.start();
    await vi.waitUntil(async () => (await store.load("500-1")) !== undefined);
    await loop.stop();
    expect(vi.getTimerCount()).toBe(0);
    loop.wake(anIssue(1));
    await loop.wakeForFacts();
    await setImmediate();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tries an inbox that can't be read again, and does not fall over it", async () => {
    const { world, store, log } = await aStoreWithALabel();
    let isBroken = true;
    const broken = around(store, async (call, run) => {
      if (isBroken && call === "tasksWithFacts") throw outage;
      return await run();
    });
    const loop = createLoop({ ...world, store: broken });
    await loop.start();
    await loop.wakeForFacts();
    expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(2);
    isBroken = false;
    vi.advanceTimersByTime(10_000);
    await vi.waitUntil(async () => (await store.load("500-1")) !== undefined);
    await loop.stop();
  });
});
