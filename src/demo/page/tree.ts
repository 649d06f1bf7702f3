import { git, gitOr } from "../github/world/git.ts";
import { type Commit, listCommits } from "../github/world/history.ts";

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
  /** The last commit that touched it. */
  readonly last: Commit | undefined;
}

/** What a folder holds at a commit; folders first. */
export async function listFolder(folder: string, sha: string, path: string): Promise<Entry[]> {
  const where = path === "" ? [] : ["--", `${path}/`];
  const text = await git(folder, ["ls-tree", "-z", sha, ...where]);
  const last = await lastTouched(folder, sha, path);
  const entries = text
    .split("\0")
    .filter(Boolean)
    .map((line) => toEntry(line, last));
  return entries.toSorted(
    (one, two) => Number(two.isFolder) - Number(one.isFolder) || one.name.localeCompare(two.name),
  );
}

function toEntry(line: string, last: ReadonlyMap<string, Commit>): Entry {
  const [head = "", path = ""] = line.split("\t");
  const name = path.split("/").at(-1) ?? path;
  return { name, path, isFolder: head.includes(" tree "), last: last.get(path) };
}

/** Walks the history once, instead of asking git for each entry. */
async function lastTouched(folder: string, sha: string, path: string): Promise<Map<string, Commit>> {
  const commits = new Map((await listCommits(folder, ["--max-count=1000", sha])).map((commit) => [commit.sha, commit]));
  const text = await git(folder, [
    "log",
    "--max-count=1000",
    "--format=%x00%H",
    "--name-only",
    "-m",
    "--first-parent",
    sha,
  ]);
  const depth = path === "" ? 1 : path.split("/").length + 1;
  const last = new Map<string, Commit>();
  for (const record of text.split("\0").filter(Boolean)) {
    const [id = "", ...files] = record.split("\n").filter(Boolean);
    const commit = commits.get(id);
    for (const file of files) {
      const entry = file.split("/").slice(0, depth).join("/");
      if (commit !== undefined && !last.has(entry)) last.set(entry, commit);
    }
  }
  return last;
}

/** A file's text; nothing when there is none. */
export const readBlob = (folder: string, sha: string, path: string): Promise<string | undefined> =>
  gitOr(folder, ["cat-file", "blob", `${sha}:${path}`]);

export async function listBranches(folder: string): Promise<string[]> {
  const text = await git(folder, ["for-each-ref", "--format=%(refname:strip=2)", "refs/heads"]);
  return text.split("\n").filter(Boolean);
}
