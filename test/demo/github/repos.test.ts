import { expect, it } from "vitest";
import { z } from "zod";
import { openBench } from "./bench.ts";

const name = "alice/garden";
const garden = { owner: "alice", repo: "garden" };

it("says who may do what, in the old words and the new", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  github.settings(name).setRole("mia", "maintain");
  github.addUser("mallory");
  const roleOf = async (username: string): Promise<string> => {
    const { data } = await octokit.repos.getCollaboratorPermissionLevel({ ...garden, username });
    return `${data.permission}/${data.role_name}`;
  };
  expect(await Promise.all(["alice", "mia", "bob", "tom", "rita", "mallory"].map(roleOf))).toEqual([
    "admin/admin",
    "write/maintain",
    "write/write",
    "read/triage",
    "read/read",
    "read/read",
  ]);
  github.settings(name).makePrivate();
  expect(await roleOf("mallory")).toBe("none/none");
  await expect(roleOf("nobody-at-all")).rejects.toMatchObject({ status: 404 });
  const { data } = await octokit.repos.get(garden);
  expect(data).toMatchObject({ full_name: name, default_branch: "main", private: true });
  expect(github.violations).toEqual([]);
});

it("shows files and folders, at any branch", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  await github.as("bob").push(name, "feature/x", { ".github/coppice.yml": "label: coppice\n", "umlaut-ä.txt": "ä\n" });
  const read = async (path: string, ref?: string): Promise<unknown> => {
    const { data } = await octokit.repos.getContent({ ...garden, path, ...(ref !== undefined && { ref }) });
    return data;
  };
  expect(text(await read("README.md"))).toBe("# garden\n");
  expect(text(await read(".github/coppice.yml", "feature/x"))).toBe("label: coppice\n");
  expect(text(await read("umlaut-ä.txt", "feature/x"))).toBe("ä\n");
  expect(await read(".github", "feature/x")).toMatchObject([{ type: "file", path: ".github/coppice.yml" }]);
  await expect(read(".github/coppice.yml")).rejects.toMatchObject({ status: 404 });
  const raw = await octokit.repos.getContent({ ...garden, path: "README.md", mediaType: { format: "raw" } });
  expect(raw.data).toBe("# garden\n");
  const write = { message: "More", content: Buffer.from("two\n").toString("base64") };
  const bob = bench.person("bob");
  await expect(bob.repos.createOrUpdateFileContents({ ...garden, ...write, path: "README.md" })).rejects.toThrow(
    /does not match/,
  );
  const made = await bob.repos.createOrUpdateFileContents({
    ...garden,
    ...write,
    path: "new.txt",
    branch: "feature/x",
  });
  expect(made).toMatchObject({ status: 201, data: { content: { path: "new.txt" } } });
  expect(github.violations).toEqual([]);
});

it("knows branches, refs, commits and how they compare", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const bob = github.as("bob");
  const sha = await bob.push(name, "feature/x", { "a.txt": "a\n" }, "Add a");
  await bob.push(name, "main", { "b.txt": "b\n" }, "Add b");
  github.protect(name, { branch: "main", contexts: ["ci"] });

  expect((await octokit.repos.getBranch({ ...garden, branch: "feature/x" })).data).toMatchObject({
    name: "feature/x",
    commit: { sha, author: { login: "bob" } },
    protected: false,
  });
  expect((await octokit.repos.getBranch({ ...garden, branch: "main" })).data).toMatchObject({
    protected: true,
    protection: { required_status_checks: { contexts: ["ci"] } },
  });
  await expect(octokit.repos.getBranch({ ...garden, branch: "moon" })).rejects.toMatchObject({ status: 404 });
  const { data: branches } = await octokit.repos.listBranches(garden);
  expect(branches.map((branch) => branch.name)).toEqual(["feature/x", "main"]);

  expect((await octokit.git.getRef({ ...garden, ref: "heads/feature/x" })).data.object.sha).toBe(sha);
  await expect(octokit.git.getRef({ ...garden, ref: "heads/feature" })).rejects.toMatchObject({ status: 404 });
  expect((await octokit.git.listMatchingRefs({ ...garden, ref: "heads/fea" })).data).toHaveLength(1);
  await expect(octokit.git.updateRef({ ...garden, ref: "heads/main", sha })).rejects.toMatchObject({ status: 422 });
  await octokit.git.createRef({ ...garden, ref: "refs/heads/saved", sha });
  await octokit.git.deleteRef({ ...garden, ref: "heads/saved" });
  await expect(octokit.git.deleteRef({ ...garden, ref: "heads/saved" })).rejects.toMatchObject({ status: 422 });
  expect((await octokit.git.getCommit({ ...garden, commit_sha: sha })).data.message).toBe("Add a");

  const { data: compared } = await octokit.repos.compareCommitsWithBasehead({
    ...garden,
    basehead: "main...feature/x",
  });
  expect(compared).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1, files: [{ filename: "a.txt" }] });
  expect((await octokit.repos.getCommit({ ...garden, ref: sha })).data).toMatchObject({
    stats: { additions: 1 },
    files: [{ filename: "a.txt" }],
  });
  const { data: commits } = await octokit.repos.listCommits({ ...garden, sha: "feature/x" });
  expect(commits.map(({ commit }) => commit.message)).toEqual(["Add a", "Initial commit"]);
  const pull = await bob.openPull(name, { title: "A", head: "feature/x", base: "main" });
  const found = await octokit.repos.listPullRequestsAssociatedWithCommit({ ...garden, commit_sha: sha });
  expect(found.data.map(({ number }) => number)).toEqual([pull]);
  expect(github.violations).toEqual([]);
});

