import { mkdirSync, realpathSync } from "node:fs";
import { KnownError } from "../../errors.ts";
import type { Wall } from "../wall.ts";
import { createAgentSide, pathsOf } from "./agent-side.ts";
import type { WorkspacePaths } from "./agent-side.ts";
import { bringIn } from "./bring-in.ts";
import type { BroughtIn } from "./bring-in.ts";
import type { Finding, IntakeLimits } from "./change-rules.ts";
import { emptyFolder, exists, namesIn, removeOlder } from "./files.ts";
import { createGate } from "./gate.ts";
import type { BaseFile, Fetched, Gate } from "./gate.ts";
import { isAside, soundsDamaged } from "./gate-care.ts";
import { deskOf, layoutOf, refs } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { isTreeLost, remakeTree } from "./lost-tree.ts";
import { mergeBase } from "./merge-base.ts";
import type { MergeOfBase } from "./merge-base.ts";
import { push } from "./push.ts";
import type { Pushed, PushOrder } from "./push.ts";
import { createRemote } from "./remote.ts";
import type { TokenSource } from "./remote.ts";
import { expireSaved } from "./saved-expiry.ts";
import { isSafe, restoreWork, retireRefs, saveWork } from "./saved-work.ts";
import type { SavedWork } from "./saved-work.ts";
import { takeIn } from "./take-in.ts";
import type { TakenIn } from "./take-in.ts";
import { createTurnsByKey } from "./turn-taking.ts";
import { createWorkspace, dismantle } from "./workspace.ts";
import type { Base } from "./workspace.ts";
import { lookWorkspace } from "./workspace-look.ts";
import type { ProgressMemory, WorkspaceLook } from "./workspace-look.ts";

/** The task's worktree, and what an agent needs to work there. */
export interface Workspace {
  readonly path: string;
  readonly branch: string;
  /** Who commits. git needs nothing else: it finds branch, objects and configuration by the worktree itself. */
  readonly environment: Readonly<Record<string, string>>;
  readonly paths: WorkspacePaths;
}

/** All of Git for one repository on this machine. The layout (gate, workshop, private repositories) is nobody else's business. */
export interface RepositoryStore {
  fetchBase(branch: string, freshForMs?: number): Promise<Fetched>;
  defaultBranch(): Promise<string | undefined>;
  remoteTip(branch: string): Promise<string | undefined>;
  readBase(sha: string, path: string, mostBytes?: number): Promise<BaseFile>;
  /** Makes a workspace on the branch `coppice/<name>`, or finds it made. Needs a fetched base. */
  createWorkspace(name: string, base: Base): Promise<Workspace & { readonly baseSha: string }>;
  /** Where a workspace is or would be. */
  workspaceAt(name: string): Workspace;
  /** `baseSha`: the commit that it began at, as far as the caller knows: the gate may have lost it. */
  lookWorkspace(name: string, baseSha?: string): Promise<WorkspaceLook>;
  /** Makes the folder of a workspace again that lost it; any other is left as it is. */
  remakeTree(name: string): Promise<void>;
  listWorkspaces(): Promise<readonly string[]>;
  takeIn(name: string, tip: string, baseSha: string, limits: IntakeLimits): Promise<TakenIn>;
  /** Pushes a commit that was taken in. */
  push(name: string, order: PushOrder): Promise<Pushed>;
  bringIn(name: string, branch: string): Promise<BroughtIn>;
  /** Merges the newest base into a workspace's branch, where nothing conflicts. */
  mergeBase(name: string, branch: string): Promise<MergeOfBase>;
  saveWork(name: string): Promise<SavedWork>;
  /** The refs of what was saved from workspaces of this name, oldest first. */
  savedWork(name: string): Promise<readonly string[]>;
  restoreWork(name: string, ref: string): Promise<void>;
  /** Takes a workspace away whose work is all in the gate; any other is left as it is. Already gone is fine. */
  removeWorkspace(name: string): Promise<"removed" | "holds-unsaved-work">;
  /** Deletes what was thrown away and what a crash left behind, and packs the gate. May take minutes; for an idle hour. */
  sweep(): Promise<void>;
}

export interface RepositoryStoreOptions {
  /** A folder for this repository alone, on one file system. It is made if it isn't there. */
  readonly repositoryDir: string;
  readonly remoteUrl: string;
  readonly token: TokenSource;
  readonly wall: Wall;
  readonly identity: { readonly name: string; readonly email: string };
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long saved work is kept; for ever unless given. */
  readonly keepSavedMs?: number | undefined;
  /** For tests: `remoteUrl` may be a file:// URL. */
  readonly allowFileRemote?: boolean | undefined;
}

const mostFileBytes = 256 * 1024;

/** Longer than any of our git commands may run. */
const abandonedMs = 2 * 60 * 60_000;

/** Who misses something has a month to get it out of a damaged gate. */
const asideMs = 30 * 24 * 60 * 60_000;

