import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createTmux } from "../../runner/tmux.ts";
import { layoutOf } from "../../runner/git/layout.ts";
import type { Demo } from "../demo.ts";
import type { Player, Sight } from "./people.ts";
import { headlineOf } from "./story.ts";

/** What is not as it should be about one issue at the end; nothing when all is well. */
export async function findingsFor(player: Player, issue: number): Promise<string[]> {
  const sight = await player.look(issue);
  const branches = (await player.branches()).filter((branch) => branch.startsWith(`coppice/issue-${issue}-`));
  const found = [
    count(branches.length, "branch"),
    count(sight.pulls.length, "pull request"),
    count(sight.statuses.length, "status comment"),
    sight.pulls.every(({ state }) => state === "merged") ? undefined : "its pull request is not merged",
    sight.isOpen ? "it is still open" : undefined,
    isOver(sight) ? undefined : `its status says “${headlineOf(sight) ?? "nothing"}”`,
    ...sight.labels.filter((label) => label.startsWith("coppice:")).map((label) => `it still has the label ${label}`),
  ];
  return found.filter((one) => one !== undefined).map((one) => `#${issue}: ${one}`);
}

const count = (number: number, what: string): string | undefined =>
  number === 1 ? undefined : `it has ${number} of: ${what}`;

/** Whether the task is done, as far as people can see. */
export function isOver(sight: Sight): boolean {
  return headlineOf(sight)?.includes("Merged") === true && sight.labels.every((label) => !label.startsWith("coppice:"));
}

/** What is left on the machine: workspaces and sessions. */
export async function leftovers({ coppiceHome }: Demo): Promise<string[]> {
  const repositories = join(coppiceHome, "repositories");
  const found: string[] = [];
  for (const repository of await namesIn(repositories)) {
    const trees = await namesIn(layoutOf(join(repositories, repository)).trees);
    found.push(...trees.map((name) => `the workspace ${name} is still there`));
  }
  const seen = await createTmux({ socketPath: join(coppiceHome, "tmux.sock") }).lookAll();
  const sessions = seen.is === "seen" ? [...seen.sessions.keys()] : [];
  return [...found, ...sessions.map((name) => `the session ${name} is still there`)];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
