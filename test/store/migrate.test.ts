import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { expect, it, onTestFinished } from "vitest";
import { migrate } from "../../src/store/migrate.ts";
import { migrations } from "../../src/store/migrations.ts";
import { NodeSqliteDialect } from "../../src/store/node-sqlite.ts";
import type { Tables } from "../../src/store/tables.ts";
import { aTask } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

const addColumn: Migration = {
  up: (db: Kysely<unknown>) => db.schema.alterTable("tasks").addColumn("colour", "text").execute(),
};

const hanging = fileURLToPath(new URL("half-migrated-store.ts", import.meta.url));

async function migrateTo(file: string, wanted: Record<string, Migration>): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(file)) });
  onTestFinished(() => db.destroy());
  await migrate({ db, file, migrations: wanted, log: createFakeLog(), nowMs: 1_234 });
  return db;
}

async function backupsOf(file: string): Promise<readonly string[]> {
  return (await readdir(dirname(file)))
    .filter((name) => name.endsWith(".backup"))
    .map((name) => join(dirname(file), name));
}

async function fileWithTask(): Promise<string> {
  const file = await temporaryFile();
  const store = await temporaryStore(file);
  await store.save(aTask(), 0, [], 10);
  await store.close();
  return file;
}

it("a new migration runs after a private copy of what was there, which opens by itself", async () => {
  const file = await fileWithTask();
  const db = await migrateTo(file, { ...migrations, "900-colour": addColumn });
  await db.destroy();
  const [backup = "", ...others] = await backupsOf(file);
  expect(others).toEqual([]);
  expect((await stat(backup)).mode & 0o777).toBe(0o600);
  const restored = await temporaryStore(backup);
  expect((await restored.load(aTask().id))?.task).toEqual(aTask());
});

it("a new or an up-to-date store is not copied", async () => {
  const file = await fileWithTask();
  await (await temporaryStore(file)).close();
  expect(await backupsOf(file)).toEqual([]);
});

it("a migration that fails halfway leaves the store as it was", async () => {
  const file = await fileWithTask();
  const fails: Migration = {
    async up(db: Kysely<unknown>) {
      await addColumn.up(db);
      throw new Error("no power");
    },
  };
  await expect(migrateTo(file, { ...migrations, "900-colour": fails })).rejects.toThrow("no power");
  const db = await migrateTo(file, migrations);
  const [tasks] = (await db.introspection.getTables()).filter(({ name }) => name === "tasks");
  expect(tasks?.columns.map(({ name }) => name)).not.toContain("colour");
  await db.destroy();
  expect((await (await temporaryStore(file)).load(aTask().id))?.task).toEqual(aTask());
});

it("a process that is killed in the middle of a migration leaves the store as it was, and the next one migrates it", async () => {
  const file = await fileWithTask();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", hanging, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  const store = await temporaryStore(file);
  expect((await store.load(aTask().id))?.task).toEqual(aTask());
  await store.close();
  const db = await migrateTo(file, { ...migrations, "900-colour": addColumn });
  const [tasks] = (await db.introspection.getTables()).filter(({ name }) => name === "tasks");
  expect(tasks?.columns.map(({ name }) => name)).toContain("colour");
});

it("a store that a newer program wrote is refused with words, and its lock is given back", async () => {
  const file = await fileWithTask();
  await (await migrateTo(file, { ...migrations, "900-colour": addColumn })).destroy();
  const newer = {
    code: "STORE_NEWER",
    message: expect.stringContaining("900-colour"),
    hint: expect.stringContaining("backup"),
  };
  await expect(temporaryStore(file)).rejects.toMatchObject(newer);
  await expect(temporaryStore(file)).rejects.toMatchObject(newer);
});
