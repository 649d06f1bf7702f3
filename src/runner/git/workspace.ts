import { mkdir, symlink, unlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { KnownError } from "../../errors.ts";
import type { Wall } from "../wall.ts";
import { exists, isFolder, throwAway } from "./files.ts";
import { initBare } from "./gate.ts";
import type { GateRefs } from "./gate-refs.ts";
import { gitArgv, runGitOrThrow } from "./git-command.ts";
import { isSha, refs } from "./layout.ts";
import type { Desk, Layout } from "./layout.ts";
import { ensureWorkshop } from "./workshop.ts";

/** Where a workspace begins. */
export interface Base {
  readonly branch: string;
  /** A commit that the gate holds. */
  readonly sha: string;
}

export interface WorkspaceOptions {
  readonly layout: Layout;
  readonly gateRefs: GateRefs;
  readonly wall: Wall;
  readonly remoteUrl: string;
  readonly signal?: AbortSignal | undefined;
}

/** A tree of a hundred thousand files takes its time. */
const checkoutLimitMs = 15 * 60_000;

/**
 * Makes the workspace, or finds it made. The workshop's entry comes last: what has no entry was never given to anybody and is made anew.
 * @returns the commit that the workspace began at.
 */
export async function createWorkspace(options: WorkspaceOptions, desk: Desk, base: Base): Promise<string> {
  if (!isSha(base.sha)) throw new Error(`not a commit's name: ${base.sha}`);
  if (await exists(desk.entry)) return existingBase(options, desk);
  const { layout, gateRefs } = options;
  await clearLeftovers(layout, desk);
  await gateRefs.set(refs.keep(desk.name), base.sha);
  await makeRepository(options, desk, base);
  await addWorktree(options, desk, base);
  await ensureWorkshop(layout);
  await symlink(relative(layout.register, desk.admin), desk.entry);
  return base.sha;
}

async function existingBase({ gateRefs }: WorkspaceOptions, desk: Desk): Promise<string> {
  const [tree, admin, base] = await Promise.all([
    isFolder(desk.tree),
    isFolder(desk.admin),
    gateRefs.read(refs.keep(desk.name)),
  ]);
  if (tree && admin && base !== undefined) return base;
  throw new KnownError("WORKSPACE_DAMAGED", `parts of workspace ${desk.name} are missing`, {
    hint: `Somebody deleted them by hand? Commits are in ${desk.repository}. Once they are safe, delete ${desk.entry}.`,
  });
}

async function clearLeftovers(layout: Layout, desk: Desk): Promise<void> {
  await throwAway(desk.tree, layout.trash);
  await throwAway(desk.repository, layout.trash);
}

/** Hooks and info are there, empty, so that a wall can keep them so. */
async function makeRepository({ layout, remoteUrl }: WorkspaceOptions, desk: Desk, base: Base): Promise<void> {
  const { repository } = desk;
  await mkdir(desk.tree, { recursive: true, mode: 0o700 });
  await initBare(repository, repositoryConfig(remoteUrl));
  await writeFile(join(desk.objects, "info", "alternates"), `${layout.gateObjects}\n`);
  await mkdir(join(repository, "hooks"), { recursive: true });
  await mkdir(join(repository, "info"), { recursive: true });
  await mkdir(join(repository, "worktrees"));
  const upstream = ["update-ref", refs.upstream(base.branch), base.sha];
  await runGitOrThrow(gitArgv(repository, ...upstream), { cwd: layout.root });
}

/** The remote is named for tools that want to know the repository's name. Whoever pushes there does it with his own login. */
function repositoryConfig(remoteUrl: string): readonly string[] {
  const url = JSON.stringify(remoteUrl);
  const origin = ['[remote "origin"]', `\turl = ${url}`, "\tfetch = +refs/heads/*:refs/remotes/origin/*"];
  return ["[gc]", "\tauto = 0", "[maintenance]", "\tauto = false", "[checkout]", "\tworkers = 0", ...origin];
}

/** Locked, so that no `git worktree prune` by hand forgets it while its disk is away. */
async function addWorktree({ layout, wall, signal }: WorkspaceOptions, desk: Desk, base: Base): Promise<void> {
  const how = [
    "--quiet",
    "--no-track",
    "--lock",
    "--reason",
    "Coppice keeps it until its task is done",
    "-b",
    desk.branch,
  ];
  const room = {
    cwd: desk.tree,
    writable: [desk.tree, desk.repository],
    readable: [layout.gateObjects],
    network: "none",
  } as const;
  const argv = wall.enter(room, gitArgv(desk.repository, "worktree", "add", ...how, desk.tree, base.sha));
  await runGitOrThrow(argv, { cwd: desk.tree, limitMs: checkoutLimitMs, signal });
}

/**
 * Takes the workspace away. The entry goes first: from then on nothing here is anybody's work any more, also after a crash in between. The
 * caller has seen that all of it is safe.
 */
export async function dismantle({ layout }: WorkspaceOptions, desk: Desk): Promise<void> {
  if (await exists(desk.entry)) await unlink(desk.entry);
  await clearLeftovers(layout, desk);
}
