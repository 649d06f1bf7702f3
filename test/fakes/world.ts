import { setImmediate } from "node:timers/promises";
import { vi } from "vitest";
import { createLoop, type Loop } from "../../src/control/loop.ts";
import type { World } from "../../src/control/ports.ts";
import type { OperatorPolicy } from "../../src/core/policy.ts";
import { type Task, taskId, type TaskRef } from "../../src/core/task.ts";
import { KnownError } from "../../src/errors.ts";
import { type OwnStore, openStore } from "../../src/store/store.ts";
import { anIssue, operator } from "./a-task.ts";
import { around } from "./flaky.ts";
import { createFakeGitHub, type FakeGitHub, type Webhook } from "./github.ts";
import { createFakeLog, type LogLine } from "./log.ts";
import { createFakeMachine, type FakeMachine } from "./machine.ts";
import { createTimeline } from "./timeline.ts";

export type PortName = "store" | "forge" | "runner";

export interface FakeWorldOptions {
  readonly operator?: Partial<OperatorPolicy>;
  /** How much of the log is kept; all of it when nothing is said. */
  readonly mostLogLines?: number;
  /** Where the store is; one in memory when nothing is said. */
  readonly file?: string;
  /** Faults in the ports of the bot. */
  readonly fault?: <Port extends object>(port: Port, name: PortName) => Port;
  /** Whether this look at the machine fails. */
  readonly isUnsure?: () => boolean;
  /** After how many milliseconds a webhook comes, each time that it comes. */
  readonly mail?: (webhook: Webhook) => readonly number[];
  /** Called before and after each call of the bot; `true` kills it there. */
  readonly kills?: (port: PortName, call: string, when: "before" | "after") => boolean;
}

