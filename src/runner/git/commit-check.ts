import { KnownError } from "../../errors.ts";
import type { Finding, IntakeLimits } from "./change-rules.ts";
import { isLinkInside, judgeChange } from "./change-rules.ts";
import { gitArgv, runGit, runGitOrThrow } from "./git-command.ts";
import type { GitRun } from "./git-command.ts";
import { visible, wordsOf } from "./git-words.ts";
import { openObjects } from "./object-reader.ts";
import type { ObjectReader } from "./object-reader.ts";
import { treeChanges } from "./tree-changes.ts";
import type { Change } from "./tree-changes.ts";

export interface Commit {
  readonly sha: string;
  readonly subject: string;
}

/** The gate, with or without a quarantine in sight. */
export interface Sighting {
  readonly gate: string;
  readonly run: GitRun;
}

export interface CommitCheck {
  readonly commits: readonly Commit[];
  readonly findings: readonly Finding[];
}

/** A long list helps nobody, and a hostile one would fill the memory. */
const mostFindings = 30;

/**
 * Judges every commit from `tip` back to what the gate already has. Content that came from GitHub (the base, or people's commits on
 * the branch) is not judged again.
 */
export async function checkCommits(
  at: Sighting,
  tip: string,
  base: string,
  limits: IntakeLimits,
): Promise<CommitCheck> {
  const range = [tip, "--not", base, "--remotes=origin"];

  const whole = await runGit(gitArgv(at.gate, "rev-list", "--objects", "--quiet", ...range), at.run);
  if (whole.exitCode !== 0) return refusal("broken", `the commits are not whole: ${wordsOf(whole.stderr)}`);
  const related = await runGit(gitArgv(at.gate, "merge-base", tip, base), at.run);
  if (related.exitCode !== 0) return refusal("unrelated", "the commits do not begin at the base branch");

  const commits = await listCommits(at, limits.commits + 1, range);
  if (commits.length > limits.commits) {
    return refusal("too-many-commits", `there are more than ${limits.commits} commits`);
  }
  const reader = openObjects(at.gate, { ...at.run, limitMs: 10 * 60_000 });
  try {
    return { commits, findings: await checkEach(at, reader, commits, limits) };
  } catch (error) {
    if (!(error instanceof KnownError && error.code === "GIT_OBJECT_SIZE")) throw error;
    return {
      commits,
      findings: [{ kind: "too-large", words: `a folder or a commit is larger than any should be: ${error.message}` }],
    };
  } finally {
    await reader.close();
  }
}

function refusal(kind: Finding["kind"], words: string): CommitCheck {
  return { commits: [], findings: [{ kind, words }] };
}

async function listCommits({ gate, run }: Sighting, most: number, range: readonly string[]): Promise<Commit[]> {
  const args = ["log", "-z", "--topo-order", "--reverse", "--format=%H %s", `--max-count=${most}`, ...range];
  const text = await runGitOrThrow(gitArgv(gate, ...args), run);
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => ({ sha: line.slice(0, 40), subject: visible(line.slice(41)).slice(0, 200) }));
}

/** Something that a commit puts at a path. */
interface Placed {
  readonly path: string;
  readonly sha: string;
  readonly commit: string;
}

async function checkEach(
  at: Sighting,
  reader: ObjectReader,
  commits: readonly Commit[],
  limits: IntakeLimits,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const files = new Map<string, Placed>();
  const links: Placed[] = [];
  let changes = 0;
  for (const { sha: commit } of commits) {
    for await (const change of changesOf(reader, commit)) {
      changes += 1;
      if (changes > limits.changes)
        return [{ kind: "too-many-changes", words: `more than ${limits.changes} paths are changed` }];
      const found = judgeChange(change, limits).map((finding) => ({ ...finding, commit }));
      findings.push(...found.filter((finding) => limits.isAllowed?.(finding) !== true));
      if (findings.length >= mostFindings) return findings;
      place(change, commit, files, links);
    }
  }
  findings.push(...(await judgeFiles(at, files, limits)), ...(await judgeLinks(at, reader, links)));
  return findings.slice(0, mostFindings);
}

/** What a commit has otherwise than all of its parents. */
export async function* changesOf(reader: ObjectReader, commit: string): AsyncGenerator<Change> {
  const { tree, parents } = await readCommit(reader, commit);
  const parentTrees: string[] = [];
  for (const parent of parents) parentTrees.push((await readCommit(reader, parent)).tree);
  yield* treeChanges(reader, parentTrees, tree);
}

async function readCommit(
  reader: ObjectReader,
  sha: string,
): Promise<{ readonly tree: string; readonly parents: readonly string[] }> {
  const object = await reader.read(sha, 1024 * 1024);
  const [head = ""] = object?.content.toString("latin1").split("\n\n", 1) ?? [];
  const tree = /^tree ([0-9a-f]{40})$/m.exec(head)?.[1];
  if (object?.type !== "commit" || tree === undefined) throw new Error(`${sha} should be a commit`);
  return { tree, parents: [...head.matchAll(/^parent ([0-9a-f]{40})$/gm)].flatMap(([, parent]) => parent ?? []) };
}

function place({ path, after }: Change, commit: string, files: Map<string, Placed>, links: Placed[]): void {
  if (after === undefined || !after.mode.startsWith("1") || after.mode === "160000") return;
  const placed = { path, sha: after.sha, commit };
  if (!files.has(after.sha)) files.set(after.sha, placed);
  if (after.mode === "120000") links.push(placed);
}

async function judgeFiles(at: Sighting, files: ReadonlyMap<string, Placed>, limits: IntakeLimits): Promise<Finding[]> {
  const sizes = await sizesOf(at, [...files.keys()]);
  return [...files].flatMap(([sha, file]): Finding[] => {
    const size = sizes.get(sha);
    if (size === undefined) return [{ kind: "broken", ...shown(file, "this is no file") }];
    if (size <= limits.fileBytes) return [];
    return [
      {
        kind: "file-too-large",
        ...shown(file, `the file has ${size} bytes; at most ${limits.fileBytes} are delivered`),
      },
    ];
  });
}

/** Sizes of those that are files. */
export async function sizesOf({ gate, run }: Sighting, shas: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const format = "--batch-check=%(objectname) %(objecttype) %(objectsize)";
  const text = await runGitOrThrow(gitArgv(gate, "cat-file", format), { ...run, input: [...shas, ""].join("\n") });
  return new Map([...text.matchAll(/^([0-9a-f]{40}) blob (\d+)$/gm)].map(([, sha = "", size]) => [sha, Number(size)]));
}

/** No machine makes links with longer targets than this. */
const longestTarget = 4096;

async function judgeLinks(at: Sighting, reader: ObjectReader, links: readonly Placed[]): Promise<Finding[]> {
  const sizes = await sizesOf(
    at,
    links.map(({ sha }) => sha),
  );
  const findings: Finding[] = [];
  for (const link of links) {
    const size = sizes.get(link.sha) ?? Infinity;
    const target = size <= longestTarget ? (await reader.read(link.sha, longestTarget))?.content.toString() : undefined;
    if (target === undefined || !isLinkInside(link.path, target)) {
      findings.push({ kind: "link", ...shown(link, "the link leads out of the tree") });
    }
  }
  return findings;
}

function shown({ path, commit }: Placed, words: string): Pick<Finding, "path" | "commit" | "words"> {
  return { path: visible(path), commit, words: `${visible(path)}: ${words}` };
}
