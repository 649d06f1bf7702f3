import { expect, test } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { aRepository, baseOf, commit, git, write } from "./a-repository.ts";
import type { Bench } from "./a-repository.ts";

const branch = "coppice/w1";

interface Delivered extends Bench {
  readonly path: string;
  readonly base: string;
  readonly pushed: string;
  /** A commit on the base branch at GitHub. */
  readonly baseMoves: (files: Readonly<Record<string, string>>) => string;
}

async function aDeliveredWorkspace(): Promise<Delivered> {
  const bench = await aRepository();
  const base = await baseOf(bench.store);
  const { path } = await bench.store.createWorkspace("w1", base);
  const pushed = commit(path, "Work", { "a.txt": "a\n" });
  await bench.store.takeIn("w1", pushed, base.sha, usualLimits);
  await bench.store.push("w1", { sha: pushed, branch });
  const baseMoves = (files: Readonly<Record<string, string>>) => {
    const sha = commit(bench.clone, "Elsewhere", files);
    git(bench.clone, "push", "--quiet", "origin", "HEAD:main");
    return sha;
  };
  return { ...bench, path, base: base.sha, pushed, baseMoves };
}

test("a base that moved is merged, and the work is measured against it from then on", async () => {
  const { store, path, pushed, base, baseMoves } = await aDeliveredWorkspace();
  expect(await store.mergeBase("w1", "main")).toEqual({ is: "up-to-date" });
  const moved = baseMoves({ "b.txt": "b\n", ".github/workflows/ci.yml": "on: push\n" });
  const merged = await store.mergeBase("w1", "main");
  expect(merged).toMatchObject({ is: "merged" });
  expect(git(path, "log", "-1", "--format=%P %s %an")).toBe(`${pushed} ${moved} Merge branch 'main' Agent`);
  expect(await store.lookWorkspace("w1")).toMatchObject({ baseSha: moved, changedFiles: 1, uncommitted: 0 });
  const head = git(path, "rev-parse", "HEAD");
  // What others did on the base is neither checked nor flagged again.
  expect(await store.takeIn("w1", head, moved, usualLimits)).toMatchObject({ is: "taken", files: 1, flags: [] });
  expect(await store.push("w1", { sha: head, branch, expectedOld: pushed })).toEqual({ is: "pushed" });
  expect(base).not.toBe(moved);
});

test("one that conflicts leaves the workspace as it was, with the base in the agent's sight", async () => {
  const { store, path, pushed, baseMoves } = await aDeliveredWorkspace();
  const moved = baseMoves({ "a.txt": "another\n" });
  expect(await store.mergeBase("w1", "main")).toMatchObject({
    is: "conflict",
    words: expect.stringContaining("a.txt"),
  });
  expect(git(path, "rev-parse", "HEAD", "refs/remotes/origin/main")).toBe(`${pushed}\n${moved}`);
  expect(git(path, "status", "--porcelain")).toBe("");
  expect(await store.lookWorkspace("w1")).toMatchObject({ midOperation: undefined, commitsAhead: 1, changedFiles: 1 });
});

test("uncommitted work and operations under way are not disturbed", async () => {
  const { store, path, baseMoves } = await aDeliveredWorkspace();
  baseMoves({ "a.txt": "another\n" });
  write(path, { "a.txt": "not yet\n" });
  expect(await store.mergeBase("w1", "main")).toMatchObject({ is: "busy" });
  expect(git(path, "diff", "--", "a.txt")).toContain("+not yet");
  git(path, "bisect", "start");
  expect(await store.mergeBase("w1", "main")).toEqual({ is: "busy", words: "a bisect is under way" });
});

test("a base branch that is gone is no reason to fail", async () => {
  const { store } = await aDeliveredWorkspace();
  expect(await store.mergeBase("w1", "gone")).toMatchObject({ is: "unknown-branch" });
});
