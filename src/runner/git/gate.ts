import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../../errors.ts";
import { exists, namesIn, throwAway } from "./files.ts";
import { isDamaged, lastAside, putAside, soundsDamaged, takeOverObjects, takeOverRefs } from "./gate-care.ts";
import { createGateRefs } from "./gate-refs.ts";
import type { GateRefs } from "./gate-refs.ts";
import { gitArgv, gitFailed, runGit, runGitOrThrow } from "./git-command.ts";
import type { GitResult } from "./git-command.ts";
import { visible } from "./git-words.ts";
import { isBranchName, isSha, refs } from "./layout.ts";
import type { Layout } from "./layout.ts";
import type { Remote } from "./remote.ts";
import { clearStaleLock } from "./stale-lock.ts";
import { createTurns } from "./turn-taking.ts";

export type Fetched =
  | { readonly is: "fetched"; readonly sha: string }
  | { readonly is: "unknown-branch"; readonly known: readonly string[] };

export type BaseFile =
  | { readonly is: "file"; readonly content: Buffer }
  | { readonly is: "absent" }
  | { readonly is: "refused"; readonly why: string };

/** The bare repository that only we touch, and the only one that talks with GitHub. */
export interface Gate {
  readonly refs: GateRefs;
  /**
   * Brings a branch as it is at GitHub now. The first call for a repository clones. One at a time; a fetch that began no earlier
   * than `freshForMs` before the call is shared.
   */
  readonly fetch: (branch: string, freshForMs?: number) => Promise<Fetched>;
  /** The default branch at GitHub; undefined for a repository without commits. */
  readonly defaultBranch: () => Promise<string | undefined>;
  /** The commit at which a branch stands at GitHub now; undefined when there is no such branch. */
  readonly remoteTip: (branch: string) => Promise<string | undefined>;
  /** A file as it is in a commit that the gate holds. Links, submodules and folders are refused. */
  readonly readFile: (sha: string, path: string, mostBytes: number) => Promise<BaseFile>;
  /** Looks whether the gate is damaged, though not too often; if so, makes another out of it and of GitHub. */
  readonly mend: () => Promise<"whole" | "mended">;
  /** Joins the many small packs that fetches and intakes leave. */
  readonly tidy: () => Promise<void>;
}

