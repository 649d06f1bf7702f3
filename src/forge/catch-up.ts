import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import type { GithubForge } from "./forge.ts";
import type { SweepStore } from "./sweep.ts";

export interface CatchUpStore extends SweepStore {
  mark(name: "deliveries-until-ms"): Promise<number | undefined>;
  setMark(
    name: "deliveries-until-ms" | "last-sweep-ms" | "requests-left" | "requests-limit" | "requests-reset-ms",
    value: number,
  ): Promise<void>;
}

type CatchUpForge = Pick<GithubForge, "redeliverMissed" | "sweep" | "requestsLeft">;

interface CatchUpWorld {
  readonly log: Log;
  readonly nowMs: () => number;
  /** Our bot's login, once it is known. */
  readonly ownLogin: () => string | undefined;
}

/**
 * One sweep: GitHub is asked to send again what did not reach us, then repositories are looked through for what it can't send any more.
 * @returns how many were news.
 */
export async function catchUp(forge: CatchUpForge, store: CatchUpStore, world: CatchUpWorld): Promise<number> {
  try {
    return await lookThrough(forge, store, world);
  } finally {
    await noteRequests(forge, store);
  }
}

/** For `status`: how much of GitHub's limit is left. */
async function noteRequests({ requestsLeft }: CatchUpForge, store: CatchUpStore): Promise<void> {
  const found = requestsLeft();
  if (found === undefined) return;
  await store.setMark("requests-left", found.left);
  await store.setMark("requests-limit", found.limit);
  await store.setMark("requests-reset-ms", found.resetMs);
}

async function lookThrough(
  forge: CatchUpForge,
  store: CatchUpStore,
  { log, nowMs, ownLogin }: CatchUpWorld,
): Promise<number> {
  try {
    const { untilMs } = await forge.redeliverMissed({ sinceMs: await store.mark("deliveries-until-ms") });
    await store.setMark("deliveries-until-ms", untilMs);
  } catch (error) {
    // The sweep finds what those webhooks were about, so it does not wait for them.
    if (!(error instanceof KnownError)) throw error;
    log.warn({ err: error }, error.message);
  }
  const found = await forge.sweep(store, ownLogin());
  await store.setMark("last-sweep-ms", nowMs());
  return found;
}
