import { createHmac, randomUUID } from "node:crypto";
import { notFound } from "./world/errors.ts";

/** One attempt at telling the App something, as `/app/hook/deliveries` remembers it. */
export interface Delivery {
  readonly id: number;
  /** `X-GitHub-Delivery`; a redelivery keeps it. */
  readonly guid: string;
  readonly deliveredMs: number;
  readonly isRedelivery: boolean;
  readonly durationMs: number;
  readonly status: string;
  /** The App's answer; 0 when there was none. */
  readonly statusCode: number;
  readonly event: string;
  readonly action: string | undefined;
  readonly installation: number | undefined;
  readonly repository: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
  readonly answer: string;
}

export interface Letter {
  readonly event: string;
  readonly action: string | undefined;
  readonly installation: number | undefined;
  readonly repository: number | undefined;
  readonly payload: unknown;
}

/** What becomes of a webhook on its way. */
export type Fate =
  | { readonly is: "delivered"; readonly copies?: number }
  /** Delivered once the promise is settled, while later ones overtake it. */
  | { readonly is: "held"; readonly until: Promise<unknown>; readonly copies?: number }
  /** The App was not reached; GitHub remembers a failure, which can be redelivered. */
  | { readonly is: "failed" }
  /** It never existed, as far as anybody can find out. */
  | { readonly is: "lost" };

export interface Deliveries {
  readonly list: () => readonly Delivery[];
  readonly get: (id: number) => Delivery;
  readonly send: (letter: Letter) => void;
  readonly redeliver: (id: number) => void;
  /** Resolves once nothing is under way any more. */
  readonly settled: () => Promise<void>;
  readonly stop: () => void;
}

export interface Post {
  readonly url: () => string | undefined;
  readonly secret: string;
  readonly appId: number;
  readonly hookId: number;
  readonly nextId: () => number;
  readonly nowMs: () => number;
  readonly fate: (letter: Letter) => Fate;
}

/** GitHub gives up on an answer after 10 s, and never tries again by itself. */
const patienceMs = 10_000;

export function createDeliveries(post: Post): Deliveries {
  const done: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const stop = new AbortController();
  const stopped = new Promise((resolve) => stop.signal.addEventListener("abort", resolve));

  /** In the order in which things happened, unless fate has it otherwise: tests are the better for it. */
  let last: Promise<void> = Promise.resolve();
  function queue(letter: Letter, guid: string, isRedelivery: boolean): void {
    last = start(letter, guid, isRedelivery, last);
  }

  function start(letter: Letter, guid: string, isRedelivery: boolean, after: Promise<unknown>): Promise<void> {
    const attempt = Promise.race([after, stopped])
      .then(() => deliver(letter, guid, isRedelivery))
      .finally(() => underWay.delete(attempt));
    underWay.add(attempt);
    return attempt;
  }

  async function deliver(letter: Letter, guid: string, isRedelivery: boolean): Promise<void> {
    const url = post.url();
    if (url === undefined || stop.signal.aborted) return;
    const body = JSON.stringify(letter.payload);
    const headers = headersOf(post, letter, guid, body);
    const startedMs = performance.now();
    const answer = await knock(url, headers, body, stop.signal);
    record({ ...letter, ...answer, guid, isRedelivery, headers, durationMs: performance.now() - startedMs });
  }

  function record(delivery: Omit<Delivery, "id" | "deliveredMs">): void {
    done.push({ ...delivery, id: post.nextId(), deliveredMs: post.nowMs() });
  }

  function send(letter: Letter): void {
    const fate = post.fate(letter);
    const guid = randomUUID();
    switch (fate.is) {
      case "delivered":
        for (let copy = 0; copy < (fate.copies ?? 1); copy += 1) queue(letter, guid, false);
        return;
      case "held":
        for (let copy = 0; copy < (fate.copies ?? 1); copy += 1) void start(letter, guid, false, fate.until);
        return;
      case "failed": {
        const headers = headersOf(post, letter, guid, JSON.stringify(letter.payload));
        record({ ...letter, ...unreached, guid, isRedelivery: false, headers, durationMs: 0 });
        return;
      }
      case "lost":
        return;
      default:
        fate satisfies never;
    }
  }

  const get = (id: number): Delivery => {
    const found = done.find((delivery) => delivery.id === id);
    if (found === undefined) throw notFound();
    return found;
  };

  return {
    list: () => done.toReversed(),
    get,
    send,
    redeliver: (id) => {
      const before = get(id);
      queue(before, before.guid, true);
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    stop: () => stop.abort(),
  };
}

function headersOf(post: Post, letter: Letter, guid: string, body: string): Record<string, string> {
  const sign = (hash: string): string => `${hash}=${createHmac(hash, post.secret).update(body).digest("hex")}`;
  return {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/c0ffee1",
    "x-github-delivery": guid,
    "x-github-event": letter.event,
    "x-github-hook-id": String(post.hookId),
    "x-github-hook-installation-target-id": String(post.appId),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature": sign("sha1"),
    "x-hub-signature-256": sign("sha256"),
  };
}

type Answer = Pick<Delivery, "status" | "statusCode" | "answer">;

const unreached: Answer = { status: "failed to connect to host", statusCode: 0, answer: "" };

async function knock(url: string, headers: Record<string, string>, body: string, stop: AbortSignal): Promise<Answer> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(patienceMs)]);
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    const answer = await response.text();
    return {
      status: response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`,
      statusCode: response.status,
      answer,
    };
  } catch (error) {
    // Whatever went wrong on the way to the App: GitHub remembers it as a failed delivery.
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    return isLate ? { status: "timed out", statusCode: 504, answer: "" } : unreached;
  }
}