export interface FakeWorld {
  readonly github: FakeGitHub;
  readonly machine: FakeMachine;
  readonly store: OwnStore;
  readonly log: readonly LogLine[];
  /** How often the bot was started. */
  starts(): number;
  startBot(): Promise<void>;
  /** Kills the bot where it is; it is started anew when time goes on. */
  kill(): void;
  /** @param rival the agent, where it is not the first one of its issue. */
  task(number: number, rival?: string): Promise<Task | undefined>;
  phase(number: number, rival?: string): Promise<Task["phase"]["at"] | undefined>;
  /** Lets time pass until something is so; fails when it is not after so many milliseconds. */
  until(what: string, isSo: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

interface Bot {
  isDead: boolean;
  readonly loop: Loop;
  readonly world: World;
}

const never = new Promise<never>(() => {});
const anHourMs = 3_600_000;

/** The bot's loop on its real store, and around it a GitHub and a machine that behave, all in one time that the test lets pass. */
export async function createFakeWorld(options: FakeWorldOptions = {}): Promise<FakeWorld> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_800_000_000_000 });
  const log = createFakeLog(options.mostLogLines);
  const timeline = createTimeline();
  const nowMs = () => timeline.nowMs();
  const store = await openStore({ file: options.file ?? ":memory:", log, nowMs });
  const github = createFakeGitHub({ nowMs, send });
  const machine = createFakeMachine({
    timeline,
    branches: github.branches,
    isUnsure: options.isUnsure ?? (() => false),
    onEvent: (task) => wake(task),
  });
  let bot: Bot | undefined;
  let starts = 0;
  let calls = 0;
  let underWay = 0;
  let conversations = 0;

  function createBot(): Bot {
    const fault = options.fault ?? ((port) => port);
    const mortal = <Port extends object>(port: Port, name: PortName) =>
      around(fault(port, name), (call, run) => live(made, name, call, run));
    const world: World = {
      store: mortal(store, "store"),
      forge: mortal(github.forge, "forge"),
      runner: mortal(machine.runner, "runner"),
      operator: { ...operator, ...options.operator },
      log,
      nowMs,
      newConversation: () => `conversation-${(conversations += 1)}`,
    };
    const made: Bot = { isDead: false, world, loop: createLoop(world) };
    return made;
  }

  /** A call of a bot that is killed meanwhile never comes back: its work may be done, and nobody hears of it. */
  async function live(one: Bot, port: PortName, call: string, run: () => Promise<unknown>): Promise<unknown> {
    const isHit = (when: "before" | "after") => {
      one.isDead ||= options.kills?.(port, call, when) === true;
      return one.isDead;
    };
    if (one.isDead || isHit("before")) return never;
    calls += 1;
    underWay += 1;
    try {
      const answer = await run();
      return isHit("after") ? never : answer;
    } catch (error) {
      if (one.isDead) return never;
      throw error;
    } finally {
      underWay -= 1;
    }
  }

  async function startBot(): Promise<void> {
    starts += 1;
    const one = createBot();
    bot = one;
    // As a service manager would: one that fails at its start is started again.
    one.loop.start().catch((error: unknown) => {
      if (!(error instanceof KnownError)) throw error;
      one.isDead = true;
    });
    await settle();
  }

  function wake(task: TaskRef): void {
    if (bot?.isDead === false) bot.loop.wake(task);
  }

  function send(webhook: Webhook): void {
    for (const ms of options.mail?.(webhook) ?? [200]) timeline.after(ms, () => deliver(webhook));
  }

  /** What is not acknowledged comes again later. */
  function deliver(webhook: Webhook): void {
    let isTaken = false;
    const takeBack = timeline.after(5_000, () => isTaken || deliver(webhook));
    if (bot === undefined || bot.isDead) return;
    const { world, loop } = bot;
    const note = async () => {
      await world.store.note(webhook.key, webhook.subject, webhook.fact, nowMs());
      isTaken = true;
      takeBack();
      await loop.wakeForFacts();
    };
    note().catch((error: unknown) => {
      if (!(error instanceof KnownError)) throw error;
    });
  }

  /** Between two calls of the bot there is nothing but thinking, so a turn of the event loop without a call means that it rests. */
  async function settle(): Promise<void> {
    for (;;) {
      const before = calls;
      await setImmediate();
      if (underWay === 0 && calls === before) return;
    }
  }

  async function oneMoment(): Promise<void> {
    if (bot?.isDead === true) {
      vi.advanceTimersByTime(3_000);
      return await startBot();
    }
    if (vi.getTimerCount() === 0) throw new Error("nothing more is going to happen");
    vi.advanceTimersToNextTimer();
    await settle();
  }

  async function load(number: number, rival?: string): Promise<Task | undefined> {
    return (await store.load(taskId({ ...anIssue(number), rival })))?.task;
  }

  async function tell(): Promise<string> {
    const lines = await Promise.all(
      [...github.issues.keys()].map(async (number) => {
        const task = await store.load(taskId(anIssue(number)));
        return `#${number} ${task?.task.phase.at}: ${task?.task.why} ${task?.task.trouble ?? ""}`;
      }),
    );
    return lines.join("\n");
  }

  return {
    github,
    machine,
    store,
    log: log.lines,
    starts: () => starts,
    startBot,
    kill() {
      if (bot !== undefined) bot.isDead = true;
    },
    task: load,
    phase: async (number, rival) => (await load(number, rival))?.phase.at,
    async until(what, isSo, limitMs = anHourMs) {
      const endMs = nowMs() + limitMs;
      await settle();
      while (!(await isSo())) {
        if (nowMs() > endMs) throw new Error(`not in time: ${what}\n${await tell()}`);
        await oneMoment();
      }
    },
    async pass(ms) {
      const endMs = nowMs() + ms;
      timeline.after(ms, () => undefined);
      while (nowMs() < endMs) await oneMoment();
    },
    async close() {
      if (bot !== undefined) bot.isDead = true;
      await settle();
      vi.useRealTimers();
      await store.close();
    },
  };
}
