import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import type { IssueRef, PhaseName } from "../core/task.ts";
import type { RequestsLeft } from "../core/request-budget.ts";
import { KnownError } from "../errors.ts";
import { inWords } from "./failures.ts";
import { holderOf } from "./lease.ts";
import { type Mark, readMark } from "./marks.ts";
import { NodeSqliteDialect } from "./node-sqlite.ts";
import { issueOf, taskOf } from "./saved-task.ts";
import type { Database, Tables } from "./tables.ts";

/** The store as it is on disk, for people. */
export interface Overview {
  /** The process that is the service; undefined when none is at work. */
  readonly servicePid: number | undefined;
  readonly lastEventMs: number | undefined;
  readonly lastSweepMs: number | undefined;
  /** What was left of the hour's requests at the last sweep; undefined when that hour is over. */
  readonly requests: RequestsLeft | undefined;
  /** Live ones, in the order in which they were asked for. */
  readonly tasks: readonly TaskLine[];
  /** Every task, and whether it may still have something to do. */
  readonly known: readonly { readonly repositoryId: number; readonly number: number; readonly isLive: boolean }[];
  /** Names of the repositories that any task was ever of, by GitHub's number. */
  readonly repositories: ReadonlyMap<number, string>;
}

export interface TaskLine {
  readonly issue: IssueRef;
  readonly phase: PhaseName;
  readonly why: string;
  readonly trouble: string | undefined;
  readonly sinceMs: number;
  readonly pull: number | undefined;
}

/**
 * Reads the store without taking its lock, so beside a running service as well, and changes nothing.
 * @throws KnownError STORE_… when there is none, or when it is of another version.
 */
export async function readOverview(file: string, nowMs: number): Promise<Overview> {
  if (!existsSync(file)) {
    throw new KnownError("STORE_NONE", `there is no store at ${file}`, {
      hint: "No service was started with this state folder yet. `--home` names another one.",
    });
  }
  return await inWords(file, async () => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
    try {
      await refuseOlder(db, file);
      return await overviewOf(db, nowMs);
    } finally {
      await db.destroy();
    }
  });
}

async function refuseOlder(db: Database, file: string): Promise<void> {
  const tables = await db.introspection.getTables();
  if (tables.some(({ name }) => name === "marks")) return;
  throw new KnownError("STORE_OLDER", `${file} was written by an older Coppice`, {
    hint: "Start the service once: it brings the store up to date.",
  });
}

async function overviewOf(db: Database, nowMs: number): Promise<Overview> {
  const mark = (name: Mark) => readMark(db, name);
  const rows = await db
    .selectFrom("tasks")
    .selectAll()
    .where("is_live", "=", 1)
    .orderBy("asked_at_ms")
    .orderBy("number")
    .execute();
  const known = await db.selectFrom("tasks").select(["repository_id", "number", "is_live"]).execute();
  const names = await db.selectFrom("tasks").select(["repository_id", "owner", "name"]).distinct().execute();
  return {
    servicePid: await holderOf(db, nowMs),
    lastEventMs: await mark("last-event-ms"),
    lastSweepMs: await mark("last-sweep-ms"),
    requests: await requestsOf(db, nowMs),
    tasks: rows.map((row) => ({
      issue: issueOf(row),
      phase: row.phase,
      why: row.why,
      trouble: troubleOf(row),
      sinceMs: row.since_ms === 0 ? row.saved_at_ms : row.since_ms,
      pull: row.pull_number ?? undefined,
    })),
    known: known.map(({ repository_id, number, is_live }) => ({
      repositoryId: repository_id,
      number,
      isLive: is_live === 1,
    })),
    repositories: new Map(names.map(({ repository_id, owner, name }) => [repository_id, `${owner}/${name}`])),
  };
}

async function requestsOf(db: Database, nowMs: number): Promise<RequestsLeft | undefined> {
  const left = await readMark(db, "requests-left");
  const limit = await readMark(db, "requests-limit");
  const resetMs = (await readMark(db, "requests-reset-ms")) ?? 0;
  return left === undefined || limit === undefined || resetMs <= nowMs ? undefined : { left, limit, resetMs };
}

/** A damaged task is shown like the others: that it is damaged is its trouble. */
function troubleOf(row: { readonly id: string; readonly json: string }): string | undefined {
  try {
    return taskOf(row).trouble;
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return error.message;
  }
}
