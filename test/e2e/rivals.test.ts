import { afterEach, expect, test } from "vitest";
import { branchesOf, commentsOf, labelsOf, pullsOf, sessionsOf, worktreesOf } from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

test("two agents compete, one is merged and closes the other, over restarts; and what depends on it begins then", async () => {
  stage = await setStage();
  await stage.startService();
  const { github, repository, tmuxSocket, home } = stage;
  const mira = github.as("mira");
  const issue = await mira.openIssue(repository, { title: "Say hello" });
  await mira.label(repository, issue, "coppice");
  const later = await mira.openIssue(repository, { title: "Say goodbye", body: `Depends on #${issue}` });
  await mira.label(repository, later, "coppice");
  const said = (words: string, on = issue) =>
    eventually(`"${words}" on #${on}`, () => commentsOf(github, repository, on).find((text) => text.includes(words)));

  await eventually("an agent is at work", () => (sessionsOf(tmuxSocket).length > 0 ? true : undefined));
  // The same program would write the same commit within the same second, and GitHub would call both merged.
  await eventually("its pull request", () => pullsOf(github, repository)[0]);
  await mira.label(repository, issue, "coppice:other");
  await eventually("another agent is at work", () =>
    sessionsOf(tmuxSocket).some((name) => name.endsWith("-other")) ? true : undefined,
  );
  await stage.stopService();
  await stage.startService();
  await eventually("two pull requests", () => (pullsOf(github, repository).length === 2 ? true : undefined));
  await said("· demo");
  await said("· other");
  await said(`waits for #${issue} to be done`, later);
  const [first, second] = pullsOf(github, repository).toSorted((a, b) => a.head.branch.length - b.head.branch.length);
  if (first === undefined || second === undefined) throw new Error("there are not two pull requests");
  expect([first.head.branch, second.head.branch]).toEqual([
    `coppice/issue-${issue}-say-hello`,
    `coppice/issue-${issue}-say-hello-other`,
  ]);
  await said(`Competes with other's #${second.number}`, first.number);
  await said(`Competes with demo's #${first.number}`, second.number);

  await stage.stopService();
  await mira.merge(repository, second.number);
  await stage.startService();
  await said("Ended because other's pull request");
  await said(`other's pull request #${second.number}`, first.number);
  await eventually("the first one's is closed", () =>
    github.store(repository).issues.get(first.number)?.state === "closed" ? true : undefined,
  );
  await eventually("nothing of the issue is left", () =>
    labelsOf(github, repository, issue).toSorted().join() === "coppice,coppice:other" &&
    !worktreesOf(home).includes(`issue-${issue}-`)
      ? true
      : undefined,
  );
  expect(branchesOf(github, repository)).toContain(first.head.branch);
  expect(commentsOf(github, repository, issue)).toHaveLength(2);
  await said("Ready for review", later);
  expect(pullsOf(github, repository)).toHaveLength(3);
  expect([...github.violations]).toEqual([]);
});
