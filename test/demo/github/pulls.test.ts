import { expect, it } from "vitest";
import { type Bench, openBench } from "./bench.ts";

const name = "alice/garden";
const garden = { owner: "alice", repo: "garden" };

async function withBranch(bench: Bench, branch = "topic"): Promise<string> {
  return bench.github.as("bob").push(name, branch, { "weeds.txt": "none\n" }, "Weed the garden");
}

it("the App opens a draft, and everybody sees its commits, files and diff", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const sha = await withBranch(bench);
  const text = { title: "Weed", body: "Closes #1", head: "topic", base: "main" };
  const { data: pull } = await octokit.pulls.create({ ...garden, ...text, draft: true });
  expect(pull).toMatchObject({
    number: 1,
    draft: true,
    head: { sha, ref: "topic", label: "alice:topic", repo: { full_name: name } },
    mergeable: true,
    commits: 1,
    additions: 1,
    changed_files: 1,
    user: { login: "coppice[bot]" },
  });
  const pull_number = pull.number;
  const { data: files } = await octokit.pulls.listFiles({ ...garden, pull_number });
  expect(files).toMatchObject([{ filename: "weeds.txt", status: "added", patch: "@@ -0,0 +1 @@\n+none" }]);
  const { data: commits } = await octokit.pulls.listCommits({ ...garden, pull_number });
  expect(commits).toMatchObject([{ sha, commit: { message: "Weed the garden" }, author: { login: "bob" } }]);
  const diff = await octokit.pulls.get({ ...garden, pull_number, mediaType: { format: "diff" } });
  expect(diff.data).toEqual(expect.stringMatching(/^diff --git a\/weeds.txt b\/weeds.txt/));
  const found = await octokit.pulls.list({ ...garden, head: "alice:topic", state: "all" });
  expect(found.data.map(({ number }) => number)).toEqual([1]);
  expect((await octokit.pulls.list({ ...garden, head: "alice:other" })).data).toEqual([]);
  await github.settled();
  expect(bench.names()).toContain("pull_request.opened");
  expect(github.violations).toEqual([]);
});

it("a pull request is refused as GitHub refuses it", async () => {
  await using bench = await openBench();
  const { github } = bench;
  await withBranch(bench);
  await github.addRepository("alice/cellar", { isPrivate: true, allowsDrafts: false });
  const octokit = bench.installation(github.install("alice").id);
  const create = (more: object) =>
    octokit.pulls.create({ ...garden, title: "Weed", head: "topic", base: "main", ...more });
  await expect(create({ base: "moon" })).rejects.toMatchObject({ status: 422, message: /"field":"base"/ });
  await expect(create({ head: "moon" })).rejects.toMatchObject({ status: 422, message: /"field":"head"/ });
  await expect(create({ head: "main" })).rejects.toThrow(/No commits between main and main/);
  await create({});
  await expect(create({})).rejects.toThrow(/A pull request already exists for alice:topic\./);
  await github.as("alice").push("alice/cellar", "topic", { "a.txt": "a" });
  await expect(create({ repo: "cellar", draft: true })).rejects.toThrow(/Draft pull requests are not supported/);
  const mallory = bench.person("mallory").pulls.create({ ...garden, title: "Mine", head: "topic", base: "main" });
  await expect(mallory).rejects.toMatchObject({ status: 403 });
  expect(github.violations).toEqual([]);
});

it("a merge closes the issue that the pull request names, and pushes to the base", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const issue_number = await github.as("bob").openIssue(name, { title: "Weeds" });
  await withBranch(bench);
  const pull = await github.as("bob").openPull(name, {
    title: "Weed",
    body: `Closes #${issue_number}`,
    head: "topic",
    base: "main",
  });
  const sha = await github.as("alice").merge(name, pull);
  await github.as("alice").deleteBranch(name, "topic");
  await github.settled();
  expect((await octokit.issues.get({ ...garden, issue_number })).data).toMatchObject({ state: "closed" });
  const { data } = await octokit.pulls.get({ ...garden, pull_number: pull });
  expect(data).toMatchObject({ merged: true, state: "closed", merged_by: { login: "alice" }, merge_commit_sha: sha });
  expect((await octokit.pulls.checkIfMerged({ ...garden, pull_number: pull })).status).toBe(204);
  expect((await octokit.pulls.listFiles({ ...garden, pull_number: pull })).data).toHaveLength(1);
  expect(bench.names()).toEqual(expect.arrayContaining(["pull_request.closed", "issues.closed", "push", "delete"]));
  const closed = bench.received.find(({ event, action }) => event === "pull_request" && action === "closed");
  expect(closed?.payload).toMatchObject({ pull_request: { merged: true, merge_commit_sha: sha } });
  expect(github.violations).toEqual([]);
});