export interface GateOptions {
  readonly layout: Layout;
  readonly remote: Remote;
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const cloneLimitMs = 60 * 60_000;
const fetchLimitMs = 15 * 60_000;
const askLimitMs = 60_000;

export function createGate(options: GateOptions): Gate {
  const { layout } = options;
  const takeTurns = createTurns();
  const last = new Map<string, { readonly startedMs: number; readonly sha: string }>();
  let examineAgainMs = 0;

  return {
    refs: createGateRefs(layout.gate),
    fetch: (branch, freshForMs = 0) => {
      const oldestMs = performance.now() - freshForMs;
      return takeTurns(async () => {
        const shared = last.get(branch);
        if (shared && shared.startedMs >= oldestMs) return { is: "fetched", sha: shared.sha };
        const startedMs = performance.now();
        const fetched = await fetchOrMend(branch, options, last);
        if (fetched.is === "fetched") last.set(branch, { startedMs, sha: fetched.sha });
        return fetched;
      });
    },
    defaultBranch: () => defaultBranch(options),
    remoteTip: async (branch) => {
      if (!isBranchName(branch)) return undefined;
      return tipsIn(await ask(options, "--heads", options.remote.url, `refs/heads/${branch}`)).get(branch);
    },
    readFile: (sha, path, mostBytes) => readFile(options, sha, path, mostBytes),
    mend: () =>
      takeTurns(async () => {
        if (performance.now() < examineAgainMs) return "whole";
        examineAgainMs = performance.now() + examineEveryMs;
        await examine(options, last);
        if ((await exists(layout.gate)) || (await lastAside(layout)) === undefined) return "whole";
        examineAgainMs = 0;
        const branch = await defaultBranch(options);
        if (branch !== undefined) await clone(branch, options);
        return "mended";
      }),
    tidy: () => takeTurns(() => tidy(options)),
  };
}

/** A repository that is large takes minutes to examine; an agent that breaks its own is not to keep us busy with ours. */
const examineEveryMs = 10 * 60_000;

async function defaultBranch(options: GateOptions): Promise<string | undefined> {
  const said = await ask(options, "--symref", options.remote.url, "HEAD");
  return /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(said)?.[1];
}

async function examine(
  { layout, onProgress }: GateOptions,
  last: Map<string, unknown>,
): Promise<"whole" | "put-aside"> {
  if (!(await isDamaged(layout))) return "whole";
  last.clear();
  await putAside(layout);
  onProgress?.("the gate is damaged: it was put aside, and is cloned anew");
  return "put-aside";
}

const manyPacks = 20;

/**
 * Only joins, never drops: agents borrow objects from here that no ref of ours may reach any more. Refs are packed too, which makes them
 * quick to list.
 */
async function tidy({ layout, signal }: GateOptions): Promise<void> {
  const packs = (await namesIn(join(layout.gateObjects, "pack"))).filter((name) => name.endsWith(".pack"));
  if (packs.length < manyPacks) return;
  const run = { cwd: layout.root, limitMs: cloneLimitMs, signal };
  await runGitOrThrow(gitArgv(layout.gate, "repack", "--quiet", "-d", "--geometric=2"), run);
  await runGitOrThrow(gitArgv(layout.gate, "pack-refs", "--all"), run);
}

async function fetchOrMend(branch: string, options: GateOptions, last: Map<string, unknown>): Promise<Fetched> {
  try {
    return await fetchOrClone(branch, options);
  } catch (error) {
    if (!(error instanceof KnownError && soundsDamaged(error.message))) throw error;
    if ((await examine(options, last)) === "whole") throw error;
    return await fetchOrClone(branch, options);
  }
}

async function fetchOrClone(branch: string, options: GateOptions): Promise<Fetched> {
  const { layout } = options;
  if (!isBranchName(branch)) return { is: "unknown-branch", known: await branchesOf(options) };
  return (await exists(layout.gate)) ? fetchInto(layout.gate, branch, fetchLimitMs, options) : clone(branch, options);
}

/** Under another name until it is whole: what is left of a clone that was cut off is never taken for a gate. */
async function clone(branch: string, options: GateOptions): Promise<Fetched> {
  const { layout } = options;
  for (const name of (await namesIn(layout.root)).filter((one) => one.startsWith(unfinished))) {
    await throwAway(join(layout.root, name), layout.trash);
  }
  const making = join(layout.root, `${unfinished}${randomUUID()}`);
  await initBare(making, gateConfig, options.signal);
  const damaged = await lastAside(layout);
  if (damaged !== undefined) await takeOverObjects(damaged, making);
  const fetched = await fetchInto(making, branch, cloneLimitMs, options);
  if (fetched.is === "fetched" && damaged !== undefined) await takeOver(damaged, making, options);
  if (fetched.is === "fetched") await rename(making, layout.gate);
  else await rm(making, { recursive: true });
  return fetched;
}

/** What only GitHub may still have (the commit that a workspace began at) is asked for by its name. */
async function takeOver(damaged: string, making: string, options: GateOptions): Promise<void> {
  const how = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
  const lost = await takeOverRefs(damaged, making, async (sha) => {
    const args = ["fetch", ...how, options.remote.url, sha];
    await options.remote.call({ gitDir: making, args, limitMs: fetchLimitMs });
  });
  for (const name of lost) options.onProgress?.(`${name} can't be read any more; what is left of it is in ${damaged}`);
}

const unfinished = "gate.git.unfinished-";

/** Packs are kept as they come, and nothing is ever pruned: workspaces borrow objects that no ref of the gate needs to hold. */
const gateConfig = [
  "[gc]",
  "\tauto = 0",
  "[maintenance]",
  "\tauto = false",
  "[core]",
  "\thooksPath = /dev/null",
  "[fetch]",
  "\tunpackLimit = 1",
];

/** An empty bare repository with the configuration given, and nothing of the machine's templates. */
export async function initBare(folder: string, config: readonly string[], signal?: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await runGitOrThrow(gitArgv(folder, "init", "--quiet", "--bare", "--template="), { cwd: folder, signal });
  await writeFile(join(folder, "config"), [...bareConfig, ...config, ""].join("\n"));
}

const bareConfig = [
  "[core]",
  "\trepositoryformatversion = 0",
  "\tfilemode = true",
  "\tbare = true",
  "\tlogAllRefUpdates = true",
];

async function fetchInto(gitDir: string, branch: string, limitMs: number, options: GateOptions): Promise<Fetched> {
  const fetched = await fetchPatiently(gitDir, branch, limitMs, options);
  if (fetched.exitCode === 0) return { is: "fetched", sha: await tipOf(gitDir, branch) };
  if (/couldn't find remote ref/.test(fetched.stderr)) {
    return { is: "unknown-branch", known: await branchesOf(options) };
  }
  throw gitFailed(["git", "fetch"], fetched.stderr);
}

/** Tries again when what stood in the way could be put aside. */
async function fetchPatiently(
  gitDir: string,
  branch: string,
  limitMs: number,
  options: GateOptions,
): Promise<GitResult> {
  const { remote, onProgress } = options;
  const refspec = `+refs/heads/${branch}:${refs.upstream(branch)}`;
  const how = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--progress"];
  const call = { gitDir, args: ["fetch", ...how, remote.url, refspec], limitMs, onStderr: byLine(onProgress) };
  const first = await remote.call(call);
  return first.exitCode !== 0 && (await madeWay(gitDir, first.stderr)) ? remote.call(call) : first;
}

/** What git itself left behind when it was killed, or a branch `a` of yesterday that stands where `a/b` of today must go. */
async function madeWay(gitDir: string, stderr: string): Promise<boolean> {
  const inTheWay = /'(refs\/remotes\/origin\/[^']+)' exists; cannot create/.exec(stderr)?.[1];
  if (inTheWay === undefined) return clearStaleLock(gitDir, stderr);
  await createGateRefs(gitDir).remove(inTheWay);
  return true;
}

