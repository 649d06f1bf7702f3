import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";

/** Runs the sweep: at start, every few minutes, and soon after the App was put on other repositories. */
export interface Sweeper {
  start(): void;
  soon(): void;
  /** Resolves once a sweep that is under way has ended. */
  stop(): Promise<void>;
}

export interface SweeperOptions {
  /** @returns how many labels were news. */
  readonly sweep: () => Promise<number>;
  /** There is news in the inbox. */
  readonly wake: () => void;
  readonly everyMs: number;
  readonly log: Log;
  /** How long "soon" is: several changes come together. */
  readonly soonMs?: number;
}

export function createSweeper({ sweep, wake, everyMs, log, soonMs = 2_000 }: SweeperOptions): Sweeper {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function runIn(ms: number): void {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(run, ms);
  }

  function run(): void {
    // One that is under way may have looked already where something changed since: another one comes after it.
    if (running !== undefined) return runIn(soonMs);
    running = once().finally(() => {
      running = undefined;
    });
    runIn(everyMs);
  }

  async function once(): Promise<void> {
    try {
      if ((await sweep()) > 0) wake();
    } catch (error) {
      // What it found before that is in the inbox all the same.
      wake();
      if (error instanceof KnownError) log.warn({ err: error }, error.message);
      else log.error({ err: error }, "a sweep failed; this is a bug in Coppice");
    }
  }

  return {
    start: run,
    soon: () => runIn(soonMs),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
