import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { execa } from "execa";
import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, git } from "./a-repository.ts";
import type { Bench } from "./a-repository.ts";

interface Work extends Bench {
  readonly path: string;
  /** Commits and takes in. */
  readonly work: (files: Readonly<Record<string, string>>) => Promise<string>;
}

const branch = "coppice/w1";

async function aWorkspace(): Promise<Work> {
  const bench = await aRepository();
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const takeIn = async (sha: string) => {
    const taken = await bench.store.takeIn("w1", sha, base.sha, usualLimits);
    expect(taken.is).toBe("taken");
    return sha;
  };
  return { ...bench, path, work: (files) => takeIn(commit(path, "Work", files)) };
}

test("a commit that was taken in is pushed to its branch, and to nothing else", async () => {
  const { store, work, upstream, path } = await aWorkspace();
  git(path, "tag", "v9");
  const sha = await work({ "a.txt": "a\n" });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "pushed" });
  expect(git(upstream, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/coppice", "refs/tags")).toBe(
    `refs/heads/${branch} ${sha}`,
  );
  expect(await store.remoteTip(branch)).toBe(sha);
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "up-to-date" });
});

test("later commits follow without any force", async () => {
  const { store, work } = await aWorkspace();
  await store.push("w1", { sha: await work({ "a.txt": "a\n" }), branch });
  const sha = await work({ "b.txt": "b\n" });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "pushed" });
  expect(await store.remoteTip(branch)).toBe(sha);
});

test("what was not taken in is not pushed", async () => {
  const { store, path, work } = await aWorkspace();
  await work({ "a.txt": "a\n" });
  const sha = commit(path, "Later", { "b.txt": "b\n" });
  await expect(store.push("w1", { sha, branch })).rejects.toThrow(/was not taken in/);
  expect(await store.remoteTip(branch)).toBeUndefined();
});

test("somebody else's commits on the branch are never pushed over", async () => {
  const { store, work, clone } = await aWorkspace();
  const ours = await work({ "a.txt": "a\n" });
  await store.push("w1", { sha: ours, branch });
  git(clone, "fetch", "--quiet", "origin", branch);
  git(clone, "checkout", "--quiet", "-b", "x", "FETCH_HEAD");
  const theirs = commit(clone, "Theirs", { "c.txt": "c\n" });
  git(clone, "push", "--quiet", "origin", `HEAD:${branch}`);

  const sha = await work({ "b.txt": "b\n" });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "moved", tip: theirs });
  expect(await store.push("w1", { sha, branch, expectedOld: ours })).toEqual({ is: "moved", tip: theirs });
  expect(await store.remoteTip(branch)).toBe(theirs);
});

test("a rewritten history replaces the old one only where that is expected to stand", async () => {
  const { store, work, path } = await aWorkspace();
  const old = await work({ "a.txt": "a\n" });
  await store.push("w1", { sha: old, branch });
  git(path, "reset", "--quiet", "--hard", "origin/main");
  const sha = await work({ "b.txt": "b\n" });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "moved", tip: old });
  expect(await store.push("w1", { sha, branch, expectedOld: old })).toEqual({ is: "pushed" });
  expect(await store.push("w1", { sha, branch, expectedOld: old })).toEqual({ is: "up-to-date" });
});

test("of two pushes at once to one branch, one is told that it moved", async () => {
  const { store, work } = await aWorkspace();
  const base = await baseOf(store);
  const other = await store.createWorkspace("w2", base);
  const one = await work({ "a.txt": "a\n" });
  const two = commit(other.path, "Other", { "b.txt": "b\n" });
  await store.takeIn("w2", two, base.sha, usualLimits);
  const results = await Promise.all([store.push("w1", { sha: one, branch }), store.push("w2", { sha: two, branch })]);
  const kinds = results.map((result) => result.is).toSorted();
  // git at GitHub's side may also say that it could not lock the ref.
  expect([
    ["moved", "pushed"],
    ["pushed", "refused"],
  ]).toContainEqual(kinds);
  expect([one, two]).toContain(await store.remoteTip(branch));
});

test("a branch that was deleted at GitHub is absent, and made again by a push", async () => {
  const { store, work, upstream } = await aWorkspace();
  const sha = await work({ "a.txt": "a\n" });
  await store.push("w1", { sha, branch });
  git(upstream, "update-ref", "-d", `refs/heads/${branch}`);
  expect(await store.remoteTip(branch)).toBeUndefined();
  expect(await store.push("w1", { sha, branch, expectedOld: sha })).toMatchObject({ is: "moved", tip: undefined });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "pushed" });
});

