import { chmod } from "node:fs/promises";
import { sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import type { Database } from "./tables.ts";

export interface Upgrade {
  readonly db: Database;
  readonly file: string;
  readonly migrations: Record<string, Migration>;
  readonly log: Log;
  readonly nowMs: number;
}

/**
 * Brings the database up to this program, all or nothing, after a copy of what was there.
 * @throws KnownError STORE_NEWER when a newer program has been at it.
 */
export async function migrate({ db, file, migrations, log, nowMs }: Upgrade): Promise<void> {
  const done = await executed(db);
  refuseNewer(done, migrations, file);
  const pending = Object.keys(migrations).filter((name) => !done.includes(name));
  if (pending.length === 0) return;
  if (done.length > 0) log.info({ backup: await backUp(db, file, done.at(-1) ?? "", nowMs) }, "backed the store up");

  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  log.info({ file, migrations: pending }, "brought the store up to date");
}

async function executed(db: Database): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === "kysely_migration")) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

function refuseNewer(done: readonly string[], migrations: Record<string, Migration>, file: string): void {
  const unknown = done.filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new KnownError("STORE_NEWER", `${file} was written by a newer Coppice (it has ${unknown.join(", ")})`, {
    hint: "Start the newer version again, or put the backup from before its first start in the file's place.",
  });
}

async function backUp(db: Database, file: string, last: string, nowMs: number): Promise<string> {
  const copy = `${file}.${nowMs}.after-${last}.backup`;
  await sql`vacuum into ${copy}`.execute(db);
  await chmod(copy, 0o600);
  return copy;
}
