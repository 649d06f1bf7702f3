import type { Database } from "./tables.ts";

/** When GitHub last told us something, when we last asked it for what it did not tell, and until when its deliveries were looked through. */
export type Mark = "last-event-ms" | "last-sweep-ms" | "deliveries-until-ms";

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
