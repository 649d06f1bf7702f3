import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { aTask, anIssue } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";
import { temporaryFile, temporaryFolder, temporaryStore } from "./temporary-store.ts";

function spoil(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
}

it.each([
  ["is no JSON", `'{"id":"500-7", phase'`],
  ["is another shape", `'{"id":"500-7"}'`],
  ["is in a phase that there is not", `replace(json, '{"at":"asked"}', '{"at":"lost"}')`],
  ["is another task", `replace(json, '"500-7"', '"500-99"')`],
])("a saved task that %s is reported by name, and the others live on", async (_name, json) => {
  const file = await temporaryFile();
  const store = await temporaryStore(file);
  const other = aTask({ id: "500-8", issue: anIssue(8) });
  await store.save(aTask(), 0, [], 10);
  await store.save(other, 0, [], 10);
  spoil(file, `update tasks set json = ${json} where id = '500-7'`);
  await expect(store.load("500-7")).rejects.toMatchObject({
    code: "STORE_TASK_DAMAGED",
    message: expect.stringContaining("500-7"),
  });
  expect((await store.load("500-8"))?.task).toEqual(other);
  expect(await store.live()).toEqual([anIssue(), anIssue(8)]);
  expect((await store.roster()).map(({ id }) => id)).toEqual(["500-7", "500-8"]);
});

it("a damaged fact is reported, becomes a reason to look, and is put away by the pass that takes it", async () => {
  const file = await temporaryFile();
  const log = createFakeLog();
  const store = await openStore({ file, log, nowMs: Date.now });
  const subject = { issue: anIssue(), is: "issue" } as const;
  await store.note("a", subject, { kind: "touched", what: "first" }, 1);
  await store.note("b", subject, { kind: "touched", what: "second" }, 2);
  spoil(file, `update inbox set fact = '{"kind":"labelled"}' where key = 'a'`);
  const facts = await store.facts(anIssue(), undefined);
  expect(facts.map(({ fact }) => fact.kind)).toEqual(["touched", "touched"]);
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", what: { inbox: 1, key: "a" } }));
  await store.dropFacts(facts, 3);
  expect(await store.tasksWithFacts()).toEqual([]);
  await store.close();
});

it("a file that is no database is refused with words", async () => {
  const file = await temporaryFile();
  await writeFile(file, "this is no database, and it is long enough to have a header ".repeat(20));
  await expect(temporaryStore(file)).rejects.toMatchObject({
    name: "KnownError",
    code: "STORE_DAMAGED",
    message: expect.stringContaining(file),
  });
});

it("a folder that can't be there is refused with words", async () => {
  const file = await temporaryFile();
  await writeFile(file, "");
  const below = join(file, "coppice.db");
  await expect(temporaryStore(below)).rejects.toMatchObject({
    code: "STORE_OPEN",
    message: expect.stringContaining(below),
  });
});

const fillStore = join(import.meta.dirname, "fill-store.ts");

const bwrap = spawnSync("bwrap", ["--dev-bind", "/", "/", "true"]);
if (bwrap.status !== 0) console.log("skips what needs bwrap to take root's rights away, and to make a small disk");

/** Root may write everywhere: it tries without its rights, in a folder of somebody else's. */
const isRoot = process.getuid?.() === 0;
const powerless = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--cap-drop", "ALL"];

it.skipIf(isRoot && bwrap.status !== 0)("a folder that this user may not write is refused with words", async () => {
  const folder = await temporaryFolder();
  const closed = join(folder, "closed");
  await mkdir(closed);
  await Promise.all([chmod(folder, 0o755), chmod(closed, 0o555)]);
  if (isRoot) await chown(closed, 65_534, 65_534);
  const command = [...(isRoot ? powerless : []), process.execPath, fillStore, join(closed, "coppice.db")];
  const [program = "", ...words] = command;
  const { stdout, stderr } = spawnSync(program, words, { encoding: "utf8", timeout: 20_000 });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^STORE_READ_ONLY .*coppice\.db can't be written/);
});

it.skipIf(bwrap.status !== 0)("a full disk is said in words, and what was acknowledged before is kept", async () => {
  const folder = await temporaryFolder();
  const disk = ["--dev-bind", "/", "/", "--size", "1500000", "--tmpfs", folder];
  const { stdout, stderr } = spawnSync("bwrap", [...disk, process.execPath, fillStore, join(folder, "coppice.db")], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/STORE_FULL .*coppice\.db can't grow: the disk is full/);
  expect(stdout).toMatch(/kept (\d+) of \1\n$/);
  await rm(folder, { recursive: true, force: true });
});
