import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Github } from "../../src/demo/github/start.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

test("a label becomes a pull request, and its merge ends the task", async () => {
  stage = await setStage();
  const { github, repository, home, tmuxSocket } = stage;
  await stage.startService();
  const issue = await github
    .as("jonas")
    .openIssue(repository, { title: "Say hello in the README", body: "Greet people." });
  await github.as("mira").label(repository, issue, "coppice");

  const pull = await eventually("a pull request", () => pullsOf(github, repository)[0]);
  const comment = await eventually("a comment that says so", () =>
    commentsOf(github, repository, issue).find((text) => text.includes(`Ready for review: #${pull.number}`)),
  );
  expect(comment).toContain("coppice/issue-1-say-hello-in-the-readme");
  await eventually("the review request", () =>
    pullsOf(github, repository)[0]?.requested.find(({ login }) => login === "mira"),
  );
  await eventually("the label", () =>
    labelsOf(github, repository, issue).includes("coppice:review") ? true : undefined,
  );
  expect(labelsOf(github, repository, issue)).not.toContain("coppice:working");
  expect(worktreesOf(home)).toContain("issue-1-say-hello-in-the-readme");
  expect(sessionsOf(tmuxSocket)).toHaveLength(1);
  expect(requestsOfApp(github)).toBeLessThan(25);

  await github.as("mira").merge(repository, pull.number);
  await eventually("the end", () => commentsOf(github, repository, issue).find((text) => text.includes("Merged")));
  await eventually("an empty machine", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
  expect(worktreesOf(home)).not.toContain("issue-1");
  await eventually("no label of ours", () =>
    labelsOf(github, repository, issue).every((label) => label === "coppice") ? true : undefined,
  );
  expect(pullsOf(github, repository)).toHaveLength(1);
  expect(commentsOf(github, repository, issue)).toHaveLength(1);
  expect(github.violations).toEqual([]);
});

function pullsOf(github: Github, repository: string) {
  return [...github.store(repository).pulls.values()];
}

function commentsOf(github: Github, repository: string, issue: number): string[] {
  return [...github.store(repository).comments.values()].filter((one) => one.issue === issue).map(({ body }) => body);
}

function labelsOf(github: Github, repository: string, issue: number): string[] {
  const store = github.store(repository);
  return (store.issues.get(issue)?.labels ?? []).map((id) => store.labels.get(id)?.name ?? "?");
}

/** Without the edits of the status comment. */
function requestsOfApp(github: Github): number {
  return github.requests.filter(({ who, method }) => /^(app|installation )/.test(who) && method !== "PATCH").length;
}

function worktreesOf(home: string): string {
  const repositories = join(home, "repositories");
  const workshops = readdirSync(repositories).map((name) => join(repositories, name, "workshop.git"));
  return workshops.map((dir) => execFileSync("git", ["-C", dir, "worktree", "list"], { encoding: "utf8" })).join("");
}

function sessionsOf(socket: string): string[] {
  try {
    return execFileSync("tmux", ["-S", socket, "list-sessions", "-F", "#{session_name}"], {
      encoding: "utf8",
      stdio: "pipe",
    })
      .split("\n")
      .filter((name) => name !== "");
  } catch (error) {
    if (error instanceof Error && /no server|no sessions|No such file/.test(error.message)) return [];
    throw error;
  }
}
