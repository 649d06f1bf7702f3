import { z } from "zod";
import type { RosterLine } from "../core/assign.ts";
import type { NotedFact } from "../core/fact.ts";
import type { IssueRef, Task, TaskRef } from "../core/task.ts";
import type { SavedTask } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import { markTaken } from "./inbox.ts";
import { writeDown } from "./journal.ts";
import type { Lease } from "./lease.ts";
import { parseJson, refOfRow, rowOf, taskOf } from "./saved-task.ts";
import type { Change, Database, TasksTable } from "./tables.ts";

export async function loadTask(db: Database, id: string, damaged: Set<string>): Promise<SavedTask | undefined> {
  const row = await db.selectFrom("tasks").select(["id", "version", "json"]).where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  damaged.add(id);
  const task = taskOf(row);
  damaged.delete(id);
  return { task, version: row.version };
}

/** The tasks of an issue that can be read, the first one first. */
export async function tasksOf(db: Database, issue: IssueRef, besides = ""): Promise<readonly Task[]> {
  const rows = await db
    .selectFrom("tasks")
    .select(["id", "json"])
    .where("repository_id", "=", issue.repositoryId)
    .where("number", "=", issue.number)
    .where("id", "!=", besides)
    .orderBy("rival")
    .execute();
  return rows.flatMap(readable);
}

export async function tasksWithPulls(db: Database, repositoryId: number): Promise<readonly Task[]> {
  const rows = await db
    .selectFrom("tasks")
    .select(["id", "json"])
    .where("repository_id", "=", repositoryId)
    .where("pull_number", "is not", null)
    .where("is_live", "=", 1)
    .where("phase", "=", "in-review")
    .orderBy("pull_number")
    .execute();
  return rows.flatMap(readable);
}

function readable(row: Parameters<typeof taskOf>[0]): readonly Task[] {
  try {
    return [taskOf(row)];
  } catch (error) {
    // Its own pass says so.
    if (error instanceof KnownError) return [];
    throw error;
  }
}

export interface Save {
  readonly task: Task;
  /** The version that it was loaded with; 0 for a new one. */
  readonly version: number;
  readonly done: readonly NotedFact[];
  readonly atMs: number;
}

/** @throws KnownError STORE_CONFLICT, STORE_LOCK_LOST */
export async function saveTask(db: Database, lease: Lease, save: Save): Promise<number> {
  return await db.transaction().execute(async (change) => {
    await lease.check(change);
    const { task, atMs } = save;
    const before = await change
      .selectFrom("tasks")
      .select(["phase", "why"])
      .where("id", "=", task.id)
      .executeTakeFirst();
    const row = rowOf(task, save.version + 1, atMs);
    const changed = save.version === 0 ? await insert(change, row) : await update(change, row, save.version);
    if (changed !== 1n) throw conflict(task.id, save.version);
    if (before?.phase !== row.phase || before.why !== row.why) await writeDown(change, row, atMs);
    await markTaken(change, task, save.done, atMs);
    return row.version;
  });
}

type Row = ReturnType<typeof rowOf>;

async function insert(change: Change, row: Row): Promise<bigint | undefined> {
  const result = await change
    .insertInto("tasks")
    .values(row)
    .onConflict((clash) => clash.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows;
}

async function update(change: Change, row: Row, version: number): Promise<bigint> {
  const result = await change
    .updateTable("tasks")
    .set(row)
    .where("id", "=", row.id)
    .where("version", "=", version)
    .executeTakeFirst();
  return result.numUpdatedRows;
}

function conflict(id: string, version: number): KnownError {
  return new KnownError("STORE_CONFLICT", `task ${id} was saved by somebody else since version ${version}`, {
    hint: "Nothing to do: it is looked at again.",
    retry: "now",
  });
}

/** The searched columns alone, so that one damaged task does not hide the others. */
export async function liveTasks(db: Database): Promise<readonly TaskRef[]> {
  const rows = await db
    .selectFrom("tasks")
    .select(["installation_id", "repository_id", "owner", "name", "number", "rival"])
    .where("is_live", "=", 1)
    .orderBy("asked_at_ms")
    .orderBy("id")
    .execute();
  return rows.map(refOfRow);
}

/** A damaged task keeps the slot that it has; in the queue it would wait for ever, and everybody behind it. */
export async function rosterOf(db: Database, damaged: ReadonlySet<string>): Promise<readonly RosterLine[]> {
  const rows = await db
    .selectFrom("tasks")
    .select([
      "id",
      "repository_id",
      "phase",
      "since_ms",
      "asked_at_ms",
      "max_sessions",
      "number",
      "waits_for",
      "pull_number",
      "agent",
      "limited_until_ms",
      "gave_up",
    ])
    .where("is_live", "=", 1)
    .execute();
  const able = rows.filter((row) => row.phase !== "queued" || !damaged.has(row.id));
  return able.map((row) => ({
    id: row.id,
    repositoryId: row.repository_id,
    phase: row.phase,
    sinceMs: row.since_ms,
    askedAtMs: row.asked_at_ms,
    maxSessions: row.max_sessions ?? undefined,
    ...waitingOf(row),
    hasPull: row.pull_number !== null,
    agent: row.agent,
    limitedUntilMs: row.limited_until_ms,
    gaveUp: row.gave_up ?? undefined,
  }));
}

/** Ended tasks count, too: their money is spent. */
export async function spentUsd(db: Database, day: string): Promise<number> {
  const { total } = await db
    .selectFrom("tasks")
    .select(({ fn }) => fn.sum<number | null>("spent_usd").as("total"))
    .where("spent_day", "=", day)
    .executeTakeFirstOrThrow();
  return total ?? 0;
}

const issueNumbers = z.array(z.number()).catch([]);

function waitingOf({ number, waits_for }: Pick<TasksTable, "number" | "waits_for">): Pick<RosterLine, "waiting"> {
  // Hardly any task waits for another, and the roster is read at every pass.
  if (waits_for === "[]") return {};
  const numbers = issueNumbers.parse(parseJson(waits_for));
  return numbers.length === 0 ? {} : { waiting: { number, for: numbers } };
}
