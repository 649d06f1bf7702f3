import { commit } from "../github/world/git.ts";
import type { Repository, User } from "../github/world/model.ts";
import commits from "./history.json" with { type: "json" };

const dayMs = 24 * 60 * 60 * 1000;

/** Gives a bare repository the sample's history in place of what it has. */
export async function writeHistory(
  { folder, defaultBranch }: Repository,
  userNamed: (login: string) => User,
  nowMs: number,
): Promise<void> {
  let parent: string | undefined;
  for (const { author, daysAgo, message, files } of commits) {
    parent = await commit(folder, {
      branch: defaultBranch,
      parent,
      message,
      author: userNamed(author),
      atMs: nowMs - daysAgo * dayMs,
      files: Object.fromEntries(textsOf(files)),
    });
  }
}

/** The sample's files as its last commit has them. */
export function sampleFiles(): ReadonlyMap<string, string> {
  return new Map(commits.flatMap(({ files }) => textsOf(files)));
}

/** The table keeps texts as lists of lines, so that people can read and change them. */
function textsOf(files: Readonly<Record<string, readonly string[] | undefined>>): [path: string, text: string][] {
  return Object.entries(files).map(([path, lines = []]) => [path, `${lines.join("\n")}\n`]);
}
