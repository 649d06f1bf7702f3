import type { AgentSide } from "./agent-side.ts";
import type { Finding } from "./change-rules.ts";
import { exists } from "./files.ts";
import type { GateRefs } from "./gate-refs.ts";
import { gitArgv, runGit, runGitOrThrow } from "./git-command.ts";
import { receive } from "./intake.ts";
import { refs } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { takeSnapshot, unpackSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

export type SavedWork =
  | { readonly is: "nothing-to-save" }
  | { readonly is: "saved"; readonly ref: string; readonly sha: string }
  | { readonly is: "refused"; readonly findings: readonly Finding[] };

export interface SavingOptions {
  readonly layout: Layout;
  readonly gateRefs: GateRefs;
  readonly signal?: AbortSignal | undefined;
}

/** Nothing that is to be kept is held up by the limits of what may be delivered; only the disk has to be spared. */
const mostSavedBytes = 2 * 1024 * 1024 * 1024;

const limitMs = 15 * 60_000;

/** Keeps all that a workspace holds and the gate does not under a ref of the gate. The same work is saved once; where no workspace is, there is none. */
export async function saveWork(options: SavingOptions, side: AgentSide): Promise<SavedWork> {
  const { layout, gateRefs } = options;
  const { name, entry } = side.desk;
  if (!(await exists(entry))) return { is: "nothing-to-save" };
  const snapshot = await takeSnapshot(layout, side);
  const safe = await whereSafe(options, name, snapshot);
  if (safe !== "nowhere")
    return safe === "gate" ? { is: "nothing-to-save" } : { is: "saved", ref: safe, sha: snapshot.sha };

  const have = [
    await gateRefs.read(refs.keep(name)),
    await gateRefs.read(refs.taken(name)),
    ...(await savedShas(gateRefs, name)),
  ];
  const wanted = {
    tip: snapshot.sha,
    have: have.filter((sha) => sha !== undefined),
    mostBytes: mostSavedBytes,
    limitMs,
  };
  const quarantine = await receive(layout, side, wanted);
  if ("kind" in quarantine) return { is: "refused", findings: [quarantine] };
  try {
    const run = { cwd: layout.root, environment: quarantine.environment, limitMs };
    await runGitOrThrow(gitArgv(layout.gate, "rev-list", "--objects", "--quiet", snapshot.sha, "--not", "--all"), run);
    await quarantine.admit();
  } finally {
    await quarantine.drop();
  }
  const ref = `${refs.saved(name)}${stamp(new Date())}`;
  await gateRefs.set(ref, snapshot.sha);
  return { is: "saved", ref, sha: snapshot.sha };
}

/** Whether the gate holds all that this workspace holds, seen just now. */
export async function isSafe(options: SavingOptions, side: AgentSide): Promise<boolean> {
  const snapshot = await takeSnapshot(options.layout, side);
  return (await whereSafe(options, side.desk.name, snapshot)) !== "nowhere";
}

/** Puts saved work back into a workspace that has just been made, as it was: commits on the branch, the rest uncommitted. */
export async function restoreWork(options: SavingOptions, side: AgentSide, ref: string): Promise<void> {
  const sha = await options.gateRefs.read(ref);
  if (sha === undefined || !ref.startsWith("refs/coppice/saved/")) throw new Error(`${ref} is no saved work`);
  if (!(await isSafe(options, side))) throw new Error(`workspace ${side.desk.name} holds work that is not saved`);
  await side.ask(["reset", "--quiet", "--hard", `${sha}^1`], { limitMs });
  await unpackSnapshot(options.layout, side, sha);
}

/**
 * The workspace is over: the commit last taken in is kept as saved work, unless it is so already or GitHub has it; then our marks go.
 */
export async function retireRefs({ layout, gateRefs }: SavingOptions, name: string): Promise<void> {
  const taken = await gateRefs.read(refs.taken(name));
  if (taken !== undefined) {
    const elsewhere = ["--not", `--glob=${refs.saved(name)}*`, `--glob=${refs.allUpstream}*`];
    const left = await runGitOrThrow(gitArgv(layout.gate, "rev-list", "--max-count=1", taken, ...elsewhere), {
      cwd: layout.root,
    });
    if (left !== "") await gateRefs.set(`${refs.saved(name)}${stamp(new Date())}`, taken);
    await gateRefs.remove(refs.taken(name));
  }
  await gateRefs.remove(refs.keep(name));
}

/** The ref under which the snapshot is saved, "gate" when there is nothing in it that the gate lacks, or "nowhere". */
async function whereSafe(options: SavingOptions, name: string, snapshot: Snapshot): Promise<string> {
  const saved = (await options.gateRefs.list(refs.saved(name))).find(({ sha }) => sha === snapshot.sha);
  if (saved) return saved.name;
  return snapshot.isClean && (await areHeld(options, snapshot.tips)) ? "gate" : "nowhere";
}

/** Whether refs of the gate reach all these commits. One that the gate has never seen makes git fail. */
async function areHeld({ layout, signal }: SavingOptions, tips: readonly string[]): Promise<boolean> {
  const result = await runGit(gitArgv(layout.gate, "rev-list", "--max-count=1", ...tips, "--not", "--all"), {
    cwd: layout.root,
    signal,
  });
  return result.exitCode === 0 && result.stdout.length === 0;
}

async function savedShas(gateRefs: GateRefs, name: string): Promise<readonly string[]> {
  return (await gateRefs.list(refs.saved(name))).map(({ sha }) => sha);
}

/** `20260131-235959-123`, in UTC. */
function stamp(now: Date): string {
  return now.toISOString().replace(/[-:Z]/g, "").replace(/[T.]/g, "-");
}
