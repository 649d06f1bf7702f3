import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { aTask } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

async function holderOf(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "hold-store.ts"), file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

function changeLease(file: string, change: string): void {
  const database = new DatabaseSync(file);
  const { changes } = database.prepare(`update leases set ${change}`).run();
  database.close();
  expect(changes).toBe(1);
}

it("a second process on the same store is refused, and told which process has it", async () => {
  const file = await temporaryFile();
  const holder = await holderOf(file);
  await expect(temporaryStore(file)).rejects.toMatchObject({
    code: "STORE_LOCKED",
    message: expect.stringContaining(`process ${holder.pid}`),
    hint: expect.stringContaining("COPPICE_HOME"),
  });
});

it("a second opening in the same process is refused too", async () => {
  const file = await temporaryFile();
  const store = await temporaryStore(file);
  await expect(temporaryStore(file)).rejects.toMatchObject({ code: "STORE_LOCKED" });
  await store.close();
  await temporaryStore(file);
});

it("the lock of a killed process is taken over at once", async () => {
  const file = await temporaryFile();
  const holder = await holderOf(file);
  holder.kill("SIGKILL");
  await once(holder, "close");
  const store = await temporaryStore(file);
  expect(await store.save(aTask(), 0, [], 10)).toBe(1);
});

it("a process that closes gives the lock back", async () => {
  const file = await temporaryFile();
  const holder = await holderOf(file);
  holder.stdin?.end();
  await once(holder, "close");
  expect(holder.exitCode).toBe(0);
  await temporaryStore(file);
});

it.each([
  ["from before the machine was started anew", "boot = 'another'"],
  ["that has run out", "expires_at_ms = 0"],
  ["of a container's last start, which had the same process number", `pid = ${process.pid}`],
])("a lock %s is taken over though a process of its number lives", async (_name, change) => {
  const file = await temporaryFile();
  await holderOf(file);
  changeLease(file, change);
  const store = await temporaryStore(file);
  expect(await store.save(aTask(), 0, [], 10)).toBe(1);
});

it("a lock of another container holds until it runs out", async () => {
  const file = await temporaryFile();
  await holderOf(file);
  changeLease(file, "pid_space = 'another', pid = 1999999999");
  await expect(temporaryStore(file)).rejects.toMatchObject({ code: "STORE_LOCKED" });
  const later = await openStore({ file, log: createFakeLog(), nowMs: () => Date.now() + 31_000 });
  await later.close();
});

it("whoever lost the lock can't save any more, and gives nobody else's back", async () => {
  const file = await temporaryFile();
  const sleeper = await temporaryStore(file);
  await sleeper.save(aTask(), 0, [], 10);
  changeLease(file, "expires_at_ms = 0");
  const other = await temporaryStore(file);
  await expect(sleeper.save(aTask({ why: "late" }), 1, [], 11)).rejects.toMatchObject({ code: "STORE_LOCK_LOST" });
  await sleeper.close();
  expect(await other.save(aTask({ why: "mine" }), 1, [], 12)).toBe(2);
});
