import { setTimeout } from "node:timers/promises";
import { isReserve, type RequestsLeft, scarcest } from "../core/request-budget.ts";
import { KnownError } from "../errors.ts";

/**
 * How fast GitHub is written to, for each installation apart: one write after another, a few at once without waiting,
 * then one a second; and new comments and pull requests within what GitHub allows an hour. After "too many" nothing is asked until
 * GitHub's own time is over.
 * Source: "Best practices for using the REST API" (one write at a time, a second apart) and "Rate limits" (80 pieces of
 * content a minute, 500 an hour).
 */
export interface Pace {
  /** @throws KnownError FORGE_LIMIT while GitHub wants quiet. */
  checkQuiet(who: string): void;
  /** @throws KnownError FORGE_LIMIT when its turn would come too late. */
  write<T>(who: string, isNewContent: boolean, run: () => Promise<T>): Promise<T>;
  keepQuiet(who: string, untilMs: number): void;
  /** What GitHub said is left of the hour. */
  hear(who: string, left: RequestsLeft): void;
  /** @throws KnownError FORGE_LIMIT while only what is kept for people is left. */
  checkReserve(who: string): void;
  /** Where the fewest requests are left; undefined when GitHub has not said it of this hour. */
  scarcest(): RequestsLeft | undefined;
}

/** So many writes may go at once after a pause, and then so many a second. */
const writes: Rate = { burst: 20, everyMs: 1_000 };
/** 60 at once and 8 a minute stay below 500 an hour. */
const newContent: Rate = { burst: 60, everyMs: 7_500 };

/** Longer than this nobody waits for his turn: the pass ends and comes back. */
const longestWaitMs = 15_000;

interface Rate {
  readonly burst: number;
  readonly everyMs: number;
}

interface Lane {
  last: Promise<unknown>;
  quietUntilMs: number;
  left: RequestsLeft | undefined;
  readonly writes: Bucket;
  readonly newContent: Bucket;
}

type Sleep = (ms: number) => Promise<unknown>;

export function createPace(nowMs: () => number, sleep: Sleep = setTimeout): Pace {
  const lanes = new Map<string, Lane>();

  function laneOf(who: string): Lane {
    const known = lanes.get(who);
    if (known !== undefined) return known;
    const lane: Lane = {
      last: Promise.resolve(),
      quietUntilMs: 0,
      left: undefined,
      writes: createBucket(writes, nowMs),
      newContent: createBucket(newContent, nowMs),
    };
    lanes.set(who, lane);
    return lane;
  }

  function checkQuiet(who: string): void {
    const { quietUntilMs } = laneOf(who);
    if (nowMs() < quietUntilMs) throw tooMuch(`GitHub wants no requests until ${timeOf(quietUntilMs)}`);
  }

  /** Takes the next place in the queue. @returns when its turn is, at the earliest. */
  function turnOf(lane: Lane, isNewContent: boolean): number {
    const buckets = isNewContent ? [lane.writes, lane.newContent] : [lane.writes];
    const waitMs = Math.max(...buckets.map((bucket) => bucket.waitMs()));
    if (waitMs > longestWaitMs) {
      throw tooMuch(`too much is written to GitHub at once; the next turn is in ${Math.ceil(waitMs / 1_000)} s`);
    }
    for (const bucket of buckets) bucket.take();
    return nowMs() + waitMs;
  }

  return {
    checkQuiet,
    async write(who, isNewContent, run) {
      const lane = laneOf(who);
      const turnMs = turnOf(lane, isNewContent);
      const mine = lane.last.then(async () => {
        if (turnMs > nowMs()) await sleep(turnMs - nowMs());
        checkQuiet(who);
        return await run();
      });
      lane.last = Promise.allSettled([mine]);
      return await mine;
    },
    keepQuiet(who, untilMs) {
      const lane = laneOf(who);
      lane.quietUntilMs = Math.max(lane.quietUntilMs, untilMs);
    },
    hear(who, left) {
      laneOf(who).left = left;
    },
    checkReserve(who) {
      const { left } = laneOf(who);
      if (left === undefined || !isReserve(left, nowMs())) return;
      const rest = `${left.left} of ${left.limit} requests are left until ${timeOf(left.resetMs)}`;
      throw tooMuch(`${rest}; they are kept for people, so what can wait is asked later`);
    },
    scarcest: () =>
      scarcest(
        [...lanes.values()].flatMap(({ left }) => left ?? []),
        nowMs(),
      ),
  };
}

function tooMuch(words: string): KnownError {
  return new KnownError("FORGE_LIMIT", words, {
    retry: "later",
    hint: "It goes on by itself. Fewer sessions at once, or a longer STATUS_EVERY_SECONDS, keep below GitHub's limits.",
  });
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

interface Bucket {
  waitMs(): number;
  take(): void;
}

/** A token bucket: full at first, one more every so often. */
function createBucket({ burst, everyMs }: Rate, nowMs: () => number): Bucket {
  let left = burst;
  let countedAtMs = nowMs();

  function count(): number {
    const now = nowMs();
    left = Math.min(burst, left + Math.max(0, now - countedAtMs) / everyMs);
    countedAtMs = now;
    return left;
  }

  return {
    waitMs: () => Math.max(0, Math.ceil((1 - count()) * everyMs)),
    take: () => {
      left = count() - 1;
    },
  };
}
