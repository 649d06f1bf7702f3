import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, git, write } from "./a-repository.ts";
import type { Bench } from "./a-repository.ts";

const branch = "coppice/w1";

interface Reviewed extends Bench {
  readonly path: string;
  readonly base: string;
  readonly pushed: string;
  /** A person's commit on top of the pushed branch. */
  readonly personCommits: (files: Readonly<Record<string, string>>) => string;
}

async function aPushedWorkspace(): Promise<Reviewed> {
  const bench = await aRepository();
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const pushed = commit(path, "Work", { "a.txt": "a\n" });
  await bench.store.takeIn("w1", pushed, base.sha, usualLimits);
  await bench.store.push("w1", { sha: pushed, branch });
  git(bench.clone, "fetch", "--quiet", "origin", branch);
  git(bench.clone, "checkout", "--quiet", "-B", "review", "FETCH_HEAD");
  const personCommits = (files: Readonly<Record<string, string>>) => {
    const sha = commit(bench.clone, "Review", files);
    git(bench.clone, "push", "--quiet", "origin", `HEAD:${branch}`);
    return sha;
  };
  return { ...bench, path, base: base.sha, pushed, personCommits };
}

test("people's commits on the branch come into the workspace, and go out again with the agent's", async () => {
  const { store, path, base, pushed, personCommits } = await aPushedWorkspace();
  expect(await store.bringIn("w1", branch)).toEqual({ is: "up-to-date", tip: pushed });
  const theirs = personCommits({ "b.txt": "b\n", ".github/workflows/ci.yml": "on: push\n" });
  expect(await store.bringIn("w1", branch)).toEqual({ is: "brought-in", head: theirs });
  const sha = commit(path, "More", { "c.txt": "c\n" });
  expect(await store.takeIn("w1", sha, base, usualLimits)).toMatchObject({
    is: "taken",
    files: 4,
    commits: [{ subject: "More" }],
  });
  expect(await store.push("w1", { sha, branch })).toEqual({ is: "pushed" });
});

test("the agent's own new commits are put on top of people's", async () => {
  const { store, path, personCommits } = await aPushedWorkspace();
  commit(path, "Mine", { "mine.txt": "m\n" });
  const theirs = personCommits({ "b.txt": "b\n" });
  expect(await store.bringIn("w1", branch)).toMatchObject({ is: "brought-in" });
  expect(git(path, "log", "--format=%s %an", `${theirs}..`)).toBe("Mine Pat");
  expect(git(path, "symbolic-ref", "--short", "HEAD")).toBe(branch);
});

test("a conflict leaves the workspace as it was", async () => {
  const { store, path, personCommits } = await aPushedWorkspace();
  const mine = commit(path, "Mine", { "a.txt": "mine\n" });
  personCommits({ "a.txt": "theirs\n" });
  expect(await store.bringIn("w1", branch)).toMatchObject({ is: "conflict", words: expect.stringContaining("a.txt") });
  expect(await store.lookWorkspace("w1")).toMatchObject({
    head: mine,
    branch,
    midOperation: undefined,
    uncommitted: 0,
  });
});

test("uncommitted changes and operations under way are not disturbed", async () => {
  const { store, path, pushed, personCommits } = await aPushedWorkspace();
  commit(path, "Mine", { "mine.txt": "m\n" });
  personCommits({ "b.txt": "b\n" });
  write(path, { "mine.txt": "uncommitted\n" });
  expect(await store.bringIn("w1", branch)).toMatchObject({ is: "busy" });
  git(path, "stash");
  git(path, "bisect", "start");
  expect(await store.bringIn("w1", branch)).toEqual({ is: "busy", words: "a bisect is under way" });
  expect(git(path, "merge-base", "HEAD", pushed)).toBe(pushed);
});

test("a branch that is gone is told", async () => {
  const { store } = await aPushedWorkspace();
  expect(await store.bringIn("w1", "nope")).toMatchObject({ is: "unknown-branch" });
});
