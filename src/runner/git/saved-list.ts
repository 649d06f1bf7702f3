import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../../errors.ts";
import { exists, namesIn } from "./files.ts";
import { createGateRefs } from "./gate-refs.ts";
import { gitArgv, runGitOrThrow } from "./git-command.ts";
import { layoutOf } from "./layout.ts";
import { isSnapshot } from "./snapshot.ts";

/** What was saved of one workspace at one time. */
export interface SavedEntry {
  readonly gate: string;
  readonly repositoryId: number;
  readonly workspace: string;
  readonly ref: string;
  /** `20260131-235959-123`, in UTC. */
  readonly stamp: string;
  /** Commits that GitHub's branches, as we last saw them, do not have. */
  readonly commits: number;
  /** Files that were in no commit. */
  readonly files: number;
}

const prefix = "refs/coppice/saved/";

/** All saved work of a state folder, oldest first in each repository. Looks at gates only, and changes nothing. */
export async function listSaved(repositories: string): Promise<readonly SavedEntry[]> {
  const found: SavedEntry[] = [];
  for (const id of await namesIn(repositories)) {
    const { gate } = layoutOf(join(repositories, id));
    if (!/^\d+$/.test(id) || !(await exists(gate))) continue;
    for (const { name } of await createGateRefs(gate).list(prefix)) found.push(await entryOf(gate, Number(id), name));
  }
  return found;
}

async function entryOf(gate: string, repositoryId: number, ref: string): Promise<SavedEntry> {
  const [workspace = "", stamp = ""] = ref.slice(prefix.length).split("/");
  const head = (await isUncommitted(gate, ref)) ? `${ref}^1` : ref;
  const ask = (...args: readonly string[]) => runGitOrThrow(gitArgv(gate, ...args), { cwd: gate });
  const commits = Number(await ask("rev-list", "--count", head, "--not", "--glob=refs/remotes/origin/*"));
  const names = head === ref ? "" : await ask("diff-tree", "-r", "-z", "--name-only", "--no-commit-id", head, ref);
  return { gate, repositoryId, workspace, ref, stamp, commits, files: names.split("\0").filter(Boolean).length };
}

/** Whether the ref names a snapshot of a whole workspace, and not just the last commit that was taken in. */
async function isUncommitted(gate: string, ref: string): Promise<boolean> {
  return isSnapshot(await runGitOrThrow(gitArgv(gate, "log", "-1", "--format=%B", ref), { cwd: gate }));
}

/**
 * Puts saved work into a new folder, outside of every agent's reach: a repository of its own on the workspace's branch, with what was in no
 * commit as changed files. The whole snapshot stays there as a tag.
 * @throws KnownError RESTORE_THERE when the folder is there already.
 */
export async function restoreTo(entry: SavedEntry, folder: string): Promise<void> {
  if (await exists(folder)) {
    throw new KnownError("RESTORE_THERE", `${folder} is there already`, { hint: "Name another one: --to <folder>." });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await bringBack(entry, folder);
  } catch (error) {
    // Ours, just made, and half done: it would only be in the way of the next try.
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function bringBack({ gate, ref, workspace }: SavedEntry, folder: string): Promise<void> {
  const gitDir = join(folder, ".git");
  const branch = `coppice/${workspace}`;
  const run = { cwd: folder, environment: { GIT_ALLOW_PROTOCOL: "file", GIT_WORK_TREE: folder }, limitMs: 15 * 60_000 };
  const ask = (...args: readonly string[]) => runGitOrThrow(gitArgv(gitDir, ...args), run);
  const head = (await isUncommitted(gate, ref)) ? "FETCH_HEAD^1" : "FETCH_HEAD";
  await runGitOrThrow(["git", "init", "--quiet", "--template=", folder], { cwd: folder });
  await ask("fetch", "--quiet", "--no-tags", gate, ref);
  await ask("update-ref", "refs/tags/saved", "FETCH_HEAD");
  await ask("update-ref", `refs/heads/${branch}`, head);
  await ask("symbolic-ref", "HEAD", `refs/heads/${branch}`);
  await ask("read-tree", "--reset", "-u", "refs/tags/saved");
  await ask("reset", "--quiet");
}
