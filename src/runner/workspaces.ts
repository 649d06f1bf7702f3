import type { Delivery, Unfinished } from "../control/ports.ts";
import { allowedAt, type HeldFinding } from "../core/held.ts";
import { namesOf } from "../core/names.ts";
import { redactFormats } from "../core/redact.ts";
import type { MergedBase } from "../core/round-shape.ts";
import type { WorkspaceSight } from "../core/sight.ts";
import type { IssueRef, Task } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { BroughtIn } from "./git/bring-in.ts";
import type { MergeOfBase } from "./git/merge-base.ts";
import { allowanceOf, type Finding, type IntakeLimits, usualLimits } from "./git/change-rules.ts";
import { refs } from "./git/layout.ts";
import type { Pushed } from "./git/push.ts";
import { createRepositoryStore, type RepositoryStore, type Workspace } from "./git/repository-store.ts";
import type { TakenIn } from "./git/take-in.ts";
import type { Places } from "./places.ts";
import type { Wall } from "./wall.ts";

/** A repository as git reaches it. */
export interface GitRemote {
  readonly url: string;
  token(contents: "read" | "write"): Promise<string>;
}

export interface WorkspacesOptions {
  readonly places: Places;
  readonly wallFor: (issue: IssueRef) => Wall;
  readonly remoteOf: (issue: IssueRef) => GitRemote;
  readonly identity: { readonly name: string; readonly email: string };
  readonly keepSavedMs: number;
  readonly onProgress: (issue: IssueRef, line: string) => void;
  /** Globs of what agents may change only where people allow it. */
  readonly protectedPaths: readonly string[];
  /** Whether a text holds a secret of the service's own. */
  readonly holdsOwnSecret: (text: string) => boolean;
}

/** The workspaces of tasks, each in the git store of its repository. */
export interface Workspaces {
  at(task: Task): Workspace;
  look(task: Task): Promise<WorkspaceSight>;
  /** Makes its folder again, if somebody deleted it. */
  mend(task: Task): Promise<void>;
  prepare(
    task: Task,
  ): Promise<{ readonly is: "ready" } | { readonly is: "unknown-base"; readonly known: readonly string[] }>;
  /** A file of the commit that the workspace was made from; undefined when there is none, or none that is fit. */
  readBase(task: Task, path: string): Promise<string | undefined>;
  deliver(task: Task, head: string): Promise<Delivery>;
  /** Pushes what is committed so far to a branch of its own. */
  pushUnfinished(task: Task): Promise<Unfinished>;
  /** Puts the task's commits on top of what people pushed to its branch. @returns what came of it, in words. */
  bringIn(task: Task): Promise<string>;
  /** Merges the newest base into the task's branch, unless that conflicts. */
  mergeBase(task: Task): Promise<MergedBase>;
  /** Saves what is in no commit of the gate, then removes the workspace. */
  clear(task: Task): Promise<void>;
}

