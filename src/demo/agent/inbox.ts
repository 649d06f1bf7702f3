import { randomUUID } from "node:crypto";
import { access, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { hasCode, readSafely, writeWhole } from "../../runner/agents/safe-file.ts";

/**
 * Messages to a living session: a file each, in a folder that the agent may only read. It says that it has taken one by a mark in
 * the spool, which is the only place that it may write to.
 */
const folderOf = (run: RunFolder): string => join(run.path, "inbox");
const markOf = (run: RunFolder, name: string): string => join(run.spool, "tmp", `taken-${name}`);

const maxMessageBytes = 1024 * 1024;

export async function makeInbox(run: RunFolder): Promise<void> {
  await mkdir(folderOf(run), { recursive: true, mode: 0o700 });
}

/** Leaves a message and waits for the mark; a message that nobody takes is withdrawn. */
export async function leaveMessage(run: RunFolder, text: string, patienceMs: number): Promise<"taken" | "withdrawn"> {
  const name = `${Date.now()}-${randomUUID()}`;
  const file = join(folderOf(run), name);
  await writeWhole(file, text);
  for (const untilMs = Date.now() + patienceMs; Date.now() < untilMs; await sleep(50)) {
    if (await isThere(markOf(run, name))) return "taken";
  }
  await rm(file, { force: true });
  await sleep(300);
  // Taken at the very last moment: the reader looks for the file once more after it made its mark.
  return (await isThere(markOf(run, name))) ? "taken" : "withdrawn";
}

/** The messages that were not taken yet, oldest first; takes them. */
export async function takeMessages(run: RunFolder): Promise<string[]> {
  const taken: string[] = [];
  const names = (await readdir(folderOf(run))).filter((name) => !name.startsWith("."));
  for (const name of names.toSorted()) {
    if (await isThere(markOf(run, name))) continue;
    const read = await readSafely(join(folderOf(run), name), maxMessageBytes);
    if (read === "absent" || "odd" in read) continue;
    await writeFile(markOf(run, name), "");
    if (await isThere(join(folderOf(run), name))) taken.push(read.text);
    else await rm(markOf(run, name), { force: true });
  }
  return taken;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}
