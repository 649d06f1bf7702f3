import type { Answer } from "./rest/call.ts";
import { refusalAnswer } from "./rest.ts";
import { Refusal } from "./world/errors.ts";

const hourMs = 3_600_000;

/** The primary rate limit: so many requests an hour for each token; a 304 is free. */
export interface Limits {
  /** The 403 for who has none left. */
  readonly refuse: (authorization: string | undefined) => Answer | undefined;
  /** Counts a request and hands back the headers that say what is left. */
  readonly count: (authorization: string | undefined, isFree: boolean) => Record<string, string>;
}

export function createLimits(perHour: number, nowMs: () => number): Limits {
  const windows = new Map<string, { used: number; readonly untilMs: number }>();

  function windowOf(authorization = "nobody"): { used: number; readonly untilMs: number } {
    const known = windows.get(authorization);
    if (known !== undefined && known.untilMs > nowMs()) return known;
    const fresh = { used: 0, untilMs: nowMs() + hourMs };
    windows.set(authorization, fresh);
    return fresh;
  }

  function headersOf({ used, untilMs }: { readonly used: number; readonly untilMs: number }): Record<string, string> {
    return {
      "x-ratelimit-limit": String(perHour),
      "x-ratelimit-used": String(used),
      "x-ratelimit-remaining": String(Math.max(0, perHour - used)),
      "x-ratelimit-reset": String(Math.ceil(untilMs / 1000)),
      "x-ratelimit-resource": "core",
    };
  }

  return {
    refuse: (authorization) =>
      windowOf(authorization).used < perHour ? undefined : refusalAnswer(new Refusal(403, "API rate limit exceeded")),
    count: (authorization, isFree) => {
      const window = windowOf(authorization);
      if (!isFree) window.used += 1;
      return headersOf(window);
    },
  };
}