it("renames, archives, transfers and deletes, and tells the App", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const issue_number = await github.as("bob").openIssue(name, { title: "Weeds" });
  github.settings(name).rename("park");
  expect((await octokit.issues.get({ ...garden, issue_number })).data.repository_url).toMatch(/alice\/park$/);
  await octokit.reactions.createForIssue({ ...garden, issue_number, content: "eyes" });
  expect(github.requests.map(({ operation, status }) => `${operation} ${status}`).slice(-4)).toEqual([
    "issues/get 301",
    "issues/get 200",
    "reactions/create-for-issue 307",
    "reactions/create-for-issue 201",
  ]);
  const park = github.settings("alice/park");
  park.archive();
  const comment = octokit.issues.createComment({ owner: "alice", repo: "park", issue_number, body: "Hello" });
  await expect(comment).rejects.toMatchObject({ status: 403, message: /archived/ });
  park.unarchive();
  const orchard = await github.addRepository("alice/orchard");
  expect(park.transferIssue(issue_number, orchard)).toBe(1);
  const moved = await octokit.issues.get({ owner: "alice", repo: "park", issue_number });
  expect(moved.url).toMatch(new RegExp(`/repositories/${orchard.repository.id}/issues/1$`));
  expect(moved.data.repository_url).toMatch(/alice\/orchard$/);
  github.settings("alice/orchard").deleteIssue(1);
  const deleted = octokit.issues.get({ owner: "alice", repo: "orchard", issue_number: 1 });
  await expect(deleted).rejects.toMatchObject({ status: 410 });
  expect(await github.as("alice").openIssue("alice/orchard", { title: "Next" })).toBe(2);
  park.setRole("bob", undefined);
  park.remove();
  await github.settled();
  expect(bench.names()).toEqual([
    "installation.created",
    "issues.opened",
    "repository.renamed",
    "repository.archived",
    "repository.unarchived",
    "issues.transferred",
    "issues.deleted",
    "issues.opened",
    "member.removed",
    "repository.deleted",
  ]);
  expect(github.violations).toEqual([]);
});

it("tells what is left of the rate limit, and refuses who has used it up", async () => {
  await using bench = await openBench({ requestsPerHour: 3 });
  const bob = bench.person("bob");
  expect((await bob.rateLimit.get()).data.rate).toMatchObject({ limit: 3, used: 0, remaining: 3 });
  for (let count = 0; count < 3; count += 1) await bob.issues.listForRepo(garden);
  const more = bob.issues.listForRepo(garden);
  await expect(more).rejects.toMatchObject({ status: 403, response: { headers: { "x-ratelimit-remaining": "0" } } });
  expect(bench.github.violations).toEqual([]);
});

function text(data: unknown): string {
  const { content } = z.object({ content: z.string() }).parse(data);
  return Buffer.from(content, "base64").toString();
}
