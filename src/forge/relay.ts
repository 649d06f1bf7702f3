import { SmeeClient } from "smee-client";
import type { Log } from "../control/ports.ts";
import { backoffMs } from "../core/backoff.ts";

/** Webhooks over a relay such as smee, for a machine that GitHub can't reach. */
export interface Relay {
  close(): Promise<void>;
}

export interface RelayOptions {
  /** The channel. Whoever knows it can read what GitHub sends, so it is in no log. */
  readonly source: string;
  /** Our own webhook address. */
  readonly target: string;
  readonly log: Log;
  /** How long to wait before the nth try; for tests. */
  readonly waitMs?: (failures: number) => number;
  /** How long a relay may take to answer; for tests. */
  readonly patienceMs?: number;
}

/** Connects, and goes on trying: a relay that is down keeps nobody from working, as the sweep finds what it did not bring. */
export function startRelay(options: RelayOptions): Relay {
  const { log, waitMs = backoffMs } = options;
  let client: SmeeClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let isClosed = false;

  async function connect(): Promise<void> {
    const mine = createClient(options);
    client = mine;
    const fail = (): void => {
      if (client === mine) comeBack(mine);
    };
    try {
      const events = await startWithin(options.patienceMs ?? 10_000, mine);
      if (isClosed) return;
      failures = 0;
      log.info({}, "the webhook relay is connected");
      // A broken connection it mends itself; a relay that answers with an error it gives up.
      events.addEventListener("error", () => {
        if (events.readyState === events.CLOSED) fail();
      });
    } catch (error) {
      // Whatever keeps it from starting, the answer is the same: try again later, and say so.
      log.debug({ err: messageOf(error) }, "the webhook relay did not start");
      fail();
    }
  }

  function comeBack(lost: SmeeClient): void {
    client = undefined;
    void lost.stop();
    if (isClosed) return;
    failures += 1;
    const inMs = waitMs(failures);
    log.warn(
      { failures, againInMs: inMs },
      "the webhook relay can't be reached; GitHub is looked at by itself meanwhile",
    );
    timer = setTimeout(() => void connect(), inMs);
  }

  void connect();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await client?.stop();
      client = undefined;
    },
  };
}

function createClient({ source, target, log }: RelayOptions): SmeeClient {
  // Its messages hold the channel's address.
  const say = (words: unknown): void => log.debug({}, String(words).replaceAll(source, "the channel"));
  return new SmeeClient({ source, target, logger: { info: say, error: say } });
}

/** smee-client's own time limit also ends a connection that is being mended just then, and tells nobody. */
async function startWithin(mostMs: number, client: SmeeClient): ReturnType<SmeeClient["start"]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${mostMs} ms`)), mostMs);
  });
  try {
    return await Promise.race([client.start(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "no connection";
}
