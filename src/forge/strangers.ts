import type { ServerResponse } from "node:http";
import type { Log } from "../control/ports.ts";
import { createTokenBucket } from "./token-bucket.ts";

export interface Strangers {
  /** Answers a request that bears no good signature: with the reason, or with 429 when there were too many of them. */
  refuse(response: ServerResponse, status: number, words: string, headers?: Record<string, string>): void;
}

/** More than GitHub sends by mistake in a burst, say when its secret was changed on one side only. */
const atOnce = 60;
const perSecond = 1;

/**
 * Only those who are refused are counted, all of them together: behind a tunnel they all have one address, and GitHub's
 * has the same. So whoever signs is never held up by those who do not.
 */
export function createStrangers(log: Log, nowMs: () => number): Strangers {
  const words = createTokenBucket(atOnce, perSecond, nowMs);
  const warnings = createTokenBucket(1, 1 / 600, nowMs);
  return {
    refuse: (response, status, why, headers = {}) => {
      if (words.take()) return reply(response, status, why, headers);
      if (warnings.take())
        log.warn({}, "many requests bear no good signature; is WEBHOOK_SECRET that of the App's settings page?");
      reply(response, 429, "too many requests without a good signature", { "retry-after": "1", connection: "close" });
    },
  };
}

export function reply(
  response: ServerResponse,
  status: number,
  words: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(`${words}\n`);
}
