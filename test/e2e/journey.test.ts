import { afterEach, expect, test } from "vitest";
import { branchesOf, commentsOf, labelsOf, pullsOf, requestsOfApp, sessionsOf, worktreesOf } from "./sights.ts";
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
  expect(requestsOfApp(github).length).toBeLessThan(25);

  await github.as("mira").merge(repository, pull.number);
  await eventually("the end", () => commentsOf(github, repository, issue).find((text) => text.includes("Merged")));
  await eventually("an empty machine", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
  expect(worktreesOf(home)).not.toContain("issue-1");
  await eventually("no label of ours", () =>
    labelsOf(github, repository, issue).every((label) => label === "coppice") ? true : undefined,
  );
  expect(branchesOf(github, repository)).toEqual(["coppice/issue-1-say-hello-in-the-readme", "main"]);
  expect(pullsOf(github, repository)).toHaveLength(1);
  expect(commentsOf(github, repository, issue)).toHaveLength(1);
  expect(github.violations).toEqual([]);
});
