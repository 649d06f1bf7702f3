import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../../errors.ts";
import type { AgentSide, SideRun } from "./agent-side.ts";
import { wordsOf } from "./git-words.ts";
import { isSha } from "./layout.ts";
import type { Layout } from "./layout.ts";

/** All that a workspace holds, as one commit in its private repository. */
export interface Snapshot {
  /**
   * Its tree is the working tree byte for byte, new files included, ignored ones not. Its parents are the head, the index if that was
   * something else again, then every branch and stash. The same work always gives the same commit.
   */
  readonly sha: string;
  /** The head and every branch and stash. */
  readonly tips: readonly string[];
  /** Whether working tree and index are the head's. */
  readonly isClean: boolean;
}

const snapshotSubject = "The workspace, as it was saved";

/** Whether this is the message of a snapshot's commit. */
export function isSnapshot(message: string): boolean {
  return message.trim() === snapshotSubject;
}

/** Makes the snapshot without touching the workspace's own index, on the agent's side of the wall. */
export async function takeSnapshot(layout: Layout, side: AgentSide): Promise<Snapshot> {
  return withRawGit(layout, side, async (raw) => {
    const head = await shaFrom(side.ask(["rev-parse", "--verify", "HEAD^{commit}"]));
    const headTree = await shaFrom(side.ask(["rev-parse", "--verify", `${head}^{tree}`]));
    await copyIndex(side, raw, head);
    const staged = await raw.git(["write-tree"]);
    const indexTree = staged.exitCode === 0 ? staged.stdout.toString().trim() : headTree;
    const tree = await stageAll(side, raw);

    const tips = await listTips(side, head);
    const when = (await side.ask(["log", "-1", "--no-show-signature", "--format=%ct", head])).trim();
    const commit = (of: string, message: string, parents: readonly string[]) =>
      shaFrom(
        side.ask(["commit-tree", of, ...parents.flatMap((parent) => ["-p", parent])], {
          input: message,
          environment: by(when),
        }),
      );
    const isStaged = indexTree !== headTree && indexTree !== tree;
    const index = isStaged ? [await commit(indexTree, "The index, as it was saved\n", [head])] : [];
    const sha = await commit(tree, `${snapshotSubject}\n`, [head, ...index, ...tips.filter((tip) => tip !== head)]);
    return { sha, tips, isClean: tree === headTree && indexTree === headTree };
  });
}

/** Puts the files of a snapshot into the workspace, byte for byte. Its head and index stay. */
export async function unpackSnapshot(layout: Layout, side: AgentSide, sha: string): Promise<void> {
  await withRawGit(layout, side, async (raw) => {
    const head = await shaFrom(side.ask(["rev-parse", "--verify", "HEAD^{commit}"]));
    await copyIndex(side, raw, head);
    await raw.ask(["read-tree", "--reset", "-u", sha], { limitMs: 10 * 60_000 });
  });
}

/** git on the tree with an index and attributes of our own: no line ends converted, no filter run, no lock taken. */
interface RawGit {
  readonly folder: string;
  readonly index: string;
  /** The index of our own for git with the tree's attributes. */
  readonly indexOnly: Readonly<Record<string, string>>;
  git: AgentSide["git"];
  ask: AgentSide["ask"];
  run: AgentSide["run"];
}

