import type { Log } from "../control/ports.ts";
import { hasStatus, inWords } from "./failures.ts";
import type { Clients, Octokit } from "./octokits.ts";

type Delivery = Awaited<ReturnType<Octokit["rest"]["apps"]["listWebhookDeliveries"]>>["data"][number];

export interface Redelivery {
  /** All deliveries before this were looked through; undefined when none ever were. Kept by the caller over restarts. */
  readonly sinceMs: number | undefined;
}

export interface Redelivered {
  /** How many GitHub was asked to send again. */
  readonly asked: number;
  /** Up to when all is looked through now. */
  readonly untilMs: number;
}

/**
 * Asks GitHub to send again what it could not deliver to us. Each webhook once: GitHub's own record of a second attempt is
 * what we remember it by, so nothing of this is lost with a crash. What GitHub remembers no more (it keeps three days), and what
 * never reached its record, is found by the sweep of issues and comments.
 */
export type RedeliverMissed = (since: Redelivery) => Promise<Redelivered>;

const perPage = 100;
/** A thousand deliveries; a service that was away for longer relies on the sweep for the older ones. */
const mostPages = 10;
/** Each is a write at GitHub, and those are paced; the rest is for the next sweep. */
const mostAtOnce = 50;
/** One may be under way while we look, and GitHub's clock is not ours. */
const overlapMs = 10 * 60_000;
/** Source: "Redelivering webhooks": deliveries of the past three days. */
const keptMs = 3 * 24 * 60 * 60_000;

export function createMissedDeliveries(octokits: Clients, log: Log, nowMs: () => number): RedeliverMissed {
  async function redeliver(sinceMs: number | undefined): Promise<Redelivered> {
    const startedMs = nowMs();
    const fromMs = Math.max((sinceMs ?? 0) - overlapMs, startedMs - keptMs);
    const missed = missedOf(await recent(octokits, fromMs));
    const now = missed.slice(0, mostAtOnce);
    for (const delivery of now) await sendAgain(octokits, delivery, log);
    if (now.length > 0)
      log.info({ missed: missed.length, asked: now.length }, "webhooks that did not reach us come again");
    return { asked: now.length, untilMs: now.length < missed.length ? fromMs + overlapMs : startedMs };
  }

  return ({ sinceMs }) => inWords("show the webhooks that did not reach us", () => redeliver(sinceMs));
}

/** Newest first, as GitHub gives them. */
async function recent(octokits: Clients, fromMs: number): Promise<readonly Delivery[]> {
  const { rest } = octokits.app;
  const found: Delivery[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { data, headers } = await rest.apps.listWebhookDeliveries({
      per_page: perPage,
      ...(cursor !== undefined && { cursor }),
    });
    const young = data.filter(({ delivered_at }) => Date.parse(delivered_at) >= fromMs);
    found.push(...young);
    cursor = nextCursor(headers.link);
    if (cursor === undefined || young.length < data.length) break;
  }
  return found;
}

function nextCursor(link: string | undefined): string | undefined {
  const url = /<([^>]+)>; rel="next"/.exec(link ?? "")?.[1];
  return url === undefined ? undefined : (new URL(url).searchParams.get("cursor") ?? undefined);
}

/** Those of which no attempt came to us, and that were tried only once; the oldest first. */
function missedOf(deliveries: readonly Delivery[]): readonly Delivery[] {
  const settled = new Set(deliveries.filter((one) => one.redelivery || isTaken(one)).map(({ guid }) => guid));
  const missed = new Map(deliveries.filter(({ guid }) => !settled.has(guid)).map((one) => [one.guid, one]));
  return [...missed.values()].toReversed();
}

function isTaken({ status_code: status }: Delivery): boolean {
  return status >= 200 && status < 300;
}

/** GitHub may have forgotten it meanwhile, or not want to: the sweep finds what it was about. */
async function sendAgain(octokits: Clients, { id, guid, event }: Delivery, log: Log): Promise<void> {
  try {
    await octokits.app.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
  } catch (error) {
    if (!hasStatus(error, 400, 404, 422)) throw error;
    log.info({ delivery: guid, event }, "GitHub does not send a webhook again");
  }
}
