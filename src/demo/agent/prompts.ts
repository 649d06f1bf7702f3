import { setTimeout as sleep } from "node:timers/promises";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { takeMessages } from "./inbox.ts";

/** What the agent is told, from wherever: typed at its terminal or left in its inbox. */
export interface Prompts {
  push(text: string): void;
  /** Everything said since the last time. */
  drain(): string[];
  /** Resolves once there is something to drain. */
  wait(): Promise<void>;
  /** Somebody wants the turn to end where it is. */
  interrupt(): void;
  /** Whether somebody did since the last time that this was asked. */
  wasInterrupted(): boolean;
}

export function createPrompts(run: RunFolder): Prompts {
  const waiting: string[] = [];
  const wakes: (() => void)[] = [];
  let isInterrupted = false;

  function push(text: string): void {
    waiting.push(text);
    for (const wake of wakes.splice(0)) wake();
  }

  async function watch(): Promise<never> {
    for (;;) {
      for (const message of await takeMessages(run)) push(message);
      await sleep(150);
    }
  }
  // A broken inbox is the end of the program: better than an agent that can't be reached.
  void watch();

  return {
    push,
    interrupt: () => void (isInterrupted = true),
    wasInterrupted() {
      const was = isInterrupted;
      isInterrupted = false;
      return was;
    },
    drain: () => waiting.splice(0),
    async wait() {
      if (waiting.length === 0) await new Promise<void>((resolve) => wakes.push(resolve));
    },
  };
}