export function createWorkspaces(options: WorkspacesOptions): Workspaces {
  const stores = new Map<number, { readonly key: string; readonly store: RepositoryStore }>();

  /** A renamed repository has another URL, and a transferred one another installation: it gets another store over the same folder. */
  function storeOf(task: Task): RepositoryStore {
    const { issue } = task;
    const remote = options.remoteOf(issue);
    const key = `${issue.installationId} ${remote.url}`;
    const known = stores.get(issue.repositoryId);
    if (known?.key === key) return known.store;
    const store = createRepositoryStore({
      repositoryDir: options.places.repository(task),
      remoteUrl: remote.url,
      token: (access) => remote.token(access),
      wall: options.wallFor(issue),
      identity: options.identity,
      keepSavedMs: options.keepSavedMs,
      onProgress: (line) => options.onProgress(issue, line),
    });
    stores.set(issue.repositoryId, { key, store });
    return store;
  }

  function limitsFor(task: Task, head: string): IntakeLimits {
    const allowed = allowedAt(task, head);
    return {
      ...usualLimits,
      mayClose: task.issue.number,
      protectedPaths: [...options.protectedPaths, ...(task.policy.protectedPaths ?? [])],
      holdsOwnSecret: options.holdsOwnSecret,
      isAllowed: (finding) => allowed.has(allowanceOf(finding, head) ?? ""),
    };
  }

  return {
    at: (task) => storeOf(task).workspaceAt(namesOf(task).workspace),

    async look(task) {
      const store = storeOf(task);
      const { workspace } = namesOf(task);
      const seen = await store.lookWorkspace(workspace, task.base?.sha);
      if (seen.is !== "treeless") return seen;
      await store.remakeTree(workspace);
      return { is: "unknown" };
    },

    mend: (task) => storeOf(task).remakeTree(namesOf(task).workspace),

    async prepare(task) {
      const store = storeOf(task);
      const branch = task.base?.branch ?? "";
      const fetched = await store.fetchBase(branch);
      if (fetched.is === "unknown-branch") return { is: "unknown-base", known: fetched.known };
      await store.createWorkspace(namesOf(task).workspace, { branch, sha: fetched.sha });
      return { is: "ready" };
    },

    async readBase(task, path) {
      const sha = task.base?.sha;
      if (sha === undefined) return undefined;
      const file = await storeOf(task).readBase(sha, path);
      return file.is === "file" ? file.content.toString("utf8") : undefined;
    },

    async deliver(task, head) {
      const store = storeOf(task);
      const { workspace, branch } = namesOf(task);
      const taken = await store.takeIn(workspace, head, baseShaOf(task), limitsFor(task, head));
      if (taken.is === "refused") return { is: "refused", head, findings: heldFindings(taken.findings, head) };
      const pushed = await store.push(workspace, { sha: head, branch, expectedOld: task.delivered?.sha });
      if (pushed.is !== "moved" || pushed.tip === undefined) return deliveryOf(pushed, taken, branch);
      return await overtaken(store, { workspace, branch, head, taken });
    },

    async pushUnfinished(task) {
      const store = storeOf(task);
      const { workspace, unfinished: branch } = namesOf(task);
      const seen = await store.lookWorkspace(workspace, task.base?.sha);
      if (seen.is === "absent" || (seen.is === "there" && seen.commitsAhead === 0)) return { is: "nothing" };
      if (seen.is !== "there") return { is: "refused", findings: [{ words: "the workspace can't be seen now" }] };
      const { head } = seen;
      const taken = await store.takeIn(workspace, head, baseShaOf(task), limitsFor(task, head));
      if (taken.is === "refused") return { is: "refused", findings: heldFindings(taken.findings, head) };
      return unfinishedOf(await store.push(workspace, { sha: head, branch }), branch);
    },

    async bringIn(task) {
      const { workspace, branch } = namesOf(task);
      return broughtInWords(await storeOf(task).bringIn(workspace, branch), branch);
    },

    async mergeBase(task) {
      const branch = task.base?.branch ?? "";
      return mergedBaseOf(await storeOf(task).mergeBase(namesOf(task).workspace, branch), branch);
    },

    async clear(task) {
      const store = storeOf(task);
      const { workspace } = namesOf(task);
      const saved = await store.saveWork(workspace);
      if (saved.is === "refused") throw unsaved(workspace, saved.findings.map(({ words }) => words).join("; "));
      if ((await store.removeWorkspace(workspace)) !== "removed") throw unsaved(workspace, "it changed meanwhile");
      await store.sweep();
    },
  };
}

/** One for each thing that people can allow. A path may be a secret's place, too. */
function heldFindings(findings: readonly Finding[], head: string): readonly HeldFinding[] {
  const all = findings.map((finding) => ({ words: redactFormats(finding.words), id: allowanceOf(finding, head) }));
  return [...new Map(all.map((one) => [one.words, one])).values()];
}

interface Overtaken {
  readonly workspace: string;
  readonly branch: string;
  readonly head: string;
  readonly taken: TakenIn & { is: "taken" };
}

