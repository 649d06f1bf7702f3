import { viewUser } from "../views/user.ts";
import { type FieldError, invalid, notFound, Refusal } from "./errors.ts";
import { gitOr } from "./git.ts";
import { mergeBase, tipOf } from "./history.ts";
import { addIssue, emitIssue, noteEvent, touch } from "./issue-record.ts";
import { closeIssue, editText, mustOwnOrTriage, reopenIssue } from "./issues.ts";
import type { Actor, Pull, PullEnd, User } from "./model.ts";
import { countPull, keepHead } from "./pull-ends.ts";
import { change, findUser, fullName, get, isAtLeast, roleOf, type Store, type World } from "./world.ts";

export interface PullDraft {
  readonly title: string;
  readonly body?: string | null | undefined;
  /** `branch` or `owner:branch`. */
  readonly head: string;
  readonly base: string;
  readonly isDraft?: boolean | undefined;
}

const wrong = (error: Partial<FieldError>): Refusal => invalid({ resource: "PullRequest", code: "custom", ...error });

export async function openPull(world: World, store: Store, by: Actor, draft: PullDraft): Promise<Pull> {
  const base = await endOf(store, draft.base, "base");
  const head = await headOf(world, store, draft.head);
  mustMayOpen(world, by, head);
  if (draft.isDraft === true && !store.repository.allowsDrafts) throw noDrafts();
  await mustHaveCommits(world, store, base, head);
  mustBeNew(world, store, base, head);
  const { id, number } = addIssue(world, store, by, draft.title, draft.body ?? null);
  await keepHead(world, store, number, head);
  const counts = await countPull(store, base.sha, head.sha);
  const state = { isDraft: draft.isDraft ?? false, requested: [], merged: undefined, counts };
  store.pulls.set(number, { id, number, head, base, ...state });
  emitIssue(world, store, by, "opened", number);
  return get(store.pulls, number);
}

const noDrafts = (): Refusal => new Refusal(422, "Draft pull requests are not supported in this repository.");

async function endOf(store: Store, branch: string, field: "base" | "head"): Promise<PullEnd> {
  const sha = await tipOf(store.repository.folder, branch);
  if (sha === undefined) throw wrong({ field, code: "invalid" });
  return { repository: store.repository.id, branch, sha };
}

async function headOf(world: World, store: Store, name: string): Promise<PullEnd> {
  const [owner, branch] = name.includes(":") ? name.split(":") : [store.repository.owner.login, name];
  const source = [...world.stores.values()].find(
    ({ repository }) =>
      repository.owner.login.toLowerCase() === owner?.toLowerCase() &&
      (repository.id === store.repository.id || repository.forkOf === store.repository.id),
  );
  if (source === undefined) throw wrong({ field: "head", code: "invalid" });
  return endOf(source, branch ?? "", "head");
}

/** The App was asked for its permission; a person must be able to write where the commits come from. */
function mustMayOpen(world: World, by: Actor, head: PullEnd): void {
  if (by.app !== undefined || isAtLeast(roleOf(get(world.stores, head.repository), by.user), "write")) return;
  throw new Refusal(403, "Must have write access to the head repository.");
}

async function mustHaveCommits(world: World, store: Store, base: PullEnd, head: PullEnd): Promise<void> {
  const { folder } = store.repository;
  const from = get(world.stores, head.repository).repository.folder;
  if (from !== folder) await gitOr(folder, ["fetch", "--quiet", "--no-tags", from, `refs/heads/${head.branch}`]);
  if ((await mergeBase(folder, base.sha, head.sha)) === undefined) {
    throw wrong({ message: `The ${head.branch} branch has no history in common with ${base.branch}` });
  }
  const { commits } = await countPull(store, base.sha, head.sha);
  if (commits === 0) throw wrong({ message: `No commits between ${base.branch} and ${head.branch}` });
}

function mustBeNew(world: World, store: Store, base: PullEnd, head: PullEnd): void {
  const same = [...store.pulls.values()].some(
    (pull) =>
      get(store.issues, pull.number).state === "open" &&
      pull.head.repository === head.repository &&
      pull.head.branch === head.branch &&
      pull.base.branch === base.branch,
  );
  const { owner } = get(world.stores, head.repository).repository;
  if (same) throw wrong({ message: `A pull request already exists for ${owner.login}:${head.branch}.` });
}

export interface PullChanges {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: "open" | "closed" | undefined;
  readonly base?: string | undefined;
}

