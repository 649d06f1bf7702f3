import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { expect, it } from "vitest";
import { nothingWatched } from "../../src/core/pull-watch.ts";
import type { Task } from "../../src/core/task.ts";
import { migrate } from "../../src/store/migrate.ts";
import { migrations } from "../../src/store/migrations.ts";
import { NodeSqliteDialect } from "../../src/store/node-sqlite.ts";
import { taskOf } from "../../src/store/saved-task.ts";
import type { Tables } from "../../src/store/tables.ts";
import { aTask } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

/** A task as the first version saved it: nothing counted, nobody steering, and only people paused. */
function firstTask(): object {
  const { spending: _spending, steering: _steering, watch: _watch, ...task } = aTask();
  const phase = { at: "paused", sinceMs: 5, by: "ben", saidAtMs: 4, was: "working", isInterrupted: true };
  return { ...task, phase };
}

async function firstStore(): Promise<string> {
  const file = await temporaryFile();
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(file)) });
  const first = Object.fromEntries(Object.entries(migrations).filter(([name]) => name.startsWith("001")));
  await migrate({ db, file, migrations: first, log: createFakeLog(), nowMs: 1_234 });
  await db.destroy();
  const plain = new DatabaseSync(file);
  plain
    .prepare(
      "insert into tasks (id, version, installation_id, repository_id, owner, name, number, phase, why, is_live, asked_at_ms, saved_at_ms, json) values (?, 1, 9, 500, 'acme', 'shop', 7, 'paused', 'so it is', 1, 1000, 10, ?)",
    )
    .run(aTask().id, JSON.stringify(firstTask()));
  plain.close();
  return file;
}

it("a task that the first version paused is read, and counts as paused by a person", async () => {
  const store = await temporaryStore(await firstStore());
  const loaded = await store.load(aTask().id);
  expect(loaded?.task.phase).toEqual({
    at: "paused",
    sinceMs: 5,
    cause: { is: "person", by: "ben", saidAtMs: 4 },
    was: "working",
    isInterrupted: true,
  });
  expect(loaded?.task.spending).toEqual(aTask().spending);
  expect(await store.roster()).toMatchObject([{ id: aTask().id, phase: "paused", sinceMs: 0, agent: "claude" }]);
});

it("what an older version did not know of steering is filled in", () => {
  const task = aTask();
  const { leftOut: _leftOut, isEdited: _isEdited, ...known } = task.steering;
  const steering = { ...known, last: "ben stopped it" };
  const read = taskOf({ id: task.id, json: JSON.stringify({ ...task, steering }) });
  expect(read.steering).toEqual({ ...task.steering, last: "ben stopped it" });
});

function costing(number: number, day: string, usd: number): Task {
  const task = aTask({ issue: { ...aTask().issue, number } });
  return { ...task, id: `500-${number}`, spending: { ...task.spending, today: { day, usd } } };
}

it("what tasks cost is added up by the day, ended ones among them", async () => {
  const store = await temporaryStore();
  await store.save(costing(1, "2027-01-31", 1.5), 0, [], 10);
  const done = { at: "done", atMs: 10, outcome: { is: "merged" } } as const;
  await store.save({ ...costing(2, "2027-01-31", 2), phase: done }, 0, [], 10);
  await store.save(costing(3, "2027-01-30", 9), 0, [], 10);
  expect(await store.spentUsd("2027-01-31")).toBe(3.5);
  expect(await store.spentUsd("2027-02-01")).toBe(0);
});

it("in tasks from before checks began rounds, all rounds were people's", () => {
  const round = { number: 3, wishes: [], threads: [], broughtIn: "", check: 0 };
  const { watch: _watch, ...earlier } = aTask({ round });
  const task = taskOf({ id: earlier.id, json: JSON.stringify(earlier) });
  expect(task.watch).toEqual({ ...nothingWatched, rounds: { people: 3, checks: 0, base: 0 } });
});