async function withRawGit<T>(layout: Layout, side: AgentSide, work: (raw: RawGit) => Promise<T>): Promise<T> {
  const folder = join(layout.scratch, randomUUID());
  const index = join(folder, "index");
  await makeRawFolder(folder);
  const here = (run: SideRun = {}): SideRun => ({
    limitMs: 5 * 60_000,
    ...run,
    gitDir: folder,
    alsoWritable: [folder],
    environment: { GIT_OBJECT_DIRECTORY: side.desk.objects, GIT_INDEX_FILE: index },
  });
  try {
    return await work({
      folder,
      index,
      indexOnly: { GIT_INDEX_FILE: index },
      git: (args, run) => side.git(args, here(run)),
      ask: (args, run) => side.ask(args, here(run)),
      run: (command, run) => side.run(command, here(run)),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What makes a folder a repository to git. `info/attributes` comes before any .gitattributes in the tree. */
async function makeRawFolder(folder: string): Promise<void> {
  for (const name of ["objects", "refs", "info"]) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "HEAD"), "ref: refs/heads/none\n");
  await writeFile(
    join(folder, "config"),
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tautocrlf = false\n",
  );
  await writeFile(join(folder, "info", "attributes"), "* -text -eol -ident -filter -working-tree-encoding\n");
}

/** The workspace's index knows which files are unchanged; without a usable one every file is read. The copy is made by the agent's rights. */
async function copyIndex(side: AgentSide, raw: RawGit, head: string): Promise<void> {
  const copied = await raw.run(["cp", "--", join(side.desk.admin, "index"), raw.index]);
  const usable = copied.exitCode === 0 && (await raw.git(["ls-files", "--unmerged"])).exitCode === 0;
  if (usable) return;
  await raw.run(["rm", "-f", "--", raw.index]);
  await raw.ask(["read-tree", head]);
}

/**
 * What git calls changed, by the tree's own attributes, goes into the index with the bytes that it has. The rest stays as it was
 * committed: read raw, a file that was checked out with other line ends would seem changed.
 */
async function stageAll(side: AgentSide, raw: RawGit): Promise<string> {
  const how = ["--others", "--modified", "--deleted", "--exclude-standard"];
  const listed = await side.git(["ls-files", "-z", ...how], { environment: raw.indexOnly, alsoWritable: [raw.folder] });
  if (listed.exitCode !== 0) throw unreadable(side, listed.stderr);
  const paths = [...new Set(names(listed.stdout))];
  await stage(
    side,
    raw,
    paths.filter((path) => !path.endsWith("/")),
  );
  for (const nested of paths.filter((path) => path.endsWith("/"))) await stageNested(side, raw, nested);
  return shaFrom(raw.ask(["write-tree"]));
}

/** As latin1, a letter per byte: names need not be text. */
function names(list: Buffer): string[] {
  return list
    .toString("latin1")
    .split("\0")
    .filter((name) => name !== "");
}

async function stage(side: AgentSide, raw: RawGit, paths: readonly string[]): Promise<void> {
  const input = Buffer.from(paths.join("\0"), "latin1");
  const staged = await raw.git(["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], { input });
  if (staged.exitCode !== 0) throw unreadable(side, staged.stderr);
}

/** git would keep only the name of a nested repository's commit, or refuse to add one without commits: keep its files instead. */
async function stageNested(side: AgentSide, raw: RawGit, folder: string): Promise<void> {
  const wanted = ["-name", ".git", "-prune", "-o", "(", "-type", "f", "-o", "-type", "l", ")", "-print0"];
  const found = await raw.run(["find", `./${Buffer.from(folder, "latin1").toString()}`, ...wanted]);
  if (found.exitCode !== 0) throw unreadable(side, found.stderr);
  await stage(
    side,
    raw,
    names(found.stdout).map((file) => file.slice(2)),
  );
}

function unreadable(side: AgentSide, stderr: string): KnownError {
  return new KnownError("WORKSPACE_UNREADABLE", `workspace ${side.desk.name} can't be saved: ${wordsOf(stderr)}`, {
    hint: "Does somebody still write there, or are its rights odd?",
    retry: "later",
  });
}

/** They become arguments and parents of one commit. */
const mostTips = 500;

/** Every commit that a name of the workspace's own stands for. Older stashes have no name but a line in the stash's log. */
async function listTips(side: AgentSide, head: string): Promise<readonly string[]> {
  const named = await side.ask(["rev-list", "--no-walk", "--branches", "--tags", "--glob=refs/stash", head]);
  const stashes = await side.git(["rev-list", "-g", "refs/stash", "--"]);
  const all = [...named.split("\n"), ...(stashes.exitCode === 0 ? stashes.stdout.toString().split("\n") : [])];
  const tips = [...new Set(all.filter(isSha))].toSorted();
  if (tips.length <= mostTips) return tips;
  throw new KnownError(
    "WORKSPACE_TIPS",
    `workspace ${side.desk.name} has more than ${mostTips} branches and stashes: too many to save`,
  );
}

async function shaFrom(answer: Promise<string>): Promise<string> {
  const sha = (await answer).trim();
  if (!isSha(sha))
    throw new KnownError("WORKSPACE_GIT", "git in the workspace did not answer with the name of an object");
  return sha;
}

/** By the head's clock, so that saving the same work twice gives the same commit. */
function by(seconds: string): Record<string, string> {
  const who = { name: "Coppice", email: "coppice@localhost", date: `${seconds} +0000` };
  return {
    GIT_AUTHOR_NAME: who.name,
    GIT_AUTHOR_EMAIL: who.email,
    GIT_AUTHOR_DATE: who.date,
    GIT_COMMITTER_NAME: who.name,
    GIT_COMMITTER_EMAIL: who.email,
    GIT_COMMITTER_DATE: who.date,
  };
}
