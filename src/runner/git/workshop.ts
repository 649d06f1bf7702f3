import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, throwAway } from "./files.ts";
import { initBare } from "./gate.ts";
import type { Layout } from "./layout.ts";

/**
 * Makes the workshop if it isn't there: a bare repository where `git worktree list` shows every workspace. Its entries are links to the
 * private repositories, where agents write (a HEAD that is a pipe would hang git, one that is /dev/zero would fill the memory), so Coppice
 * itself never runs git in it.
 */
export async function ensureWorkshop(layout: Layout): Promise<void> {
  if (await exists(layout.workshop)) return;
  const making = join(layout.root, `workshop.git.unfinished-${randomUUID()}`);
  await initBare(making, ["[gc]", "\tauto = 0", "\tworktreePruneExpire = never"]);
  await writeFile(join(making, "objects", "info", "alternates"), `${layout.gateObjects}\n`);
  await mkdir(join(making, "worktrees"));
  await putInPlace(making, layout);
}

/** Of several that are made at once, the first one counts. */
async function putInPlace(making: string, layout: Layout): Promise<void> {
  try {
    await rename(making, layout.workshop);
  } catch (error) {
    if (!(await exists(layout.workshop))) throw error;
    await throwAway(making, layout.trash);
  }
}
