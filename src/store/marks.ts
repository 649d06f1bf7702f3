import type { Database } from "./tables.ts";

/**
 * When GitHub last told us something, when we last asked it for what it did not tell, until when its deliveries were looked through, and
 * what was left of an hour's requests.
 */
export type Mark =
  | "last-event-ms"
  | "last-sweep-ms"
  | "deliveries-until-ms"
  | "requests-left"
  | "requests-limit"
  | "requests-reset-ms";

export async function readMark(db: Database, name: Mark): Promise<number | undefined> {
  const row = await db.selectFrom("marks").select("value").where("name", "=", name).executeTakeFirst();
  return row?.value;
}

export async function writeMark(db: Database, name: Mark, value: number): Promise<void> {
  await db
    .insertInto("marks")
    .values({ name, value })
    .onConflict((clash) => clash.column("name").doUpdateSet({ value }))
    .execute();
}