export async function editPull(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  changes: PullChanges,
): Promise<Pull> {
  get(store.pulls, number);
  mustOwnOrTriage(store, by, get(store.issues, number).author.user);
  editText(world, store, by, number, changes);
  if (changes.base !== undefined) await moveBase(world, store, by, number, changes.base);
  if (changes.state === "closed") closeIssue(world, store, by, number, null);
  if (changes.state === "open") await reopenPull(world, store, by, number);
  return get(store.pulls, number);
}

async function moveBase(world: World, store: Store, by: Actor, number: number, branch: string): Promise<void> {
  const { base: before, head } = get(store.pulls, number);
  if (before.branch === branch) return;
  const base = await endOf(store, branch, "base");
  change(store.pulls, number, { base, counts: await countPull(store, base.sha, head.sha) });
  touch(world, store, number);
  const changes = { base: { ref: { from: before.branch }, sha: { from: before.sha } } };
  emitIssue(world, store, by, "edited", number, { changes });
}

/** A pull request can be opened again as long as its branch is there; it then stands at that branch's tip. */
async function reopenPull(world: World, store: Store, by: Actor, number: number): Promise<void> {
  const { head, merged, base } = get(store.pulls, number);
  if (get(store.issues, number).state === "open") return;
  const tip = await tipOf(get(world.stores, head.repository).repository.folder, head.branch);
  const why = tip === undefined ? `The ${head.branch} branch has been deleted.` : "The pull request has been merged.";
  if (tip === undefined || merged !== undefined) {
    throw wrong({ field: "state", code: "invalid", message: `state cannot be changed. ${why}` });
  }
  const moved = { ...head, sha: tip };
  await keepHead(world, store, number, moved);
  change(store.pulls, number, { head: moved, counts: await countPull(store, base.sha, tip) });
  reopenIssue(world, store, by, number);
}

export function setDraft(world: World, store: Store, by: Actor, number: number, isDraft: boolean): Pull {
  if (get(store.pulls, number).isDraft === isDraft) return get(store.pulls, number);
  if (isDraft && !store.repository.allowsDrafts) throw noDrafts();
  change(store.pulls, number, { isDraft });
  touch(world, store, number);
  noteEvent(world, store, by, number, isDraft ? "convert_to_draft" : "ready_for_review");
  emitIssue(world, store, by, isDraft ? "converted_to_draft" : "ready_for_review", number);
  return get(store.pulls, number);
}

/** Only collaborators can be asked, and never the author. */
export function requestReviewers(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  logins: readonly string[],
): Pull {
  const users = logins.map((login) => reviewer(world, store, number, login));
  for (const user of users) {
    const { requested } = get(store.pulls, number);
    if (requested.some(({ id }) => id === user.id)) continue;
    change(store.pulls, number, { requested: [...requested, user] });
    tellReviewer(world, store, by, number, user, "review_requested");
  }
  return get(store.pulls, number);
}

function reviewer(world: World, store: Store, number: number, login: string): User {
  const user = [...world.users.values()].find((each) => each.login.toLowerCase() === login.toLowerCase());
  if (user?.id === get(store.issues, number).author.user.id) {
    throw new Refusal(422, "Review cannot be requested from pull request author.");
  }
  const isMember = user !== undefined && (store.roles.has(user.id) || user.id === store.repository.owner.id);
  if (isMember) return user;
  const name = fullName(store.repository);
  throw new Refusal(
    422,
    `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${name} repository.`,
  );
}

export function unrequestReviewers(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  logins: readonly string[],
): Pull {
  for (const user of logins.map((login) => findUser(world, login))) {
    const { requested } = get(store.pulls, number);
    if (!requested.some(({ id }) => id === user.id)) continue;
    change(store.pulls, number, { requested: requested.filter(({ id }) => id !== user.id) });
    tellReviewer(world, store, by, number, user, "review_request_removed");
  }
  return get(store.pulls, number);
}

function tellReviewer(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  user: User,
  event: "review_requested" | "review_request_removed",
): void {
  touch(world, store, number);
  const requested_reviewer = viewUser(world, user);
  noteEvent(world, store, by, number, event, { review_requester: viewUser(world, by.user), requested_reviewer });
  emitIssue(world, store, by, event, number, { requested_reviewer });
}

export function findPull(store: Store, number: number): Pull {
  const pull = store.pulls.get(number);
  if (pull === undefined) throw notFound();
  return pull;
}
