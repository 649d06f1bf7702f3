import { git, gitOr } from "./git.ts";
import { countCommits, isAncestor, mergeBase } from "./history.ts";
import { emitIssue, noteEvent, touch } from "./issue-record.ts";
import { closeIssue } from "./issues.ts";
import type { Actor, Issue, Pull, PullCounts, PullEnd } from "./model.ts";
import { followThreads } from "./threads.ts";
import { change, get, type Store, type World } from "./world.ts";

interface Move {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Open pull requests follow the branches that they come from and go to. */
export async function followPulls(world: World, store: Store, by: Actor, { ref, before, after }: Move): Promise<void> {
  if (!ref.startsWith("refs/heads/")) return;
  const branch = ref.slice("refs/heads/".length);
  const isIt = (end: PullEnd): boolean => end.repository === store.repository.id && end.branch === branch;
  for (const target of world.stores.values()) {
    for (const pull of openPulls(target)) {
      if (isIt(pull.head)) await followHead(world, target, by, pull, before ?? "", after);
      else if (isIt(pull.base) && after !== undefined) await followBase(world, target, by, pull, after);
    }
  }
}

const openPulls = (store: Store): Pull[] =>
  [...store.pulls.values()].filter(({ number }) => get(store.issues, number).state === "open");

async function followHead(
  world: World,
  store: Store,
  by: Actor,
  pull: Pull,
  before: string,
  after: string | undefined,
): Promise<void> {
  const { number } = pull;
  if (after === undefined) {
    closeIssue(world, store, by, number, "completed");
    return;
  }
  const head = { ...pull.head, sha: after };
  await keepHead(world, store, number, head);
  change(store.pulls, number, { head, counts: await countPull(store, pull.base.sha, after) });
  await followThreads(store, number, before, after);
  touch(world, store, number);
  emitIssue(world, store, by, "synchronize", number, { before, after });
}

/** GitHub takes a pull request as merged when its commits have reached the base in any way. */
async function followBase(world: World, store: Store, by: Actor, pull: Pull, after: string): Promise<void> {
  const { folder } = store.repository;
  if (await isAncestor(folder, pull.head.sha, after)) {
    markMerged(world, store, by, pull.number, after);
    return;
  }
  const base = { ...pull.base, sha: after };
  change(store.pulls, pull.number, { base, counts: await countPull(store, after, pull.head.sha) });
}

/** The base stays at the commit that it had before: what was changed can still be told then. */
export function markMerged(world: World, store: Store, by: Actor, number: number, sha: string): void {
  const pull = change(store.pulls, number, { merged: { by: by.user, atMs: world.nowMs(), sha } });
  noteEvent(world, store, by, number, "merged", { commit_id: sha });
  closeIssue(world, store, by, number, null);
  for (const issue of closedBy(store, pull)) closeIssue(world, store, by, issue.number, "completed");
}

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

/** `Closes #n` counts in pull requests into the default branch, and in commits on it. */
export function closeMentioned(world: World, store: Store, by: Actor, text: string): void {
  for (const { number } of mentioned(store, text)) closeIssue(world, store, by, number, "completed");
}

/** The issues that a merge of the pull request would close. */
export const closedBy = (store: Store, { number, base }: Pull): Issue[] =>
  base.branch === store.repository.defaultBranch ? mentioned(store, get(store.issues, number).body ?? "") : [];

function mentioned(store: Store, text: string): Issue[] {
  const numbers = new Set([...text.matchAll(closing)].map(([, number]) => Number(number)));
  return [...store.issues.values()].filter(({ number }) => numbers.has(number) && !store.pulls.has(number));
}

/** The head's commits stay reachable in the base's repository, as `refs/pull/<number>/head`. */
export async function keepHead(world: World, store: Store, number: number, head: PullEnd): Promise<void> {
  const { folder } = store.repository;
  const from = get(world.stores, head.repository).repository.folder;
  if (from !== folder) await git(folder, ["fetch", "--quiet", "--no-tags", from, `refs/heads/${head.branch}`]);
  await git(folder, ["update-ref", `refs/pull/${number}/head`, head.sha]);
}

export async function countPull({ repository }: Store, base: string, head: string): Promise<PullCounts> {
  const { folder } = repository;
  const from = (await mergeBase(folder, base, head)) ?? base;
  const stat = await git(folder, ["diff", "--find-renames", "--shortstat", from, head]);
  const count = (what: RegExp): number => Number(what.exec(stat)?.[1] ?? 0);
  return {
    commits: await countCommits(folder, [`${base}..${head}`]),
    changedFiles: count(/(\d+) files? changed/),
    additions: count(/(\d+) insertion/),
    deletions: count(/(\d+) deletion/),
    isMergeable: (await mergedTree(folder, base, head)) !== undefined,
  };
}

/** The tree of a merge without conflicts, else nothing. */
export const mergedTree = async (folder: string, one: string, two: string): Promise<string | undefined> =>
  (await gitOr(folder, ["merge-tree", "--write-tree", one, two]))?.trim();
