import { z } from "zod";
import { viewChangedFile, viewCommit } from "../views/commit.ts";
import { viewPull } from "../views/pull.ts";
import { viewUser } from "../views/user.ts";
import { notFound, Refusal } from "../world/errors.ts";
import { diffText, listChangedFiles, listCommits, mergeBase } from "../world/history.ts";
import { mergePull, updateBranch } from "../world/merges.ts";
import type { Pull, PullCounts } from "../world/model.ts";
import { editPull, findPull, openPull, requestReviewers, unrequestReviewers } from "../world/pulls.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";

const draftSchema = z.object({
  title: z.string().default(""),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().optional(),
});

const changesSchema = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
});

const mergeSchema = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(["merge", "squash", "rebase"]).optional(),
});

const updateSchema = z.object({ expected_head_sha: z.string().optional() });
const reviewersSchema = z.object({ reviewers: z.array(z.string()).default([]) });

export const pullHandlers: Handlers = {
  "pulls/list": (call) => paged(call, listed(call), (pull) => view(call, pull)),
  "pulls/get": getPull,
  "pulls/create": async (call) => {
    const { draft: isDraft, ...draft } = draftSchema.parse(call.body);
    const pull = await openPull(call.world, call.store(), call.actor(), { ...draft, isDraft });
    return { status: 201, body: view(call, pull) };
  },
  "pulls/update": async (call) => {
    const changes = changesSchema.parse(call.body ?? {});
    const pull = await editPull(call.world, call.store(), call.actor(), named(call).number, changes);
    return { status: 200, body: view(call, pull) };
  },
  "pulls/check-if-merged": (call) => {
    if (named(call).merged === undefined) throw notFound();
    return { status: 204 };
  },
  "pulls/merge": async (call) => {
    const {
      commit_title: title,
      commit_message: message,
      sha,
      merge_method: method,
    } = mergeSchema.parse(call.body ?? {});
    const wish = { title, message, sha, method };
    const merged = await mergePull(call.world, call.store(), call.actor(), named(call).number, wish);
    return { status: 200, body: { sha: merged, merged: true, message: "Pull Request successfully merged" } };
  },
  "pulls/update-branch": async (call) => {
    const { expected_head_sha: expected } = updateSchema.parse(call.body ?? {});
    await updateBranch(call.world, call.store(), call.actor(), named(call).number, expected);
    return { status: 202, body: { message: "Updating pull request branch.", url: call.world.url } };
  },
  "pulls/list-files": async (call) => {
    const { from, to } = await range(call);
    const files = await listChangedFiles(call.store().repository.folder, from, to);
    return paged(call, files, (file) => viewChangedFile(call.world, call.store(), to, file));
  },
  "pulls/list-commits": async (call) => {
    const { base, head } = named(call);
    const commits = await listCommits(call.store().repository.folder, ["--reverse", `${base.sha}..${head.sha}`]);
    return paged(call, commits, (commit) => viewCommit(call.world, call.store(), commit));
  },
  "pulls/list-requested-reviewers": (call) => {
    const users = named(call).requested.map((user) => viewUser(call.world, user));
    return { status: 200, body: { users, teams: [] } };
  },
  "pulls/request-reviewers": (call) => {
    const { reviewers } = reviewersSchema.parse(call.body ?? {});
    const pull = requestReviewers(call.world, call.store(), call.actor(), named(call).number, reviewers);
    return { status: 201, body: view(call, pull) };
  },
  "pulls/remove-requested-reviewers": (call) => {
    const { reviewers } = reviewersSchema.parse(call.body);
    const pull = unrequestReviewers(call.world, call.store(), call.actor(), named(call).number, reviewers);
    return { status: 200, body: view(call, pull) };
  },
};

const named = (call: Call): Pull => findPull(call.store(), number(call, "pull_number"));

const view = (call: Call, pull: Pull): unknown => viewPull(call.world, call.store(), pull);

async function getPull(call: Call): Promise<Answer> {
  const pull = named(call);
  if (/\bdiff\b/.test(call.accept)) {
    const { from, to } = await range(call);
    return { status: 200, text: await diffText(call.store().repository.folder, from, to) };
  }
  const isKnown = !call.world.findsMergeabilityLate || asked.has(pull.counts);
  asked.add(pull.counts);
  const unknown = { mergeable: null, rebaseable: null, mergeable_state: "unknown" };
  return { status: 200, body: { ...viewPull(call.world, call.store(), pull), ...(!isKnown && unknown) } };
}

/** What somebody has asked about before. */
const asked = new WeakSet<PullCounts>();

/** What a pull request changes: from where its branch left the base. */
async function range(call: Call): Promise<{ readonly from: string; readonly to: string }> {
  const { base, head } = named(call);
  const from = await mergeBase(call.store().repository.folder, base.sha, head.sha);
  if (from === undefined) throw new Refusal(422, "no history in common");
  return { from, to: head.sha };
}

function listed(call: Call): Pull[] {
  const { query } = call;
  const store = call.store();
  const state = query.get("state") ?? "open";
  const found = [...store.pulls.values()].filter(
    (pull) =>
      (state === "all" || get(store.issues, pull.number).state === state) &&
      isOrAny(query.get("base"), pull.base.branch) &&
      isOrAny(
        query.get("head"),
        `${get(call.world.stores, pull.head.repository).repository.owner.login}:${pull.head.branch}`,
      ),
  );
  const isUpdated = query.get("sort") === "updated";
  const at = ({ number: id }: Pull): number => (isUpdated ? get(store.issues, id).updatedMs : id);
  const up = found.toSorted((one, two) => at(one) - at(two));
  const direction = query.get("direction") ?? (query.has("sort") ? "asc" : "desc");
  return direction === "asc" ? up : up.toReversed();
}

/** GitHub ignores a `head` that does not name an owner. */
const isOrAny = (wanted: string | null, value: string): boolean =>
  wanted === null || (value.includes(":") && !wanted.includes(":")) || wanted.toLowerCase() === value.toLowerCase();