it("squashing leaves one commit; conflicts, drafts and stale heads do not merge", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const alice = github.as("alice");
  await alice.push(name, "one", { "README.md": "One\n" });
  await alice.push(name, "two", { "README.md": "Two\n" });
  const one = await alice.openPull(name, { title: "One", head: "one", base: "main" });
  const two = await alice.openPull(name, { title: "Two", head: "two", base: "main", draft: true });
  const merge = (pull_number: number, more: object = {}) => octokit.pulls.merge({ ...garden, pull_number, ...more });
  await expect(merge(two)).rejects.toMatchObject({ status: 405, message: /still a draft/ });
  await expect(merge(one, { sha: "0".repeat(40) })).rejects.toMatchObject({ status: 409 });
  await expect(github.as("rita").merge(name, one)).rejects.toThrow(/403/);
  const { data } = await merge(one, { merge_method: "squash" });
  const { data: tip } = await octokit.pulls.list({ ...garden, state: "closed" });
  expect(tip[0]?.merge_commit_sha).toBe(data.sha);
  expect((await octokit.pulls.get({ ...garden, pull_number: two })).data).toMatchObject({
    mergeable: false,
    mergeable_state: "dirty",
  });
  await expect(alice.merge(name, two)).rejects.toThrow(/405/);
  expect(github.violations).toEqual([]);
});

it("pushes move an open pull request, and a deleted branch closes it", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const before = await withBranch(bench);
  const pull_number = await github.as("bob").openPull(name, { title: "Weed", head: "topic", base: "main" });
  const after = await github.as("alice").push(name, "topic", { "more.txt": "more\n" });
  await github.settled();
  const moved = bench.received.find(({ action }) => action === "synchronize");
  expect(moved?.payload).toMatchObject({ before, after, number: pull_number, sender: { login: "alice" } });
  expect((await octokit.pulls.get({ ...garden, pull_number })).data).toMatchObject({
    head: { sha: after },
    commits: 2,
  });
  await github.as("bob").deleteBranch(name, "topic");
  expect((await octokit.pulls.get({ ...garden, pull_number })).data).toMatchObject({ state: "closed", merged: false });
  await expect(github.as("bob").reopenPull(name, pull_number)).rejects.toThrow(/has been deleted/);
  expect(github.violations).toEqual([]);
});

it("commits that reach the base by a push count as merged", async () => {
  await using bench = await openBench();
  const { github } = bench;
  await withBranch(bench);
  const pull_number = await github.as("bob").openPull(name, { title: "Weed", head: "topic", base: "main" });
  const octokit = bench.installation(github.install("alice").id);
  const { data } = await octokit.pulls.get({ ...garden, pull_number });
  await bench.person("bob").git.updateRef({ ...garden, ref: "heads/main", sha: data.head.sha });
  expect((await octokit.pulls.get({ ...garden, pull_number })).data.merged).toBe(true);
});

it("reviewers can be asked, but not the author and no strangers", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  await withBranch(bench);
  const pull_number = await github.as("bob").openPull(name, { title: "Weed", head: "topic", base: "main" });
  const ask = (...reviewers: string[]) => octokit.pulls.requestReviewers({ ...garden, pull_number, reviewers });
  await expect(ask("bob")).rejects.toMatchObject({ status: 422, message: /pull request author/ });
  await expect(ask("mallory")).rejects.toMatchObject({ status: 422, message: /not a collaborator/ });
  expect((await ask("alice", "rita")).data.requested_reviewers).toMatchObject([{ login: "alice" }, { login: "rita" }]);
  const reviewers = ["alice"];
  await octokit.pulls.removeRequestedReviewers({ ...garden, pull_number, reviewers });
  const { data } = await octokit.pulls.listRequestedReviewers({ ...garden, pull_number });
  expect(data.users).toMatchObject([{ login: "rita" }]);
  await github.settled();
  expect(bench.names().filter((each) => each.includes("review_request"))).toEqual([
    "pull_request.review_requested",
    "pull_request.review_requested",
    "pull_request.review_request_removed",
  ]);
  expect(github.violations).toEqual([]);
});

it("a stranger's fork can offer a pull request, even from a branch of our name", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  await github.addRepository("mallory/garden", { forkOf: name });
  await github.as("mallory").push("mallory/garden", "coppice/issue-1", { "evil.txt": "evil\n" });
  const pull_number = await github.as("mallory").openPull(name, {
    title: "Mine",
    head: "mallory:coppice/issue-1",
    base: "main",
  });
  await github.as("mallory").push("mallory/garden", "coppice/issue-1", { "worse.txt": "worse\n" });
  const { data } = await octokit.pulls.get({ ...garden, pull_number });
  expect(data).toMatchObject({
    commits: 2,
    head: { label: "mallory:coppice/issue-1", repo: { full_name: "mallory/garden" } },
    author_association: "NONE",
  });
  expect((await octokit.pulls.list({ ...garden, head: "alice:coppice/issue-1" })).data).toEqual([]);
  await github.as("alice").merge(name, pull_number);
  await github.settled();
  expect(github.violations).toEqual([]);
});

it("whether it can be merged may be known only at the second question", async () => {
  await using bench = await openBench({ findsMergeabilityLate: true });
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  await withBranch(bench);
  const pull_number = await github.as("bob").openPull(name, { title: "Weed", head: "topic", base: "main" });
  const look = async (): Promise<unknown> => (await octokit.pulls.get({ ...garden, pull_number })).data.mergeable;
  expect([await look(), await look()]).toEqual([null, true]);
  await github.as("bob").push(name, "topic", { "more.txt": "more\n" });
  expect([await look(), await look()]).toEqual([null, true]);
  expect(github.violations).toEqual([]);
});