/** People pushed meanwhile: nothing of theirs is replaced, only added to, and only when ours is on top of it. */
async function overtaken(store: RepositoryStore, { workspace, branch, head, taken }: Overtaken): Promise<Delivery> {
  const brought = await store.bringIn(workspace, branch);
  switch (brought.is) {
    case "up-to-date":
      return deliveryOf(await store.push(workspace, { sha: head, branch, expectedOld: brought.tip }), taken, branch);
    case "brought-in":
      return { is: "brought-in" };
    case "conflict":
    case "busy":
    case "unknown-branch":
      return { is: "refused", head, findings: [{ words: broughtInWords(brought, branch) }] };
    default:
      return brought satisfies never;
  }
}

function broughtInWords(brought: BroughtIn, branch: string): string {
  switch (brought.is) {
    case "up-to-date":
      return "";
    case "brought-in":
      return `People pushed commits to ${branch}; they are in your worktree now, below yours. Look at them (git log) first.`;
    case "conflict":
      return `People pushed commits to ${branch} that conflict with yours. Merge ${refs.upstream(branch)} into your branch before anything else (${brought.words}).`;
    case "busy":
      return `People may have pushed commits to ${branch}. Finish what is under way in your worktree, commit it, then merge ${refs.upstream(branch)} (${brought.words}).`;
    case "unknown-branch":
      return `The branch ${branch} is no longer at GitHub.`;
    default:
      return brought satisfies never;
  }
}

function mergedBaseOf(merged: MergeOfBase, branch: string): MergedBase {
  const upstream = refs.upstream(branch).replace("refs/remotes/", "");
  const mergeIt = `Merge it into your branch (\`git merge ${upstream}\`), keep what both sides meant, and commit the merge. Do not rebase: people may have your commits.`;
  switch (merged.is) {
    case "up-to-date":
      return { words: "", isLeft: false };
    case "merged":
      return { words: `${branch} has moved on, and was merged into your branch.`, isLeft: false };
    case "conflict":
      return {
        words: `${branch} has moved on, and conflicts with your branch. ${mergeIt} (${merged.words})`,
        isLeft: true,
      };
    case "busy":
      return {
        words: `${branch} has moved on. Finish what is under way in your worktree and commit it first (${merged.words}). ${mergeIt}`,
        isLeft: true,
      };
    case "unknown-branch":
      return { words: `The base branch ${branch} is no longer at GitHub.`, isLeft: false };
    default:
      return merged satisfies never;
  }
}

/** A workspace that can't be saved is never removed. */
function unsaved(workspace: string, why: string): KnownError {
  return new KnownError("WORKSPACE_UNSAVED", `what is in workspace ${workspace} can't be saved: ${why}`, {
    hint: "It is left as it is, and tried again.",
    retry: "later",
  });
}

function baseShaOf(task: Task): string {
  if (task.base?.sha !== undefined) return task.base.sha;
  throw new Error(`task ${task.id} has a workspace, but no commit that it was made from`);
}

/** Nobody waits for this branch, so what stands in the way is left to the person who asked. */
function unfinishedOf(pushed: Pushed, branch: string): Unfinished {
  switch (pushed.is) {
    case "pushed":
    case "up-to-date":
      return { is: "pushed", branch };
    case "moved":
      return {
        is: "refused",
        findings: [{ words: `${branch} holds commits that are not in this work any more: delete it, then ask again` }],
      };
    case "workflows-refused":
    case "refused":
      return { is: "refused", findings: [{ words: pushed.words }] };
    default:
      return pushed satisfies never;
  }
}

function deliveryOf(pushed: Pushed, { sha, flags, paths }: TakenIn & { is: "taken" }, branch: string): Delivery {
  switch (pushed.is) {
    case "pushed":
    case "up-to-date":
      return { is: "pushed", sha, flags, files: paths };
    case "moved":
      return {
        is: "refused",
        head: sha,
        findings: [{ words: `somebody else's commits are on ${branch} at GitHub (${pushed.tip ?? "gone"})` }],
      };
    case "workflows-refused":
    case "refused":
      return { is: "refused", head: sha, findings: [{ words: pushed.words }] };
    default:
      return pushed satisfies never;
  }
}