test("a refusal by a rule is told in GitHub's own words", async () => {
  const { store, work, upstream } = await aWorkspace();
  const script = ["#!/bin/sh", "echo 'GH013: Repository rule violations found' >&2", "exit 1", ""];
  writeFileSync(join(upstream, "hooks", "update"), script.join("\n"), { mode: 0o755 });
  const pushed = await store.push("w1", { sha: await work({ "a.txt": "a\n" }), branch });
  expect(pushed).toEqual({
    is: "refused",
    words: expect.stringMatching(/GH013: Repository rule violations found.*hook declined/),
  });
});

test("GitHub's refusal of workflow files is told apart", async () => {
  const { store, work, upstream } = await aWorkspace();
  const reason =
    "refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without `workflows` permission";
  refuseWith(upstream, reason);
  const pushed = await store.push("w1", { sha: await work({ "a.txt": "a\n" }), branch });
  expect(pushed).toEqual({ is: "workflows-refused", words: expect.stringContaining(".github/workflows/x.yml") });
});

/** As GitHub does it: the reason stands in the ref's own line, which of git's hooks only proc-receive (see githooks(5)) can decide. */
function refuseWith(upstream: string, reason: string): void {
  const lines = [
    `#!${process.execPath}`,
    "const say = (...lines) => lines.forEach((line) => process.stdout.write((line.length + 4).toString(16).padStart(4, '0') + line));",
    "const flush = () => process.stdout.write('0000');",
    "let heard = '', greeted = false;",
    "process.stdin.on('data', (chunk) => {",
    "  heard += chunk;",
    "  if (!greeted && heard.includes('version=1')) { greeted = true; say('version=1\\0'); flush(); }",
    "  const ref = /refs\\/heads\\/[^\\n\\0]+/.exec(heard)?.[0].trim();",
    `  if (ref && heard.endsWith('0000')) { say('ng ' + ref.replace(/0000$/, '') + ' ' + ${JSON.stringify(reason)}); flush(); process.exit(); }`,
    "});",
    "",
  ];
  writeFileSync(join(upstream, "hooks", "proc-receive"), lines.join("\n"), { mode: 0o755 });
  git(upstream, "config", "receive.procReceiveRefs", "refs/heads");
}

const token = "ghs_ATokenThatMustNotShowAnywhere.0123456789-abcdefghij_x";

test("the token shows in no argument, environment or file while git uses it", async () => {
  const { store, work, server, root } = await aWorkspace();
  const sha = await work({ "a.txt": "a\n" });
  server.token = token;
  const seen: string[] = [];
  let looked = 0;
  server.onRequest = async () => {
    looked += 1;
    seen.push(...processesShowing(token), ...filesShowing(root, token));
  };
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "pushed" });
  expect(await store.fetchBase("main")).toMatchObject({ is: "fetched" });
  expect(await store.remoteTip(branch)).toBe(sha);
  expect(looked).toBeGreaterThan(3);
  expect(seen).toEqual([]);
  expect(filesShowing(root, token)).toEqual([]);
});

test("the search for the token would find it", async () => {
  const { root } = await aRepository();
  writeFileSync(join(root, "leak"), `x ${token}`);
  expect(filesShowing(root, token)).toEqual([join(root, "leak")]);
  const child = execa("sleep", ["60"], { env: { LEAK: token }, reject: false });
  expect(processesShowing(token)).toHaveLength(1);
  child.kill("SIGKILL");
  await child;
});

test("a refused token shows in no error, even if the server repeats it", async () => {
  const { store, server } = await aRepository({ token: async () => token });
  server.token = "another";
  const refused = await store.fetchBase("main").catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "GIT_AUTH" });
  server.broken = { status: 403, body: `what is ${token}?` };
  const repeated = await store.fetchBase("main").catch((error: unknown) => error);
  expect(repeated).toMatchObject({ code: "GIT_AUTH" });
  expect(inspect([refused, repeated], { depth: 9 })).not.toContain("ghs_");
});

function processesShowing(secret: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .flatMap((pid) => ["cmdline", "environ"].map((file) => `/proc/${pid}/${file}`))
    .filter((file) => readIfThere(file).includes(secret));
}

function filesShowing(folder: string, secret: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).filter((file) => readIfThere(file).includes(secret));
}

/** Processes and lock files come and go while we look. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return "";
    throw error;
  }
}
