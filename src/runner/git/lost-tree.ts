import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentSide } from "./agent-side.ts";
import { exists, isFolder } from "./files.ts";
import type { Desk, Layout } from "./layout.ts";

const limitMs = 15 * 60_000;

/**
 * Whether a workspace's folder is gone though the workspace is there: a person deleted it, or an agent without a wall. Only a positive
 * sighting counts; a folder that we were in the middle of making again counts, too.
 */
export async function isTreeLost({ trees }: Layout, desk: Desk): Promise<boolean> {
  if (!(await exists(desk.entry)) || !(await isFolder(desk.admin)) || !(await isFolder(trees))) return false;
  return (await exists(markIn(desk))) || !(await exists(desk.tree));
}

/** Makes it again, with all that was committed or staged; what was in the folder alone is gone with it. */
export async function remakeTree(side: AgentSide): Promise<void> {
  const { desk } = side;
  await writeFile(markIn(desk), "");
  await mkdir(desk.tree, { recursive: true, mode: 0o700 });
  // Walls mount it, so it has to be there before git runs.
  await writeFile(join(desk.tree, ".git"), `gitdir: ${desk.admin}\n`);
  await side.ask(["checkout-index", "--all", "--force", "--index", "--quiet"], { limitMs });
  await rm(markIn(desk));
}

const markIn = ({ admin }: Desk): string => join(admin, "coppice-makes-the-tree");