async function tipOf(gitDir: string, branch: string): Promise<string> {
  const sha = await createGateRefs(gitDir).read(refs.upstream(branch));
  if (sha === undefined) throw gitFailed(["git", "fetch"], `${branch} was fetched, but is not there`);
  return sha;
}

/** git rewrites a progress line in place, many times a second. */
function byLine(onProgress: ((line: string) => void) | undefined): ((text: string) => void) | undefined {
  return (
    onProgress &&
    ((text) =>
      text
        .split(/[\r\n]+/)
        .filter(Boolean)
        .forEach((line) => onProgress(visible(line).trim())))
  );
}

async function ask({ layout, remote }: GateOptions, ...args: readonly string[]): Promise<string> {
  const said = await remote.call({ gitDir: layout.gate, args: ["ls-remote", ...args], limitMs: askLimitMs });
  if (said.exitCode !== 0) throw gitFailed(["git", "ls-remote"], said.stderr);
  return said.stdout.toString();
}

async function branchesOf(options: GateOptions): Promise<readonly string[]> {
  return [...tipsIn(await ask(options, "--heads", options.remote.url)).keys()];
}

function tipsIn(listing: string): ReadonlyMap<string, string> {
  const found = listing.matchAll(/^([0-9a-f]{40})\trefs\/heads\/(.+)$/gm);
  return new Map([...found].map(([, sha, branch]) => [branch ?? "", sha ?? ""]));
}

async function readFile(options: GateOptions, sha: string, path: string, mostBytes: number): Promise<BaseFile> {
  if (!isSha(sha)) throw new Error(`not a commit's name: ${sha}`);
  const { layout, signal } = options;
  const run = { cwd: layout.root, environment: { GIT_LITERAL_PATHSPECS: "1" }, signal };
  const listed = await runGitOrThrow(gitArgv(layout.gate, "ls-tree", "-l", "-z", "--full-tree", sha, "--", path), run);
  const [, mode, blob = "", size] = /^(\d+) \S+ ([0-9a-f]{40}) +(\d+|-)\t/.exec(listed) ?? [];
  if (mode === undefined) return { is: "absent" };
  if (!mode.startsWith("100")) return { is: "refused", why: `${path} is not a regular file` };
  if (Number(size) > mostBytes)
    return { is: "refused", why: `${path} has ${size} bytes; at most ${mostBytes} are read` };
  const read = await runGit(gitArgv(layout.gate, "cat-file", "blob", blob), run);
  if (read.exitCode !== 0) throw gitFailed(["git", "cat-file"], read.stderr);
  return { is: "file", content: read.stdout };
}
