import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import type { Change, Database, LeasesTable } from "./tables.ts";

const lastsMs = 30_000;
const renewEveryMs = 5_000;
const loop = "loop";

/** The right to be the one loop of a state folder. Whoever lost it can't save any more. */
export interface Lease {
  /** Resolves, with words for the operator, once another process has taken over. */
  readonly lost: Promise<KnownError>;
  /** @throws KnownError STORE_LOCK_LOST when another process has taken over. */
  check(change: Change): Promise<void>;
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly file: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Takes the loop's lock, or takes it over from a process that is gone.
 * @throws KnownError STORE_LOCKED, naming the process that has it.
 */
export async function takeLease(db: Database, { file, log, nowMs }: LeaseOptions): Promise<Lease> {
  await makeTable(db);
  const owner = randomUUID();
  await db.transaction().execute((change) => take(change, owner, file, nowMs()));
  ownLeases.add(owner);
  const loss = Promise.withResolvers<KnownError>();
  const timer = setInterval(() => void renewOrLose(), renewEveryMs).unref();

  async function renewOrLose(): Promise<void> {
    if ((await renew(db, owner, nowMs(), log)) !== "lost") return;
    clearInterval(timer);
    loss.resolve(lost(file));
  }

  return {
    lost: loss.promise,
    async check(change) {
      const row = await change.selectFrom("leases").select("owner").where("name", "=", loop).executeTakeFirst();
      if (row?.owner === owner) return;
      const error = lost(file);
      loss.resolve(error);
      throw error;
    },
    async release() {
      clearInterval(timer);
      ownLeases.delete(owner);
      await db.deleteFrom("leases").where("name", "=", loop).where("owner", "=", owner).execute();
    },
  };
}

/** Who in this very process has a lease: its process number alone would look like that of a container's last start. */
const ownLeases = new Set<string>();

/** Not one of the migrations: nobody may migrate without the lock. */
async function makeTable(db: Database): Promise<void> {
  await db.schema
    .createTable("leases")
    .ifNotExists()
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("boot", "text", (column) => column.notNull())
    .addColumn("pid_space", "text", (column) => column.notNull())
    .addColumn("pid", "integer", (column) => column.notNull())
    .addColumn("expires_at_ms", "bigint", (column) => column.notNull())
    .execute();
}

async function take(change: Change, owner: string, file: string, nowMs: number): Promise<void> {
  const holder = await change.selectFrom("leases").selectAll().where("name", "=", loop).executeTakeFirst();
  if (holder !== undefined && isHeld(holder, nowMs)) throw locked(holder, file);
  const mine = { owner, ...here(), pid: process.pid, expires_at_ms: nowMs + lastsMs };
  await change
    .insertInto("leases")
    .values({ name: loop, ...mine })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(mine))
    .execute();
}

/** The process that is the one loop now, seen from outside; undefined when there is none. */
export async function holderOf(db: Database, nowMs: number): Promise<number | undefined> {
  const holder = await db.selectFrom("leases").selectAll().where("name", "=", loop).executeTakeFirst();
  return holder !== undefined && isHeld(holder, nowMs) ? holder.pid : undefined;
}

function isHeld(holder: LeasesTable, nowMs: number): boolean {
  const { boot, pid_space } = here();
  if (holder.expires_at_ms <= nowMs || holder.boot !== boot) return false;
  // A process of another container can't be asked for; its lease has to run out.
  if (holder.pid_space !== pid_space) return true;
  return holder.pid === process.pid ? ownLeases.has(holder.owner) : isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Anything but "no such process" means that there is one.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

async function renew(db: Database, owner: string, nowMs: number, log: Log): Promise<"kept" | "lost" | "unknown"> {
  try {
    const { numUpdatedRows } = await db
      .updateTable("leases")
      .set({ expires_at_ms: nowMs + lastsMs })
      .where("name", "=", loop)
      .where("owner", "=", owner)
      .executeTakeFirst();
    return numUpdatedRows === 0n ? "lost" : "kept";
  } catch (error) {
    // Until the lease runs out there are further tries, and every save checks it.
    log.warn({ err: error }, "could not renew the lock of the store");
    return "unknown";
  }
}

function locked(holder: LeasesTable, file: string): KnownError {
  return new KnownError("STORE_LOCKED", `another Coppice (process ${holder.pid}) works with ${file}`, {
    hint: "Stop that one first, or give this one a state folder of its own (COPPICE_HOME).",
    retry: "later",
  });
}

function lost(file: string): KnownError {
  return new KnownError("STORE_LOCK_LOST", `another Coppice has taken ${file} over`, {
    hint: "This one can do nothing more, and ends. Let only one service use a state folder.",
  });
}

let place: { readonly boot: string; readonly pid_space: string } | undefined;

/** Where process numbers mean what they mean here: this start of the machine, and this container. */
function here() {
  place ??= {
    boot: orUnknown(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    pid_space: orUnknown(() => readlinkSync("/proc/self/ns/pid")),
  };
  return place;
}

/** Outside Linux there is neither; process number and expiry decide then. */
function orUnknown(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return "unknown";
    throw error;
  }
}
