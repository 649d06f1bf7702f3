import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** What lies at a path, or undefined when positively nothing does. Any other failure is thrown: it is no sign of absence. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await lookAt(path)) !== undefined;
}

/** Moves a file or folder into the trash folder, at once, whatever its size. Already gone is fine. */
export async function throwAway(path: string, trash: string): Promise<void> {
  await mkdir(trash, { recursive: true, mode: 0o700 });
  try {
    await rename(path, join(trash, `${basename(path)}-${randomUUID()}`));
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Deletes all that lies in a folder; follows no links. Slow on large trees. */
export async function emptyFolder(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) await removeTree(join(folder, name));
}

/** The names in a folder; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Tools such as Go's leave read-only folders behind, which nobody but root can delete as they are. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")))
      throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openFolders(folder: string): Promise<void> {
  if (!(await lookAt(folder))?.isDirectory()) return;
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}

/** Deletes what has lain in a folder for longer than this, as far as it is meant. */
export async function removeOlder(
  folder: string,
  ageMs: number,
  isMeant: (name: string) => boolean = () => true,
): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isMeant)) {
    const path = join(folder, name);
    const seen = await lookAt(path);
    if (seen && Date.now() - seen.mtimeMs > ageMs) await removeTree(path);
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
