import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import { newTask, type Task, type TaskRef } from "../../src/core/task.ts";
import { migrate } from "../../src/store/migrate.ts";
import { migrations } from "../../src/store/migrations.ts";
import { NodeSqliteDialect } from "../../src/store/node-sqlite.ts";
import type { OwnStore } from "../../src/store/store.ts";
import type { Tables } from "../../src/store/tables.ts";
import { anIssue, askedByAnn, aTask } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

const second: TaskRef = { ...anIssue(), rival: "codex" };
const touched: Fact = { kind: "touched", what: "issue edited" };
const subject = { issue: anIssue(), is: "issue" } as const;

function aRival(more: Partial<Task> = {}): Task {
  return { ...newTask(second, askedByAnn, "codex", undefined), ...more };
}

async function storeWithTwo(more: Partial<Task> = {}): Promise<OwnStore> {
  const store = await temporaryStore();
  await store.save(aTask(), 0, [], 1);
  await store.save(aRival(more), 0, [], 1);
  return store;
}

it("an issue may have several tasks, each with its own name and row", async () => {
  const store = await storeWithTwo();
  expect((await store.load("500-7-codex"))?.task).toEqual(aRival());
  expect((await store.load("500-7"))?.task).toEqual(aTask());
  expect(await store.live()).toEqual([anIssue(), second]);
  expect(await store.tasksOf(anIssue())).toEqual([aTask(), aRival()]);
  expect(await store.tasksOf(anIssue(), "500-7")).toEqual([aRival()]);
});

it("a fact about the issue is done once each of its tasks has taken it", async () => {
  const store = await storeWithTwo();
  await store.note("a", subject, touched, 2);
  expect(await store.tasksWithFacts()).toEqual([anIssue(), second]);
  const facts = await store.facts(anIssue(), undefined);
  await store.save(aTask(), 1, facts, 3);
  expect(await store.facts(anIssue(), undefined)).toEqual([]);
  expect(await store.facts(second, undefined)).toEqual(facts);
  expect(await store.tasksWithFacts()).toEqual([second]);
  await store.save(aRival(), 1, facts, 4);
  expect(await store.facts(second, undefined)).toEqual([]);
  expect(await store.tasksWithFacts()).toEqual([]);
  await store.trim(4 + 8 * 24 * 3_600_000);
  expect(await store.note("a", subject, touched, 5)).toBe(true);
});

it("what one task's agent says, and what is about its pull request, is for that one alone", async () => {
  const store = await storeWithTwo({ pull: { number: 44, url: "u" } });
  await store.note("agent", { ...subject, task: "500-7-codex" }, touched, 2);
  await store.note("pull", { issue: anIssue(44), is: "pull" }, touched, 2);
  expect(await store.tasksWithFacts()).toEqual([second]);
  expect(await store.facts(anIssue(), undefined)).toEqual([]);
  const facts = await store.facts(second, 44);
  expect(facts).toHaveLength(2);
  await store.save(aRival({ pull: { number: 44, url: "u" } }), 1, facts, 3);
  expect(await store.tasksWithFacts()).toEqual([]);
});

it("an issue whose first task never came to be is looked at, whatever became of the others", async () => {
  const store = await temporaryStore();
  await store.save(aRival(), 0, [], 1);
  await store.note("a", subject, touched, 2);
  await store.save(aRival(), 1, await store.facts(second, undefined), 3);
  expect(await store.tasksWithFacts()).toEqual([anIssue()]);
});

it("tasks and their journals of a store from before there were rivals are there as they were", async () => {
  const file = await temporaryFile();
  const earlier = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < "005"));
  const before = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(file)) });
  await migrate({ db: before, file, migrations: earlier, log: createFakeLog(), nowMs: 1 });
  await before.destroy();
  const plain = new DatabaseSync(file);
  plain
    .prepare(
      "insert into tasks (id, version, installation_id, repository_id, owner, name, number, phase, why, is_live, asked_at_ms, saved_at_ms, json) values (?, 3, 9, 500, 'acme', 'shop', 7, 'asked', 'so it is', 1, 1000, 10, ?)",
    )
    .run("500-7", JSON.stringify(aTask()));
  plain.exec("insert into journal (task_id, at_ms, phase, why) values ('500-7', 5, 'asked', 'labelled')");
  plain.close();
  const store = await temporaryStore(file);
  expect(await store.load("500-7")).toEqual({ task: aTask(), version: 3 });
  expect(await store.journal("500-7")).toEqual([{ atMs: 5, phase: "asked", why: "labelled" }]);
  await store.save(aTask({ why: "another" }), 3, [], 20);
  expect(await store.journal("500-7")).toHaveLength(2);
});
