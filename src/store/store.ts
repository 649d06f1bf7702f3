import { chmod, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import type { Log, Store } from "../control/ports.ts";
import type { KnownError } from "../errors.ts";
import { inWords } from "./failures.ts";
import { createGroupCommit } from "./group-commit.ts";
import { factsAbout, markDone, type NewFact, noteFacts, tasksInInbox, trimInbox } from "./inbox.ts";
import { type JournalLine, journalOf } from "./journal.ts";
import { type Lease, takeLease } from "./lease.ts";
import { type Mark, readMark, writeMark } from "./marks.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { NodeSqliteDialect } from "./node-sqlite.ts";
import { type RememberedSettings, rememberedSettings, rememberSettings } from "./repositories.ts";
import type { Database, Tables } from "./tables.ts";
import { liveTasks, loadTask, rosterOf, saveTask, spentUsd, tasksOf, tasksWithPulls } from "./tasks.ts";

export interface StoreOptions {
  /** Where the database is; its folder is made when missing. `:memory:` for one that nobody keeps. */
  readonly file: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** The loop's store, and what else is kept in the same database. */
export interface OwnStore extends Store {
  /** Resolves when another process has taken the lock over: nothing can be saved here any more. */
  readonly lost: Promise<KnownError>;
  /** What was decided about a task and why, oldest first. */
  journal(taskId: string): Promise<readonly JournalLine[]>;
  rememberedSettings(repositoryId: number): Promise<RememberedSettings | undefined>;
  rememberSettings(repositoryId: number, settings: RememberedSettings): Promise<void>;
  mark(name: Mark): Promise<number | undefined>;
  setMark(name: Mark, value: number): Promise<void>;
  /** Forgets facts that were done a week ago. */
  trim(nowMs: number): Promise<void>;
  /** Waits for what is being written, gives the lock back and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens the store for the one loop of a state folder: takes its lock, and brings an older database up to date.
 * @throws KnownError STORE_LOCKED when another process has it, STORE_NEWER when a newer program wrote it, and others
 * (STORE_…) when the file can't be used.
 */
export async function openStore({ file, log, nowMs }: StoreOptions): Promise<OwnStore> {
  return await inWords(file, async () => {
    if (file !== ":memory:") await makePrivate(file, log);
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openDatabase(file)) });
    try {
      const lease = await takeLease(db, { file, log, nowMs });
      await migrateOrRelease(db, lease, { file, log, nowMs });
      return createStore(db, lease, { file, log, nowMs });
    } catch (error) {
      await db.destroy();
      throw error;
    }
  });
}

/** SQLite gives its journal files the mode of the database, so that one has to be right before the first write. */
async function makePrivate(file: string, log: Log): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [path, mode] of [
    [folder, 0o700],
    [file, 0o600],
  ] as const) {
    if (path === file) await (await open(file, "a", mode)).close();
    if (((await stat(path)).mode & 0o077) === 0) continue;
    log.warn({ path }, "other users could read this; closes it to them");
    await chmod(path, mode);
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  // FULL syncs at every commit: NORMAL would lose the last ones with the power.
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  return database;
}

async function migrateOrRelease(db: Database, lease: Lease, { file, log, nowMs }: StoreOptions): Promise<void> {
  try {
    await migrate({ db, file, migrations, log, nowMs: nowMs() });
  } catch (error) {
    await lease.release();
    throw error;
  }
}

function createStore(db: Database, lease: Lease, { file, log }: StoreOptions): OwnStore {
  const notes = createGroupCommit((facts: readonly NewFact[]) => noteFacts(db, facts));
  /** Tasks that could not be read when they were last loaded. */
  const damaged = new Set<string>();
  const words = <T>(run: () => Promise<T>) => inWords(file, run);
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await notes.idle();
    try {
      await lease.release();
    } finally {
      await db.destroy();
    }
  }

  return {
    lost: lease.lost,
    load: (id) => words(() => loadTask(db, id, damaged)),
    save: (task, version, done, atMs) => words(() => saveTask(db, lease, { task, version, done, atMs })),
    live: () => words(() => liveTasks(db)),
    tasksOf: (issue, besides) => words(() => tasksOf(db, issue, besides)),
    roster: () => words(() => rosterOf(db, damaged)),
    spentUsd: (day) => words(() => spentUsd(db, day)),
    withPulls: (repositoryId) => words(() => tasksWithPulls(db, repositoryId)),
    facts: (task, pull) => words(() => factsAbout(db, task, pull, log)),
    dropFacts: (done, atMs) => words(() => markDone(db, done, atMs)),
    note: (key, subject, fact, atMs) => words(() => notes.add({ key, subject, fact, atMs })),
    tasksWithFacts: () => words(() => tasksInInbox(db, log)),
    journal: (taskId) => words(() => journalOf(db, taskId)),
    rememberedSettings: (id) => words(() => rememberedSettings(db, id)),
    rememberSettings: (id, settings) => words(() => rememberSettings(db, id, settings)),
    mark: (name) => words(() => readMark(db, name)),
    setMark: (name, value) => words(() => writeMark(db, name, value)),
    trim: (nowMs) => words(() => trimInbox(db, nowMs)),
    close: () => (closing ??= words(close)),
  };
}
