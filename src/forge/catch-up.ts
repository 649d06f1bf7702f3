import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import type { GithubForge } from "./forge.ts";
import type { SweepStore } from "./sweep.ts";

export interface CatchUpStore extends SweepStore {
  mark(name: "deliveries-until-ms"): Promise<number | undefined>;
  setMark(name: "deliveries-until-ms" | "last-sweep-ms", value: number): Promise<void>;
}

/**
 * One sweep: GitHub is asked to send again what did not reach us, then repositories are looked through for what it can't send any more.
 * @returns how many were news.
 */
export async function catchUp(
  forge: Pick<GithubForge, "redeliverMissed" | "sweep">,
  store: CatchUpStore,
  { log, nowMs }: { readonly log: Log; readonly nowMs: () => number },
): Promise<number> {
  try {
    const { untilMs } = await forge.redeliverMissed({ sinceMs: await store.mark("deliveries-until-ms") });
    await store.setMark("deliveries-until-ms", untilMs);
  } catch (error) {
    // The sweep finds what those webhooks were about, so it does not wait for them.
    if (!(error instanceof KnownError)) throw error;
    log.warn({ err: error }, error.message);
  }
  const found = await forge.sweep(store);
  await store.setMark("last-sweep-ms", nowMs());
  return found;
}
