import { viewPushedCommit } from "../views/commit.ts";
import { time } from "../views/user.ts";
import { listRefs } from "./git.ts";
import { requestSuite } from "./checks.ts";
import { emptyTree, isAncestor, listChangedFiles, listCommits } from "./history.ts";
import { closeMentioned, followPulls } from "./pull-ends.ts";
import type { Actor, Commit } from "./model.ts";
import { fullName, type Store, type World } from "./world.ts";

/** What a push, a merge or a deletion did to one branch or tag. */
interface Move {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const busy = new WeakMap<Store, Promise<unknown>>();

/**
 * Runs something that moves refs, one at a time for each repository, and lets everything follow that GitHub lets
 * follow: webhooks, and the pull requests whose ends moved.
 */
export async function moveRefs<T>(world: World, store: Store, by: Actor, work: () => Promise<T>): Promise<T> {
  const turn = (busy.get(store) ?? Promise.resolve()).then(() => follow(world, store, by, work));
  busy.set(
    store,
    turn.catch(() => {}),
  );
  return turn;
}

async function follow<T>(world: World, store: Store, by: Actor, work: () => Promise<T>): Promise<T> {
  const before = await listRefs(store.repository.folder);
  const result = await work();
  const after = await listRefs(store.repository.folder);
  const refs = [...new Set([...before.keys(), ...after.keys()])];
  const moves = refs
    .map((ref): Move => ({ ref, before: before.get(ref), after: after.get(ref) }))
    .filter((move) => move.before !== move.after);
  if (moves.length > 0) store.repository = { ...store.repository, pushedMs: world.nowMs() };
  for (const move of moves) {
    const commits = await newCommits(store.repository.folder, move);
    await tell(world, store, by, move, commits);
    await followPulls(world, store, by, move);
    const tip = commits.at(-1);
    if (tip !== undefined && move.ref.startsWith(branchPrefix)) {
      requestSuite(world, store, by, tip, move.ref.slice(branchPrefix.length));
    }
    if (move.ref === `refs/heads/${store.repository.defaultBranch}`) {
      for (const { message } of commits) closeMentioned(world, store, by, message);
    }
  }
  return result;
}

const branchPrefix = "refs/heads/";
const nothing = "0".repeat(40);

async function tell(world: World, store: Store, by: Actor, move: Move, commits: readonly Commit[]): Promise<void> {
  const { ref, before, after } = move;
  const [, kind, ...name] = ref.split("/");
  const named = { ref: name.join("/"), ref_type: kind === "tags" ? "tag" : "branch", pusher_type: "user" };
  if (before === undefined) {
    const { defaultBranch, description } = store.repository;
    const payload = { ...named, master_branch: defaultBranch, description };
    world.emit({ event: "create", store, sender: by.user, payload });
  }
  if (after === undefined) world.emit({ event: "delete", store, sender: by.user, payload: named });
  world.emit({ event: "push", store, sender: by.user, payload: await pushPayload(world, store, by, move, commits) });
}

async function pushPayload(
  world: World,
  store: Store,
  by: Actor,
  move: Move,
  commits: readonly Commit[],
): Promise<Record<string, unknown>> {
  const { folder } = store.repository;
  const { ref, before, after } = move;
  const views = await Promise.all(commits.map((commit) => viewNew(world, store, commit)));
  const isForced = before !== undefined && after !== undefined && !(await isAncestor(folder, before, after));
  const range = before === undefined ? (after ?? "") : `${before.slice(0, 12)}...${(after ?? nothing).slice(0, 12)}`;
  return {
    ref,
    before: before ?? nothing,
    after: after ?? nothing,
    created: before === undefined,
    deleted: after === undefined,
    forced: isForced,
    base_ref: null,
    compare: `${world.url}/${fullName(store.repository)}/compare/${range}`,
    commits: views,
    head_commit: views.at(-1) ?? null,
    pusher: { name: by.user.login, email: by.user.email, date: time(world.nowMs()) },
  };
}

/** Oldest first; a new branch's are those that the default branch does not have. */
async function newCommits(folder: string, { ref, before, after }: Move): Promise<Commit[]> {
  if (after === undefined) return [];
  const known = before === undefined ? [`--exclude=${ref}`, "--glob=refs/heads/*"] : [before];
  return listCommits(folder, ["--reverse", "--max-count=2048", after, "--not", ...known]);
}

async function viewNew(world: World, store: Store, commit: Commit): Promise<Record<string, unknown>> {
  const files = await listChangedFiles(store.repository.folder, commit.parents[0] ?? emptyTree, commit.sha);
  return viewPushedCommit(world, store, commit, files);
}