export function createRepositoryStore(options: RepositoryStoreOptions): RepositoryStore {
  const { remoteUrl, token, wall, signal, onProgress, allowFileRemote } = options;
  // Pointers of worktrees are real paths to git; so are the mounts of a wall.
  mkdirSync(options.repositoryDir, { recursive: true, mode: 0o700 });
  const layout = layoutOf(realpathSync(options.repositoryDir));
  const remote = createRemote({ cwd: layout.root, url: remoteUrl, token, allowFile: allowFileRemote, signal });
  const gate = createGate({ layout, remote, onProgress, signal });
  const inside = { layout, gateRefs: gate.refs, wall, remoteUrl, signal };
  const memory: ProgressMemory = new Map();
  const turns = createTurnsByKey();
  /** One at a time for a workspace. A failure that sounds like a damaged gate has it mended; the loop comes back after that. */
  const takeTurns = <T>(name: string, work: () => Promise<T>) => turns(name, () => minded(gate, work));
  const sideOf = (name: string) => createAgentSide(inside, deskOf(layout, name));
  const workspaceAt = (name: string) => describe(layout, name, options.identity);

  return {
    fetchBase: gate.fetch,
    defaultBranch: gate.defaultBranch,
    remoteTip: gate.remoteTip,
    readBase: (sha, path, mostBytes = mostFileBytes) => gate.readFile(sha, path, mostBytes),
    workspaceAt,
    createWorkspace: (name, base) =>
      takeTurns(name, async () => ({
        ...workspaceAt(name),
        baseSha: await createWorkspace(inside, deskOf(layout, name), base),
      })),
    lookWorkspace: (name, baseSha) =>
      minded(gate, () => lookWorkspace(layout, sideOf(name), gate.refs, memory, baseSha)),
    remakeTree: (name) =>
      takeTurns(name, async () => {
        if (!(await isTreeLost(layout, deskOf(layout, name)))) return;
        onProgress?.(`the folder of ${name} is gone; makes it again with all that was committed or staged`);
        await remakeTree(sideOf(name));
      }),
    listWorkspaces: async () => (await namesIn(layout.register)).toSorted(),
    takeIn: (name, tip, base, limits) => takeTurns(name, () => takeIn(inside, sideOf(name), tip, base, limits)),
    push: (name, order) =>
      push({ gate: layout.gate, gateRefs: gate.refs, remote, remoteTip: gate.remoteTip }, name, order),
    bringIn: (name, branch) => takeTurns(name, () => bringIn(gate, sideOf(name), branch)),
    mergeBase: (name, branch) =>
      takeTurns(name, () => mergeBase(gate, sideOf(name), branch, workspaceAt(name).environment)),
    saveWork: (name) => takeTurns(name, () => saveWork(inside, sideOf(name))),
    savedWork: async (name) => (await gate.refs.list(refs.saved(name))).map((ref) => ref.name),
    restoreWork: (name, ref) => takeTurns(name, () => restoreWork(inside, sideOf(name), ref)),
    removeWorkspace: (name) =>
      takeTurns(name, async () => {
        const desk = deskOf(layout, name);
        if ((await exists(desk.entry)) && !(await isSafe(inside, sideOf(name)))) return "holds-unsaved-work";
        await dismantle(inside, desk);
        memory.delete(name);
        if (await exists(layout.gate)) await retireRefs(inside, name);
        return "removed";
      }),
    sweep: async () => {
      await sweep(layout);
      if (options.keepSavedMs !== undefined) await expireSaved(layout, gate.refs, options.keepSavedMs, Date.now());
      await gate.tidy();
    },
  };
}

async function minded<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  try {
    const answer = await work();
    const words = wordsOfTrouble(answer);
    if (words === undefined || !soundsDamaged(words)) return answer;
    if ((await gate.mend()) === "whole") return answer;
    throw new KnownError("GATE_DAMAGED", `the gate was damaged and is made anew: ${words}`, { retry: "now" });
  } catch (error) {
    if (error instanceof KnownError && error.code !== "GATE_DAMAGED" && soundsDamaged(error.message)) await gate.mend();
    throw error;
  }
}

/** Answers in which a damaged gate may speak, besides what is thrown. */
function wordsOfTrouble(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("is" in answer)) return undefined;
  if (answer.is === "unknown" && "reason" in answer) return String(answer.reason);
  if (answer.is !== "refused" || !("findings" in answer) || !Array.isArray(answer.findings)) return undefined;
  return answer.findings.map((finding: Finding) => finding.words).join("\n");
}

function describe(layout: Layout, name: string, who: RepositoryStoreOptions["identity"]): Workspace {
  const desk = deskOf(layout, name);
  return {
    path: desk.tree,
    branch: desk.branch,
    paths: pathsOf(layout, desk),
    environment: {
      GIT_AUTHOR_NAME: who.name,
      GIT_AUTHOR_EMAIL: who.email,
      GIT_COMMITTER_NAME: who.name,
      GIT_COMMITTER_EMAIL: who.email,
      GIT_TERMINAL_PROMPT: "0",
    },
  };
}

async function sweep(layout: Layout): Promise<void> {
  for (const folder of [layout.quarantine, layout.scratch]) await removeOlder(folder, abandonedMs);
  await removeOlder(layout.root, abandonedMs, (name) => name.includes(".unfinished-"));
  await removeOlder(layout.root, asideMs, isAside);
  await emptyFolder(layout.trash);
}
