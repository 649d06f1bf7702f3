import { notFound, Refusal } from "./errors.ts";
import { commit, git } from "./git.ts";
import { tipOf } from "./history.ts";
import type { Actor } from "./model.ts";
import { moveRefs } from "./refs.ts";
import { fullName, isAtLeast, roleOf, type Store, type World } from "./world.ts";

export interface PushedFiles {
  readonly branch: string;
  /** Contents by path; `null` takes a file away. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly message: string;
}

/** One commit on a branch, as if somebody had pushed it; a new branch starts at the default branch's tip. */
export async function pushFiles(world: World, store: Store, by: Actor, pushed: PushedFiles): Promise<string> {
  mustWrite(store, by);
  const { folder, defaultBranch } = store.repository;
  return moveRefs(world, store, by, async () => {
    const parent = (await tipOf(folder, pushed.branch)) ?? (await tipOf(folder, defaultBranch));
    return commit(folder, { ...pushed, parent, author: by.user, atMs: world.nowMs() });
  });
}

/** Sets a branch to a commit, makes it, or takes it away when there is none. */
export async function setRef(
  world: World,
  store: Store,
  by: Actor,
  ref: string,
  sha: string | undefined,
): Promise<void> {
  const args = sha === undefined ? ["-d", ref] : [ref, sha];
  await moveRefs(world, store, by, () => git(store.repository.folder, ["update-ref", ...args]));
}

export async function deleteBranch(world: World, store: Store, by: Actor, branch: string): Promise<void> {
  mustWrite(store, by);
  if ((await tipOf(store.repository.folder, branch)) === undefined) throw notFound();
  await setRef(world, store, by, `refs/heads/${branch}`, undefined);
}

function mustWrite(store: Store, by: Actor): void {
  if (by.app !== undefined || isAtLeast(roleOf(store, by.user), "write")) return;
  throw new Refusal(403, `Permission to ${fullName(store.repository)}.git denied to ${by.user.login}.`);
}
