import type { Answer } from "./rest/call.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { Refusal } from "./world/errors.ts";

interface Left {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** In seconds, as GitHub says it. */
  readonly reset: number;
}

const hourMs = 3_600_000;

/** The primary rate limit: so many requests an hour for each installation, over all its tokens, and for each other token; a 304 is free. */
export interface Limits {
  /** The 403 for who has none left. */
  readonly refuse: (authorization: string | undefined) => Answer | undefined;
  /** Counts a request and hands back the headers that say what is left. */
  readonly look: (authorization: string | undefined) => Left;
  readonly count: (authorization: string | undefined, isFree: boolean) => Record<string, string>;
}

/** @param countedAs whose hour a request is counted in. */
export function createLimits(
  perHour: number,
  nowMs: () => number,
  countedAs: (authorization: string) => string,
): Limits {
  const windows = new Map<string, { used: number; readonly untilMs: number }>();

  function windowOf(authorization = "nobody"): { used: number; readonly untilMs: number } {
    const whose = countedAs(authorization);
    const known = windows.get(whose);
    if (known !== undefined && known.untilMs > nowMs()) return known;
    const fresh = { used: 0, untilMs: nowMs() + hourMs };
    windows.set(whose, fresh);
    return fresh;
  }

  function look(authorization: string | undefined): Left {
    const { used, untilMs } = windowOf(authorization);
    return { limit: perHour, used, remaining: Math.max(0, perHour - used), reset: Math.ceil(untilMs / 1000) };
  }

  return {
    look,
    refuse: (authorization) =>
      windowOf(authorization).used < perHour ? undefined : refusalAnswer(new Refusal(403, "API rate limit exceeded")),
    count: (authorization, isFree) => {
      if (!isFree) windowOf(authorization).used += 1;
      const { limit, used, remaining, reset } = look(authorization);
      return {
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-used": String(used),
        "x-ratelimit-remaining": String(remaining),
        "x-ratelimit-reset": String(reset),
        "x-ratelimit-resource": "core",
      };
    },
  };
}
