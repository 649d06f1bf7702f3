import { rm } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { lookAt } from "./files.ts";

/** git holds a lock on a ref for moments; one of this age was left by a git that was killed. */
const staleMs = 2 * 60_000;

/**
 * Removes the lock file that git complains of, when it is old and lies in this repository of ours.
 * @returns whether trying again may help.
 */
export async function clearStaleLock(gitDir: string, stderr: string): Promise<boolean> {
  const named = /Unable to create '([^']+\.lock)': File exists/.exec(stderr)?.[1];
  if (named === undefined) return false;
  const lock = resolve(gitDir, named);
  const inside = relative(gitDir, lock);
  if (inside.startsWith("..") || isAbsolute(inside)) return false;
  const seen = await lookAt(lock);
  if (seen && Date.now() - seen.mtimeMs < staleMs) return false;
  await rm(lock, { force: true });
  return true;
}
