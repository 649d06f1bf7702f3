import { Refusal } from "./errors.ts";
import { emailOf, git } from "./git.ts";
import { isAncestor, listCommits, tipOf } from "./history.ts";
import type { Actor, Pull } from "./model.ts";
import { markMerged, mergedTree } from "./pull-ends.ts";
import { moveRefs } from "./refs.ts";
import { get, type Store, type World } from "./world.ts";

export interface MergeWish {
  readonly method?: "merge" | "squash" | "rebase" | undefined;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** The head that the merger has seen. */
  readonly sha?: string | undefined;
}

/** Merges without a working tree; throws GitHub's 405 and 409. Hands back the commit that the base points to then. */
export async function mergePull(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  wish: MergeWish,
): Promise<string> {
  return moveRefs(world, store, by, async () => {
    const pull = await atItsTips(store, get(store.pulls, number));
    mustBeMergeable(world, store, pull, wish);
    const sha = await mergeCommit(world, store, by, pull, wish);
    await git(store.repository.folder, ["update-ref", `refs/heads/${pull.base.branch}`, sha, pull.base.sha]);
    markMerged(world, store, by, number, sha);
    return sha;
  });
}

/** The base may have moved while the pull request was being opened. */
async function atItsTips(store: Store, pull: Pull): Promise<Pull> {
  const sha = (await tipOf(store.repository.folder, pull.base.branch)) ?? pull.base.sha;
  return { ...pull, base: { ...pull.base, sha } };
}

function mustBeMergeable(world: World, store: Store, pull: Pull, { sha }: MergeWish): void {
  if (get(store.issues, pull.number).state !== "open") throw notMergeable();
  if (pull.isDraft) throw new Refusal(405, "Pull Request is still a draft");
  if (sha !== undefined && sha !== pull.head.sha) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  if (!pull.counts.isMergeable) throw notMergeable();
  const missing = world.missingChecks(store, pull);
  if (missing.length > 0) throw new Refusal(405, `Required status check "${missing.join('", "')}" is expected.`);
}

const notMergeable = (): Refusal => new Refusal(405, "Pull Request is not mergeable");

async function mergeCommit(world: World, store: Store, by: Actor, pull: Pull, wish: MergeWish): Promise<string> {
  const { folder } = store.repository;
  const { base, head, number } = pull;
  if (wish.method === "rebase") return fastForward(folder, pull);
  const tree = await mergedTree(folder, base.sha, head.sha);
  if (tree === undefined) throw notMergeable();
  const { title } = get(store.issues, number);
  const isSquash = wish.method === "squash";
  const { owner } = get(world.stores, head.repository).repository;
  const subject =
    wish.title ??
    (isSquash ? `${title} (#${number})` : `Merge pull request #${number} from ${owner.login}/${head.branch}`);
  const text = wish.message ?? (isSquash ? await bodies(folder, pull) : title);
  const parents = isSquash ? [base.sha] : [base.sha, head.sha];
  return commitTree(store, by, tree, parents, `${subject}\n\n${text}\n`);
}

async function commitTree(
  { repository }: Store,
  by: Actor,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  const identity = `user.name=${by.user.name ?? by.user.login}`;
  const args = ["-c", identity, "-c", `user.email=${emailOf(by.user)}`, "commit-tree", tree];
  const sha = await git(repository.folder, [...args, ...parents.flatMap((each) => ["-p", each]), "-F", "-"], message);
  return sha.trim();
}

const bodies = async (folder: string, { base, head }: Pull): Promise<string> =>
  (await listCommits(folder, ["--reverse", `${base.sha}..${head.sha}`]))
    .map(({ message }) => `* ${message}`)
    .join("\n\n");

/** Of rebasing only the case without work: commits that already stand on the base. */
async function fastForward(folder: string, { base, head }: Pull): Promise<string> {
  if (!(await isAncestor(folder, base.sha, head.sha))) throw new Refusal(405, "This branch can't be rebased");
  return head.sha;
}

/** Merges the base into the head, as the button "Update branch" does. */
export async function updateBranch(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  expected: string | undefined,
): Promise<void> {
  const { base, head } = get(store.pulls, number);
  const source = get(world.stores, head.repository);
  if (expected !== undefined && expected !== head.sha) {
    throw new Refusal(422, "expected head sha didn’t match current head ref.");
  }
  await moveRefs(world, source, by, async () => {
    const tip = (await tipOf(store.repository.folder, base.branch)) ?? base.sha;
    const tree = await mergedTree(source.repository.folder, head.sha, tip);
    if (tree === undefined) throw new Refusal(422, "merge conflict between base and head");
    const message = `Merge branch '${base.branch}' into ${head.branch}\n`;
    const sha = await commitTree(source, by, tree, [head.sha, tip], message);
    await git(source.repository.folder, ["update-ref", `refs/heads/${head.branch}`, sha, head.sha]);
  });
}
