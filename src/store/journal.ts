import type { Change, Database, TasksTable } from "./tables.ts";

/** Enough for a long story; the oldest lines of a longer one go. */
const mostLines = 200;

/** One decision about a task, with its reason. */
export interface JournalLine {
  readonly atMs: number;
  readonly phase: string;
  readonly why: string;
}

export async function writeDown(
  change: Change,
  { id, phase, why }: Pick<TasksTable, "id" | "phase" | "why">,
  atMs: number,
): Promise<void> {
  await change.insertInto("journal").values({ task_id: id, at_ms: atMs, phase, why }).execute();
  await change
    .deleteFrom("journal")
    .where("task_id", "=", id)
    .where("id", "<=", (search) =>
      search
        .selectFrom("journal")
        .select("journal.id")
        .where("task_id", "=", id)
        .orderBy("journal.id", "desc")
        .limit(1)
        .offset(mostLines),
    )
    .execute();
}

/** What was decided about a task and why, oldest first. */
export async function journalOf(db: Database, taskId: string): Promise<readonly JournalLine[]> {
  const rows = await db
    .selectFrom("journal")
    .select(["at_ms", "phase", "why"])
    .where("task_id", "=", taskId)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ atMs: row.at_ms, phase: row.phase, why: row.why }));
}
