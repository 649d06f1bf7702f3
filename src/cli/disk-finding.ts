import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Settings } from "../config/arranged-settings.ts";
import type { Finding } from "./examination.ts";
import { sizeOf } from "./sizes.ts";

/** Whether sessions may begin on the disk of the state folder, or of what of its path is there already. */
export async function disk({ service, limits }: Settings): Promise<Finding> {
  const free = await freeAt(service.homePath);
  const what = `${sizeOf(free)} are free on the disk of ${service.homePath}`;
  if (free >= limits.minFreeBytes) return { is: "fine", what };
  return {
    is: "missing",
    what: `${what}; below ${sizeOf(limits.minFreeBytes)} no session begins`,
    cure: "Make room, or lower MIN_FREE_DISK_MB. `coppice gc` says what is left over.",
  };
}

async function freeAt(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!isAbsent || dirname(folder) === folder) throw error;
    return await freeAt(dirname(folder));
  }
}
