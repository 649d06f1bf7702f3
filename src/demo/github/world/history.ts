import { git, gitOr } from "./git.ts";
import type { Commit } from "./model.ts";

/** Reading commits, differences and files out of a bare repository. */

export type { Commit } from "./model.ts";

export interface ChangedFile {
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string | undefined;
}

/** What a name stands for: a branch, a tag or (the start of) a commit's id. */
export async function resolve(folder: string, name: string): Promise<string | undefined> {
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const sha = await gitOr(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
    if (sha !== undefined) return sha.trim();
  }
  return undefined;
}

export const tipOf = async (folder: string, branch: string): Promise<string | undefined> =>
  (await gitOr(folder, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`]))?.trim();

export const isAncestor = async (folder: string, one: string, of: string): Promise<boolean> =>
  (await gitOr(folder, ["merge-base", "--is-ancestor", one, of])) !== undefined;

export const mergeBase = async (folder: string, one: string, two: string): Promise<string | undefined> =>
  (await gitOr(folder, ["merge-base", one, two]))?.trim();

export const countCommits = async (folder: string, range: readonly string[]): Promise<number> =>
  Number(await git(folder, ["rev-list", "--count", ...range]));

const format = ["%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B"].join("%x00");

/** Newest first, unless `--reverse` is among the arguments. */
export async function listCommits(folder: string, args: readonly string[]): Promise<Commit[]> {
  const text = await git(folder, ["log", "-z", `--format=${format}`, ...args]);
  const fields = text.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + 9 < fields.length; at += 10) commits.push(toCommit(fields.slice(at, at + 10)));
  return commits;
}

function toCommit(fields: readonly string[]): Commit {
  const [sha = "", tree = "", parents = "", authorName = "", authorEmail = "", authorAt = ""] = fields;
  const [name = "", email = "", at = "", message = ""] = fields.slice(6);
  return {
    sha,
    tree,
    parents: parents.split(" ").filter(Boolean),
    author: { name: authorName, email: authorEmail, atMs: Number(authorAt) * 1000 },
    committer: { name, email, atMs: Number(at) * 1000 },
    message: message.trimEnd(),
  };
}

export async function readCommit(folder: string, sha: string): Promise<Commit | undefined> {
  return (await listCommits(folder, ["--max-count=1", sha]))[0];
}

/** The difference between two trees as text; what a pull request shows is that from the merge base. */
export const diffText = (folder: string, from: string, to: string): Promise<string> =>
  git(folder, ["diff", "--find-renames", "--no-color", from, to]);

/** The empty tree, which a first commit is compared with. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export async function listChangedFiles(folder: string, from: string, to: string): Promise<ChangedFile[]> {
  const raw = await git(folder, ["diff", "--find-renames", "--raw", "-z", "--no-abbrev", from, to]);
  const counts = await countLines(folder, from, to);
  const patches = (await diffText(folder, from, to)).split(/^(?=diff --git )/m).filter(Boolean);
  return parseRaw(raw).map((file, at) => ({
    ...file,
    ...(counts[at] ?? { additions: 0, deletions: 0 }),
    patch: patchOf(patches[at] ?? ""),
  }));
}

function patchOf(text: string): string | undefined {
  const at = text.search(/^@@ /m);
  return at < 0 ? undefined : text.slice(at).trimEnd();
}

type RawFile = Pick<ChangedFile, "path" | "previousPath" | "status" | "blob">;

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  C: "copied",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

function parseRaw(raw: string): RawFile[] {
  const fields = raw.split("\0");
  const files: RawFile[] = [];
  for (let at = 0; (fields[at] ?? "").startsWith(":"); ) {
    const [, , oldBlob = "", newBlob = "", letters = ""] = (fields[at] ?? "").split(" ");
    const letter = letters.charAt(0);
    const isMoved = letter === "R" || letter === "C";
    files.push({
      path: fields[isMoved ? at + 2 : at + 1] ?? "",
      previousPath: isMoved ? fields[at + 1] : undefined,
      status: statuses[letter] ?? "changed",
      blob: letter === "D" ? oldBlob : newBlob,
    });
    at += isMoved ? 3 : 2;
  }
  return files;
}

async function countLines(
  folder: string,
  from: string,
  to: string,
): Promise<{ readonly additions: number; readonly deletions: number }[]> {
  const text = await git(folder, ["diff", "--find-renames", "--numstat", from, to]);
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => {
    const [added = "0", deleted = "0"] = line.split("\t");
    return { additions: Number(added) || 0, deletions: Number(deleted) || 0 };
  });
}
