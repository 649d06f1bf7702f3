import { join } from "node:path";

/** Where everything of one repository lies. The only file that knows folder and ref names. */
export interface Layout {
  readonly root: string;
  /** Bare, ours alone: objects, refs, all talk with GitHub. */
  readonly gate: string;
  readonly gateObjects: string;
  /** Packs that have not been checked yet. On the gate's file system, out of git's and the agents' sight. */
  readonly quarantine: string;
  /** Bare, without objects or refs of its own: `git worktree list` here shows every workspace. */
  readonly workshop: string;
  readonly register: string;
  readonly privates: string;
  readonly trees: string;
  readonly trash: string;
  /** Short-lived folders for looking at a workspace with an index and attributes of our own. */
  readonly scratch: string;
}

export function layoutOf(root: string): Layout {
  const gate = join(root, "gate.git");
  const workshop = join(root, "workshop.git");
  return {
    root,
    gate,
    gateObjects: join(gate, "objects"),
    quarantine: join(gate, "quarantine"),
    workshop,
    register: join(workshop, "worktrees"),
    privates: join(root, "private"),
    trees: join(root, "trees"),
    trash: join(root, "trash"),
    scratch: join(root, "scratch"),
  };
}

/** Where one workspace lies. */
export interface Desk {
  readonly name: string;
  readonly tree: string;
  /** The private repository: refs, stash, reflogs and new objects of this workspace only; old objects come from the gate. */
  readonly repository: string;
  readonly objects: string;
  /** The worktree's own folder in the private repository: HEAD, index, states of merge and rebase. */
  readonly admin: string;
  /** The workshop's entry. It is there exactly as long as the workspace may hold work. */
  readonly entry: string;
  readonly branch: string;
}

export function deskOf(layout: Layout, name: string): Desk {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) throw new Error(`not a name for a workspace: ${JSON.stringify(name)}`);
  const repository = join(layout.privates, `${name}.git`);
  return {
    name,
    tree: join(layout.trees, name),
    repository,
    objects: join(repository, "objects"),
    admin: join(repository, "worktrees", name),
    entry: join(layout.register, name),
    branch: `coppice/${name}`,
  };
}

export const refs = {
  /** A branch as GitHub had it when we last fetched it. */
  upstream: (branch: string) => `refs/remotes/origin/${branch}`,
  allUpstream: "refs/remotes/origin/",
  /** The commit that a workspace started from; keeps it from being forgotten. */
  keep: (name: string) => `refs/coppice/keep/${name}`,
  /** The last commit of a workspace that was taken in and found good. */
  taken: (name: string) => `refs/coppice/tasks/${name}`,
  saved: (name: string) => `refs/coppice/saved/${name}/`,
};

const shaShape = /^[0-9a-f]{40}$/;

export function isSha(text: string): boolean {
  return shaShape.test(text);
}

/** The rules of git-check-ref-format(1), and no name that could be taken for an option or a pattern. */
export function isBranchName(name: string): boolean {
  if (name === "" || name === "@" || name.length > 200 || /^-|[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/u.test(name))
    return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
