/** What GitHub last said is left of an hour's requests. */
export interface RequestsLeft {
  readonly limit: number;
  readonly left: number;
  /** When they are all there again. */
  readonly resetMs: number;
}

/** This share of the hour is kept for people's commands, and for the work of tasks: what can wait has to. */
const reserve = 0.25;

/**
 * What is left of an answer's headers; undefined when it says nothing of the usual requests (searches and GraphQL are counted apart).
 * Source: "Rate limits for the REST API" in GitHub's documentation.
 */
export function requestsLeft(headers: Readonly<Record<string, unknown>>): RequestsLeft | undefined {
  const number = (name: string) => Number(headers[`x-ratelimit-${name}`] ?? Number.NaN);
  const [limit, left, resetS] = [number("limit"), number("remaining"), number("reset")];
  const isUsual = (headers["x-ratelimit-resource"] ?? "core") === "core";
  if (!isUsual || !(limit > 0) || !(left >= 0) || !(resetS > 0)) return undefined;
  return { limit, left, resetMs: resetS * 1_000 };
}

/** Whether only the reserve is left, so that what can wait is not asked before the reset. */
export function isReserve({ limit, left, resetMs }: RequestsLeft, nowMs: number): boolean {
  return nowMs < resetMs && left < limit * reserve;
}

/** The scarcest of several that still count; undefined when there is none. */
export function scarcest(all: readonly RequestsLeft[], nowMs: number): RequestsLeft | undefined {
  const valid = all.filter(({ resetMs }) => nowMs < resetMs);
  return valid.toSorted((a, b) => a.left / a.limit - b.left / b.limit)[0];
}
