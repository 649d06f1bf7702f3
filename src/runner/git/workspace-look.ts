import { createHash } from "node:crypto";
import { join } from "node:path";
import { KnownError } from "../../errors.ts";
import type { AgentSide } from "./agent-side.ts";
import { exists, isFolder, lookAt } from "./files.ts";
import type { GateRefs } from "./gate-refs.ts";
import { visible } from "./git-words.ts";
import { isSha, type Layout, refs } from "./layout.ts";
import { isTreeLost } from "./lost-tree.ts";
import { parseShortstat } from "./take-in.ts";

export type WorkspaceLook =
  | { readonly is: "absent" }
  | { readonly is: "unknown"; readonly reason: string }
  /** Its folder is gone, and can be made again. */
  | { readonly is: "treeless" }
  | ({ readonly is: "there" } & Standing & Progress);

interface Standing {
  /** The commit that the workspace began at. */
  readonly baseSha: string;
  readonly head: string;
  /** Undefined when the head stands on no branch, as in the middle of a rebase. */
  readonly branch: string | undefined;
  /** Files that are changed or new but in no commit; a new folder counts once. */
  readonly uncommitted: number;
  /** By this it can be told whether they were written again; a new folder counts by what stands right in it. */
  readonly changes: string;
  /** How many of those are new. */
  readonly untracked: number;
  readonly midOperation: MidOperation | undefined;
}

/** What stands between base and head. */
interface Progress {
  readonly commitsAhead: number;
  readonly changedFiles: number;
  readonly additions: number;
  readonly deletions: number;
  readonly lastSubject: string;
}

export type MidOperation = "rebase" | "merge" | "cherry-pick" | "revert" | "bisect";

const diffArgs = ["diff", "--shortstat", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--merge-base"];

/** Commits never change, so what stands between two of them is worked out once. */
export type ProgressMemory = Map<string, { readonly key: string; readonly progress: Progress }>;

/** What a workspace holds. Absent only where positively nothing is; every failure, and every oddity, is `unknown`. */
export async function lookWorkspace(
  layout: Layout,
  side: AgentSide,
  gateRefs: GateRefs,
  memory: ProgressMemory,
  knownBase?: string,
): Promise<WorkspaceLook> {
  const { desk } = side;
  if (!(await exists(desk.entry))) return { is: "absent" };
  if (await isTreeLost(layout, desk)) return { is: "treeless" };
  if (!(await isFolder(desk.tree))) return { is: "unknown", reason: `the folder ${desk.tree} is missing` };
  try {
    const baseSha = (await gateRefs.read(refs.keep(desk.name))) ?? knownBase;
    if (baseSha === undefined) return { is: "unknown", reason: "the commit it began at is not known any more" };
    const [status, midOperation] = await Promise.all([
      side.ask(statusArgs, { limitMs: 60_000 }),
      lookOperation(desk.admin),
    ]);
    const { head, paths, ...rest } = parseStatus(status);
    if (!isSha(head)) return { is: "unknown", reason: "the branch has no commit" };
    const progress = await lookProgress(side, memory, baseSha, head);
    const changes = await lookChanges(desk.tree, paths);
    return { is: "there", baseSha, head, midOperation, changes, ...rest, ...progress };
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return { is: "unknown", reason: error.message };
  }
}

/** Ignoring submodules: to look into a repository inside the repository, git would start another git, by that one's own settings. */
const statusArgs = [
  "status",
  "--porcelain=v2",
  "--branch",
  "-z",
  "--untracked-files=normal",
  "--ignore-submodules=all",
  "--no-renames",
];

/** See "Porcelain Format Version 2" in git-status(1). */
function parseStatus(text: string) {
  const lines = text.split("\0").filter((line) => line !== "");
  const header = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3) ?? "";
  const branch = header("branch.head");
  return {
    head: header("branch.oid"),
    branch: branch === "(detached)" ? undefined : branch,
    uncommitted: lines.filter((line) => !line.startsWith("#")).length,
    untracked: lines.filter((line) => line.startsWith("? ")).length,
    paths: lines.filter((line) => !line.startsWith("#")).map(pathIn),
  };
}

/** The path comes last, after as many words as the kind of line has; it may hold spaces. */
function pathIn(line: string): string {
  const words = line.startsWith("1 ") ? 8 : line.startsWith("u ") ? 10 : 1;
  return line.split(" ").slice(words).join(" ");
}

const mostChanges = 200;

/** Sizes and times alone: what an agent wrote is not read on our side of the wall. */
async function lookChanges(tree: string, paths: readonly string[]): Promise<string> {
  if (paths.length === 0) return "";
  const looks = paths.slice(0, mostChanges).map(async (path) => {
    try {
      const found = await lookAt(join(tree, path));
      return [path, found?.size, found?.mtimeMs];
    } catch (error) {
      // A folder that became a file meanwhile, a path that is too long: how it can't be looked at tells as much.
      if (error instanceof Error && "code" in error) return [path, error.code];
      throw error;
    }
  });
  return createHash("sha256")
    .update(JSON.stringify(await Promise.all(looks)))
    .digest("hex")
    .slice(0, 16);
}

const signs: readonly (readonly [file: string, operation: MidOperation])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
];

/** Only whether these are there; agents can write them, so they are not read on our side of the wall. */
export async function lookOperation(admin: string): Promise<MidOperation | undefined> {
  for (const [file, operation] of signs) if (await exists(`${admin}/${file}`)) return operation;
  return undefined;
}

async function lookProgress(side: AgentSide, memory: ProgressMemory, base: string, head: string): Promise<Progress> {
  const key = `${base} ${head}`;
  const known = memory.get(side.desk.name);
  if (known?.key === key) return known.progress;
  const [count, stat, subject] = await Promise.all([
    side.ask(["rev-list", "--count", `${base}..${head}`]),
    // Of a base that moved on, only what the branch did is of interest.
    side.ask([...diffArgs, base, head]),
    side.ask(["log", "-1", "--no-show-signature", "--format=%s", head]),
  ]);
  const { files: changedFiles, additions, deletions } = parseShortstat(stat);
  const lastSubject = visible(subject.trim()).slice(0, 200);
  const progress = { commitsAhead: Number(count), changedFiles, additions, deletions, lastSubject };
  memory.set(side.desk.name, { key, progress });
  return progress;
}
