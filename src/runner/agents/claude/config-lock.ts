import { mkdir, rmdir, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { KnownError } from "../../../errors.ts";
import { hasCode } from "../safe-file.ts";

const staleMs = 10_000;
const patienceMs = 15_000;

/**
 * Works on the CLI's configuration while no CLI writes it: it keeps a folder `<file>.lock` for that (seen with 2.1.330), and takes
 * one that is ten seconds old for left behind.
 * @throws KnownError CLAUDE_CONFIG_BUSY.
 */
export async function withConfigLock(configFile: string, work: () => Promise<void>): Promise<void> {
  const lock = `${configFile}.lock`;
  const untilMs = Date.now() + patienceMs;
  while (!(await take(lock))) {
    if (Date.now() > untilMs) throw busy(lock);
    await sleep(50);
  }
  try {
    await work();
  } finally {
    await free(lock);
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    if (await isStale(lock)) await free(lock);
    return false;
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > staleMs;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** For a configuration of ours where no CLI runs: a killed one left its lock, and the next would wait for it. */
export async function breakConfigLock(configFile: string): Promise<void> {
  await free(`${configFile}.lock`);
}

async function free(lock: string): Promise<void> {
  try {
    await rmdir(lock);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function busy(lock: string): KnownError {
  return new KnownError("CLAUDE_CONFIG_BUSY", `Claude Code's configuration is locked: ${lock}`, {
    hint: "If no `claude` is running, remove that folder.",
    retry: "later",
  });
}
