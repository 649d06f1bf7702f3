import { afterEach, expect, test } from "vitest";
import {
  branchesOf,
  commentsOf,
  labelsOf,
  phasesIn,
  pullsOf,
  requestsOfApp,
  sessionsOf,
  worktreesOf,
} from "./sights.ts";
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
  const requests = requestsOfApp(github);
  console.log(`requests to GitHub from label to pull request, without edits of the comment: ${requests.length}`);
  expect(requests.length, requests.join("\n")).toBeLessThan(25);

  await github.as("mira").merge(repository, pull.number);
  await eventually("the end", () => commentsOf(github, repository, issue).find((text) => text.includes("Merged")));
  await eventually("an empty machine", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
  await eventually("no workspace", () => (worktreesOf(home).includes("issue-1") ? undefined : true));
  await eventually("no label of ours", () =>
    labelsOf(github, repository, issue).every((label) => label === "coppice") ? true : undefined,
  );
  expect(branchesOf(github, repository)).toEqual(["coppice/issue-1-say-hello-in-the-readme", "main"]);
  expect(pullsOf(github, repository)).toHaveLength(1);
  expect(commentsOf(github, repository, issue)).toHaveLength(1);
  expect(github.violations).toEqual([]);
});

test("six issues labelled at once share three slots, in the order of their labels", async () => {
  stage = await setStage({ settings: { MAX_SESSIONS: "3", MAX_OPEN_PULLS: "6" } });
  const { github, repository, tmuxSocket, home } = stage;
  await stage.startService();
  const issues: number[] = [];
  for (let at = 1; at <= 6; at += 1)
    issues.push(await github.as("mira").openIssue(repository, { title: `Plant bed ${at}` }));
  for (const issue of issues) await github.as("mira").label(repository, issue, "coppice");

  let most = 0;
  await eventually(
    "six pull requests",
    () => {
      const working = phasesIn(home).filter((phase) => !["asked", "queued", "in-review"].includes(phase));
      most = Math.max(most, working.length);
      return issues.every((issue) => labelsOf(github, repository, issue).includes("coppice:review")) ? true : undefined;
    },
    170_000,
  );
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(3);
  expect(pullsOf(github, repository)).toHaveLength(6);
  expect(branchesOf(github, repository)).toHaveLength(7);
  // As many sessions as may work stay open for people to look at.
  await eventually("three sessions", () => (sessionsOf(tmuxSocket).length === 3 ? true : undefined));
  for (const issue of issues) expect(commentsOf(github, repository, issue)).toHaveLength(1);
  expect(github.violations).toEqual([]);
}, 180_000);

test("a restart in the middle takes the same session up again", async () => {
  stage = await setStage();
  const { github, repository, tmuxSocket } = stage;
  await stage.startService();
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
  await github.as("mira").label(repository, issue, "coppice");
  const session = await eventually("a session", () => sessionsOf(tmuxSocket)[0]);
  await stage.stopService();
  expect(sessionsOf(tmuxSocket)).toEqual([session]);
  await stage.startService();
  await eventually("a pull request", () => pullsOf(github, repository)[0]);
  await eventually("the comment", () =>
    commentsOf(github, repository, issue).find((text) => text.includes("Ready for review")),
  );
  expect(sessionsOf(tmuxSocket)).toEqual([session]);
  expect(commentsOf(github, repository, issue)).toHaveLength(1);
  expect(pullsOf(github, repository)).toHaveLength(1);
});

test("a label that came while the service was down is found by the sweep", async () => {
  stage = await setStage();
  const { github, repository } = stage;
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
  await github.as("mira").label(repository, issue, "coppice");
  await github.settled();
  await stage.startService();
  await eventually("a pull request", () => pullsOf(github, repository)[0]);
  expect(github.violations).toEqual([]);
});

test("a label by somebody without write access starts nothing and gets no answer", async () => {
  stage = await setStage();
  const { github, repository } = stage;
  await stage.startService();
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
  github.store(repository).roles.set(github.as("jonas").user.id, "triage");
  await github.as("jonas").label(repository, issue, "coppice");
  await github.settled();
  await eventually("the look at who it was", () =>
    github.requests.find(({ path }) => path.endsWith("/collaborators/jonas/permission")),
  );
  await stage.stopService();
  expect(commentsOf(github, repository, issue)).toEqual([]);
  expect([...github.store(repository).reactions.values()]).toEqual([]);
  expect(pullsOf(github, repository)).toEqual([]);
});

test("an unknown base is answered, not guessed", async () => {
  stage = await setStage();
  const { github, repository } = stage;
  await stage.startService();
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello", body: "Base: nowhere\n\nPlease." });
  await github.as("mira").label(repository, issue, "coppice");
  const comment = await eventually("the answer", () =>
    commentsOf(github, repository, issue).find((text) => text.includes("Unknown base branch")),
  );
  expect(comment).toContain("`nowhere`");
  expect(comment).toContain("`main`");
});

test("a label that is taken off while set-up commands run ends them, and leaves nothing", async () => {
  stage = await setStage({ files: { ".github/coppice.yml": "setup:\n  - sleep 300\n" } });
  const { github, repository, tmuxSocket, home } = stage;
  await stage.startService();
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
  await github.as("mira").label(repository, issue, "coppice");
  await eventually("the set-up's session", () => sessionsOf(tmuxSocket)[0]);
  await github.as("mira").unlabel(repository, issue, "coppice");
  await eventually("the end", () => commentsOf(github, repository, issue).find((text) => text.includes("Stopped")));
  await eventually("no session", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
  await eventually("no workspace", () => (worktreesOf(home).includes("issue-1") ? undefined : true));
});

test("set-up commands that fail end the task in words", async () => {
  stage = await setStage({ files: { ".github/coppice.yml": "setup:\n  - echo nothing here && exit 7\n" } });
  const { github, repository } = stage;
  await stage.startService();
  const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
  await github.as("mira").label(repository, issue, "coppice");
  const comment = await eventually("the end", () =>
    commentsOf(github, repository, issue).find((text) => text.includes("The set-up failed")),
  );
  expect(comment).toContain("exit 7");
});

test("a broken settings file is said on the issue, and the last good one stays in force", async () => {
  const good = "draft: true\n";
  stage = await setStage({ files: { ".github/coppice.yml": good } });
  const { github, repository } = stage;
  await stage.startService();
  const first = await github.as("mira").openIssue(repository, { title: "Say hello" });
  await github.as("mira").label(repository, first, "coppice");
  await eventually("a draft", () => pullsOf(github, repository).find(({ isDraft }) => isDraft));
  await github.as("mira").push(repository, "main", { ".github/coppice.yml": "drafft: true\n" });
  await github.settled();
  const second = await github.as("mira").openIssue(repository, { title: "Say goodbye" });
  await github.as("mira").label(repository, second, "coppice");
  await eventually("the mistake", () => commentsOf(github, repository, second).find((text) => text.includes("drafft")));
  await eventually("another draft", () =>
    pullsOf(github, repository).filter(({ isDraft }) => isDraft).length === 2 ? true : undefined,
  );
  expect(github.violations).toEqual([]);
});
