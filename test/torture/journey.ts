import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Github } from "../../src/demo/github/start.ts";
import { branchesOf, commentsOf, labelsOf, pullOf, pullsOf, sessionsOf, worktreesOf } from "../e2e/sights.ts";
import { eventually } from "../e2e/stage.ts";

/** Where a journey happens. */
export interface Scene {
  readonly github: Github;
  readonly repository: string;
  readonly home: string;
  readonly tmuxSocket: string;
}

/** Much more than it takes: after a fault the bot may wait before it comes back. */
const patienceMs = 150_000;

export async function askFor(scene: Scene, title: string): Promise<number> {
  const { github, repository } = scene;
  const issue = await github.as("mira").openIssue(repository, { title });
  await github.as("mira").label(repository, issue, "coppice");
  return issue;
}

export async function untilReview({ github, repository }: Scene, issue: number): Promise<void> {
  await eventually(
    `#${issue} ready for review`,
    () =>
      commentsOf(github, repository, issue).some((text) => text.includes("Ready for review")) &&
      labelsOf(github, repository, issue).includes("coppice:review") &&
      (pullOf(github, repository, issue)?.requested.length ?? 0) > 0
        ? true
        : undefined,
    patienceMs,
  );
}

/** Merges what came of it, and waits until nothing is left to do. */
export async function mergeAndEnd(scene: Scene, issue: number): Promise<void> {
  const { github, repository, home, tmuxSocket } = scene;
  const pull = pullOf(github, repository, issue);
  if (pull === undefined) throw new Error(`#${issue} has no pull request`);
  await github.as("mira").merge(repository, pull.number);
  await eventually(
    `#${issue} is over, and nothing of it is left`,
    () =>
      commentsOf(github, repository, issue).some((text) => text.includes("Merged")) &&
      labelsOf(github, repository, issue).join() === "coppice" &&
      !sessionsOf(tmuxSocket).some((name) => new RegExp(`-${issue}(_|$)`).test(name)) &&
      !worktreesOf(home).includes(`issue-${issue}-`)
        ? true
        : undefined,
    patienceMs,
  );
}

/** How many there are of all that there must be one of. */
export interface Counts {
  readonly pulls: number;
  readonly branches: number;
  readonly comments: number;
  readonly reactions: number;
  readonly violations: readonly string[];
}

export const oneOfEach: Counts = {
  pulls: 1,
  branches: 1,
  comments: 1,
  reactions: 1,
  violations: [],
};

/** The starts of a session, by the folders that they leave until the task is over. */
export async function startsOf({ github, repository, home }: Scene, issue: number): Promise<readonly string[]> {
  const { id } = github.store(repository).repository;
  const folders = await readdir(join(home, "runs", `${id}-${issue}`));
  return folders.filter((name) => /^\d+-\d+-\d+$/.test(name)).toSorted();
}

export function countsOf({ github, repository }: Scene, issue: number): Counts {
  const own = `coppice/issue-${issue}-`;
  const { reactions } = github.store(repository);
  return {
    pulls: pullsOf(github, repository).filter(({ head }) => head.branch.startsWith(own)).length,
    branches: branchesOf(github, repository).filter((name) => name.startsWith(own)).length,
    comments: commentsOf(github, repository, issue).length,
    reactions: [...reactions.values()].filter(({ on, of }) => on === "issue" && of === issue).length,
    violations: [...github.violations],
  };
}
