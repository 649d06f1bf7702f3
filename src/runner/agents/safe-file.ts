import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What lies under a name: its text, nothing, or something that we don't touch and why. */
export type SafeRead = { readonly text: string; readonly atMs: number } | "absent" | { readonly odd: string };

/**
 * Reads a file that a hostile program may have put there: never through a link, never waiting on a FIFO, never more than
 * `maxBytes`.
 */
export async function readSafely(path: string, maxBytes: number): Promise<SafeRead> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) return { odd: "not a regular file" };
    if (stat.size > maxBytes) return { odd: `larger than ${maxBytes} bytes` };
    const { bytesRead, buffer } = await file.read(Buffer.alloc(stat.size), 0, stat.size, 0);
    return { text: buffer.toString("utf8", 0, bytesRead), atMs: stat.mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return "absent";
    if (hasCode(error, "ELOOP", "EMLINK")) return { odd: "a symbolic link" };
    if (hasCode(error, "ENXIO", "EISDIR", "EACCES", "EPERM")) return { odd: "not a readable file" };
    throw error;
  }
}

/** The value in a file of JSON that a hostile program may have put there; undefined when there is none to be had. */
export async function readJsonSafely(path: string, maxBytes: number): Promise<unknown> {
  const read = await readSafely(path, maxBytes);
  return read === "absent" || "odd" in read ? undefined : parseJson(read.text);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The names in a folder that need not be there. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

/** Writes a file so that readers see all of it or nothing, readable for us alone (or as `mode` says). */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { mode, flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
