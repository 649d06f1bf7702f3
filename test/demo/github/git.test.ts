import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { type Bench, openBench } from "./bench.ts";

const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Agent",
  GIT_AUTHOR_EMAIL: "agent@example.org",
  GIT_COMMITTER_NAME: "Agent",
  GIT_COMMITTER_EMAIL: "agent@example.org",
};

interface Outcome {
  readonly failed: boolean;
  readonly said: string;
}

async function git(folder: string, ...args: readonly string[]): Promise<Outcome> {
  const options = { cwd: folder, env: environment, extendEnv: false, reject: false, all: true } as const;
  const { failed, all } = await execa("git", args, options);
  return { failed, said: all };
}

const urlWith = (bench: Bench, token: string, name = "alice/garden"): string =>
  `http://x-access-token:${token}@${bench.github.host}/${name}.git`;

async function tokenOf(bench: Bench, installation_id: number, permissions?: Record<string, string>): Promise<string> {
  const wish = permissions === undefined ? {} : { permissions };
  const { data } = await bench.app().apps.createInstallationAccessToken({ installation_id, ...wish });
  return data.token;
}

/** A clone with one new commit on `topic`. */
async function cloneWith(bench: Bench, token: string, files: Record<string, string>): Promise<string> {
  const folder = join(bench.folder, "clone");
  const cloned = await git(bench.folder, "clone", "--quiet", urlWith(bench, token), folder);
  expect(cloned).toMatchObject({ failed: false });
  await git(folder, "checkout", "-q", "-b", "topic");
  for (const [path, text] of Object.entries(files)) await writeAndAdd(folder, path, text);
  await git(folder, "commit", "-q", "-m", "Weed the garden");
  return folder;
}

async function writeAndAdd(folder: string, path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), text);
  await git(folder, "add", path);
}

it("the App clones and pushes with its token; webhooks tell of the branch and its commits", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { id } = github.install("alice");
  const folder = await cloneWith(bench, await tokenOf(bench, id), { "weeds.txt": "none\n" });
  expect(await git(folder, "push", "origin", "topic")).toMatchObject({ failed: false });
  await github.settled();
  expect(bench.names()).toEqual(["installation.created", "create", "push", "check_suite.requested"]);
  expect(bench.received.find(({ event }) => event === "push")?.payload).toMatchObject({
    ref: "refs/heads/topic",
    created: true,
    forced: false,
    commits: [{ message: "Weed the garden", added: ["weeds.txt"], author: { name: "Agent" } }],
    sender: { login: "coppice[bot]" },
  });
  await git(folder, "commit", "-q", "--amend", "-m", "Weed it all");
  expect(await git(folder, "push", "origin", "topic")).toMatchObject({ failed: true, said: /rejected/ });
  expect(await git(folder, "push", "--force", "origin", "topic")).toMatchObject({ failed: false });
  expect(await git(folder, "push", "origin", ":topic")).toMatchObject({ failed: false });
  await github.settled();
  const pushes = bench.received.filter(({ event }) => event === "push").map(({ payload }) => payload["forced"]);
  expect(pushes).toEqual([false, true, false]);
  expect(bench.names().slice(-2)).toEqual(["delete", "push"]);
  expect(github.violations).toEqual([]);
  expect(github.requests.filter(({ operation }) => operation === "git").length).toBeGreaterThan(4);
});

it("pushing needs write access to the contents", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { id } = github.install("alice");
  const folder = await cloneWith(bench, await tokenOf(bench, id, { contents: "read" }), { "a.txt": "a\n" });
  const push = (token: string) => git(folder, "push", urlWith(bench, token), "topic");
  expect(await git(folder, "push", "origin", "topic")).toMatchObject({ failed: true, said: /not granted/ });
  expect(await push(github.tokenOf("mallory"))).toMatchObject({ failed: true, said: /denied to mallory/ });
  expect(await push("ghs_nonsense")).toMatchObject({ failed: true, said: /Authentication failed/ });
  expect(await git(folder, "push", `${github.url}/alice/garden.git`, "topic")).toMatchObject({ failed: true });
  expect(await push(github.tokenOf("bob"))).toMatchObject({ failed: false });
});

it("what is private needs a token that reaches it", async () => {
  await using bench = await openBench();
  const { github } = bench;
  await github.addRepository("alice/cellar", { isPrivate: true });
  const { id } = github.install("alice", { repositories: ["garden"] });
  const list = (url: string) => git(bench.folder, "ls-remote", url);
  expect(await list(`${github.url}/alice/garden.git`)).toMatchObject({ failed: false, said: /refs\/heads\/main/ });
  expect(await list(`${github.url}/alice/cellar.git`)).toMatchObject({ failed: true });
  expect(await list(urlWith(bench, await tokenOf(bench, id), "alice/cellar"))).toMatchObject({
    failed: true,
    said: /not found/,
  });
  expect(await list(urlWith(bench, github.tokenOf("alice"), "alice/cellar"))).toMatchObject({ failed: false });
});

it("workflows and protected branches are refused in GitHub's words", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { id } = github.install("alice");
  const token = await tokenOf(bench, id);
  const folder = await cloneWith(bench, token, { ".github/workflows/ci.yml": "on: push\n" });
  expect(await git(folder, "push", "origin", "topic")).toMatchObject({
    failed: true,
    said: /\[remote rejected\] topic -> topic \(refusing to allow a GitHub App to create or update workflow `\.github\/workflows\/ci\.yml` without `workflows` permission\)/,
  });
  expect(await git(folder, "push", urlWith(bench, github.tokenOf("bob")), "topic")).toMatchObject({ failed: false });
  await git(folder, "checkout", "-q", "-b", "later", "origin/main");
  await writeAndAdd(folder, "b.txt", "b\n");
  await git(folder, "commit", "-q", "-m", "Plant");
  github.protect("alice/garden", { branch: "main", refusesPushes: true });
  const push = await git(folder, "push", "--porcelain", "origin", "later:main", "later");
  expect(push.said).toMatch(
    /refs\/heads\/later:refs\/heads\/main\s+\[remote rejected\] \(protected branch hook declined\)/,
  );
  expect(push.said).toMatch(/refs\/heads\/later:refs\/heads\/later\s+\[new branch\]/);
  await github.settled();
  const pushed = bench.received.filter(({ event }) => event === "push").map(({ payload }) => payload["ref"]);
  expect(pushed).toEqual(["refs/heads/topic", "refs/heads/later"]);
});
