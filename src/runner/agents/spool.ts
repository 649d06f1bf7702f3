import { randomUUID } from "node:crypto";
import { type FSWatcher, watch } from "node:fs";
import { lstat, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentEvent, NamedEvent } from "../../core/agent-event.ts";
import { readOwnEvent } from "./own-event.ts";
import type { RunFolder } from "./run-folder.ts";
import { hasCode, parseJson, readSafely, writeWhole } from "./safe-file.ts";

/** How an adapter reads what its agent itself writes into the spool; undefined when it is none of its shapes. */
export type Translate = (raw: unknown) => AgentEvent | undefined;

const eventFile = /^(\d{10,15}-\d{1,10})\.json$/;
const maxEventBytes = 8 * 1024 * 1024;
const maxEventsAtOnce = 200;

/**
 * The oldest events in the spool. What is not an event is moved to the quarantine and reported as `other`, so that a
 * broken file is seen once and stops nothing.
 */
export async function readSpool(run: RunFolder, translate: Translate): Promise<NamedEvent[]> {
  const names = (await readdir(run.spool)).toSorted();
  await quarantineStrangers(run, names);
  const events: NamedEvent[] = [];
  for (const name of names.flatMap(eventName).slice(0, maxEventsAtOnce)) {
    const event = await readEvent(run, name, translate);
    if (event !== undefined) events.push(event);
  }
  return events;
}

const ours = ["tmp", "status.json"];

async function quarantineStrangers(run: RunFolder, names: readonly string[]): Promise<void> {
  const strangers = names.filter((name) => !ours.includes(name) && !eventFile.test(name));
  for (const name of strangers) await quarantine(run, name);
}

async function quarantine(run: RunFolder, file: string): Promise<void> {
  try {
    await rename(join(run.spool, file), join(run.quarantine, `${randomUUID()}-${file.slice(0, 60)}`));
  } catch (error) {
    // A folder without permissions can't be moved; it stays, and harms nobody but its own run.
    if (!hasCode(error, "ENOENT", "EACCES", "EPERM")) throw error;
  }
}

function eventName(file: string): string[] {
  const name = eventFile.exec(file)?.[1];
  return name === undefined ? [] : [name];
}

async function readEvent(run: RunFolder, name: string, translate: Translate): Promise<NamedEvent | undefined> {
  const read = await readSafely(join(run.spool, `${name}.json`), maxEventBytes);
  if (read === "absent") return undefined;
  if ("odd" in read) return broken(run, name, read.odd);
  const raw = parseJson(read.text);
  if (raw === undefined) return broken(run, name, "not JSON");
  const event = readOwnEvent(raw) ?? translate(raw) ?? { kind: "other", what: "an event of an unknown shape" };
  return { name, atMs: read.atMs, event };
}

/** A hostile file may only be looked at once, so its report is the event. */
async function broken(run: RunFolder, name: string, why: string): Promise<NamedEvent> {
  const { mtimeMs } = await lstat(join(run.spool, `${name}.json`));
  await quarantine(run, `${name}.json`);
  return {
    name,
    atMs: mtimeMs,
    event: { kind: "other", what: `a broken event file (${why}), moved to ${run.quarantine}` },
  };
}

/** Forgets events that are stored elsewhere. Repeating it is harmless. */
export async function dropSpool(run: RunFolder, names: readonly string[]): Promise<void> {
  const [highest] = names.toSorted().slice(-1);
  if (highest === undefined) return;
  await raiseFloor(run, highest);
  for (const name of names) await rm(join(run.spool, `${name}.json`), { recursive: true, force: true });
}

/** Writers number on from here when the spool is empty; see the hook script for why this comes before the removal. */
async function raiseFloor(run: RunFolder, highest: string): Promise<void> {
  const floor = await readFloor(run);
  if (highest > floor) await writeWhole(join(run.answers, "floor"), `${highest}\n`);
}

async function readFloor(run: RunFolder): Promise<string> {
  const read = await readSafely(join(run.answers, "floor"), 100);
  return read !== "absent" && "text" in read ? read.text.trim() : "";
}

/** Puts an event into the spool, as the hook script does; for agents and servers of ours that run beside the agent. */
export async function putEvent(run: RunFolder, event: AgentEvent): Promise<string> {
  const temporary = join(run.spool, "tmp", `event-${randomUUID()}`);
  await writeFile(temporary, JSON.stringify(event), { mode: 0o600, flag: "wx", flush: true });
  const [last = ""] = (await readdir(run.spool)).flatMap(eventName).toSorted().slice(-1);
  const highest = Math.max(numberOf(last), numberOf(await readFloor(run)));
  const name = `${String(highest + 1).padStart(10, "0")}-${process.pid}`;
  await rename(temporary, join(run.spool, `${name}.json`));
  return name;
}

const numberOf = (name: string): number => Number.parseInt(name, 10) || 0;

/**
 * Writes the answer to an event whose writer waits for one, and says whether it still waited. (A writer that gives up
 * leaves a mark and then looks once more: a mark that stays means that it did not see the answer.)
 */
export async function putAnswer(run: RunFolder, name: string, text: string): Promise<"given" | "too-late"> {
  await writeWhole(join(run.answers, `${name}.json`), text);
  const mark = join(run.spool, "tmp", `late-${name}`);
  if (!(await exists(mark))) return "given";
  await sleep(500);
  return (await exists(mark)) ? "too-late" : "given";
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Waits for the answer to an event that was put; for agents of ours. Undefined when none came in time. */
export async function awaitAnswer(run: RunFolder, name: string, waitMs: number): Promise<string | undefined> {
  const deadlineMs = Date.now() + waitMs;
  for (let napMs = 50; ; napMs = Math.min(napMs * 1.5, 1000)) {
    const read = await readSafely(join(run.answers, `${name}.json`), maxEventBytes);
    if (read !== "absent" && "text" in read) return read.text;
    if (Date.now() > deadlineMs) return lastLook(run, name);
    await sleep(napMs);
  }
}

async function lastLook(run: RunFolder, name: string): Promise<string | undefined> {
  const mark = join(run.spool, "tmp", `late-${name}`);
  await writeFile(mark, "");
  const read = await readSafely(join(run.answers, `${name}.json`), maxEventBytes);
  if (read === "absent" || "odd" in read) return undefined;
  await rm(mark, { force: true });
  return read.text;
}

/** Calls back soon after an event arrived, and now and then anyway, because watching fails silently on some file systems. */
export function watchSpool(run: RunFolder, onChange: () => void, pollMs = 5000): { stop(): void } {
  const timer = setInterval(onChange, pollMs).unref();
  const watcher = tryWatch(run.spool, onChange);
  return {
    stop() {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

function tryWatch(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_kind, file) => {
      if (file === null || eventFile.test(file)) onChange();
    });
    // The folder is gone, or the system has no watches left: the polling goes on.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOSPC", "EMFILE")) return undefined;
    throw error;
  }
}
