import { expect, it } from "vitest";
import type { PullRef, Task } from "../../src/core/task.ts";
import { tipOf } from "../../src/demo/github/world/history.ts";
import type { Permissions } from "../../src/demo/github/world/model.ts";
import { type Bench, labelledTask, startBench } from "./bench.ts";

const garden = "alice/garden";
const branch = "coppice/issue-1-water-it";

interface Open {
  readonly task: Task;
  readonly pull: PullRef;
  readonly sha: string;
}

/** A task whose pull request is open, with one commit on its branch. */
async function openPull(bench: Bench, policy: Partial<Task["policy"]> = {}): Promise<Open> {
  const { github } = bench;
  const labelled = await labelledTask(bench);
  const sha = await github.as("bob").push(garden, branch, { "a.txt": "a\n" });
  const number = await github.as("bob").openPull(garden, { title: "Water it", head: branch, base: "main" });
  const pull = { number, url: "" };
  const task: Task = {
    ...labelled,
    policy: { ...labelled.policy, ...policy },
    base: { branch: "main", named: false, sha: undefined },
    pull,
    delivered: { sha },
    phase: { at: "in-review", sinceMs: 0 },
  };
  await github.settled();
  return { task, pull, sha };
}

/** A token keeps the permissions that it was made with. */
function permit({ github, app }: Bench, permissions: Permissions): void {
  for (const { id } of github.world.installations.values()) {
    github.setPermissions(id, permissions);
    app.octokits.forget(id);
  }
}

function askedSince({ github }: Bench, before: number): string[] {
  return github.requests.slice(before).map(({ operation, status }) => `${operation} ${status}`);
}

it("what others check on our commit is read, and what failed comes with whether the base requires it", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  github.protect(garden, { branch: "main", contexts: ["test"] });
  const { task, pull, sha } = await openPull(bench);
  expect(await forge.readChecks(task, pull)).toEqual({ sha, running: 0, endedAtMs: 0, failures: [] });

  const ci = await github.ci(garden).start(branch, ["test", "lint", "docs"]);
  await forge.showCheck(task, undefined, 1, false);
  expect(await forge.readChecks(task, pull)).toMatchObject({ running: 3, endedAtMs: 0, failures: [] });
  ci.finish("lint", "failure");
  ci.finish("docs", "cancelled");
  expect(await forge.readChecks(task, pull)).toMatchObject({ running: 1, failures: [{ name: "lint" }] });

  ci.finish("test", "failure", "expected 1 to be 2\n");
  const before = github.requests.length;
  const { failures, running, endedAtMs } = await forge.readChecks(task, pull);
  expect(running).toBe(0);
  expect(Math.abs(endedAtMs - Date.now())).toBeLessThan(60_000);
  const job = ci.look().jobs[0] ?? 0;
  const key = "github-actions/test";
  const url = `${github.url}/${garden}/actions/runs/${ci.id}/job/${job}`;
  const test = { key, name: "test", job, attempt: job, summary: "", url, isRequired: true, isOnBase: false };
  expect(failures.toSorted((one, two) => one.name.localeCompare(two.name))).toMatchObject([
    { name: "lint", isRequired: false },
    test,
  ]);
  console.log(`requests to read checks of which some failed: ${github.requests.length - before}`);
  const again = github.requests.length;
  await forge.readChecks(task, pull);
  expect(askedSince(bench, again).toSorted()).toEqual([
    "checks/list-for-ref 304",
    "checks/list-for-ref 304",
    "repos/get-branch 304",
    "repos/get-branch-rules 304",
    "repos/get-combined-status-for-ref 304",
    "repos/get-combined-status-for-ref 304",
  ]);
});

it("a failure that the base shows, too, is told from ours; rulesets and statuses count like the rest", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  const app = github.world.actions.id;
  github.protect(garden, { branch: "main", contexts: ["test", "legacy"], isRuleset: true });
  const { task, pull, sha } = await openPull(bench);
  const onBase = await github.ci(garden).start("main", ["test"]);
  onBase.finish("test", "failure");
  for (const workflow of ["on push", "on pull request"]) {
    const ci = await github.ci(garden).start(branch, ["test"], workflow);
    ci.finish("test", "timed_out");
  }
  await github.as("bob").setStatus(garden, sha, "legacy", "error");
  await github.as("bob").setStatus(garden, sha, "approval", "pending");
  const { failures, running } = await forge.readChecks(task, pull);
  // Nobody requires the approval, so nothing waits for it.
  expect(running).toBe(0);
  expect(failures).toMatchObject([
    { key: "github-actions/test", isRequired: true, isOnBase: true },
    { key: "status/legacy", isRequired: true, isOnBase: false, job: undefined },
  ]);
  github.protect(garden, { branch: "main", contexts: ["test", "legacy"], isRuleset: true, app });
  expect((await forge.readChecks(task, pull)).failures).toMatchObject([{ isRequired: true }, { isRequired: false }]);
});

it("of a base that has just moved, what its earlier commit failed counts until it has a result of its own", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  github.protect(garden, { branch: "main", contexts: ["test"] });
  const { task, pull } = await openPull(bench);
  const began = await github.ci(garden).start("main", ["test"]);
  began.finish("test", "failure");
  const base = { branch: "main", named: false, sha: await tipOf(github.store(garden).repository.folder, "main") };
  const ours = await github.ci(garden).start(branch, ["test"]);
  ours.finish("test", "failure");
  await github.as("bob").push(garden, "main", { "b.txt": "b\n" });
  expect((await forge.readChecks({ ...task, base }, pull)).failures).toMatchObject([{ isOnBase: true }]);
  const now = await github.ci(garden).start("main", ["test"]);
  now.finish("test", "success");
  expect((await forge.readChecks({ ...task, base }, pull)).failures).toMatchObject([{ isOnBase: false }]);
});

it("a job's log ends where it failed, and it runs again where the App may", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  const { task, pull } = await openPull(bench);
  const ci = await github.ci(garden).start(branch, ["test"]);
  const filler = "2026-01-02T03:04:05.1234567Z one more line of a long log\n".repeat(30_000);
  ci.finish("test", "failure", `${filler}2026-01-02T03:04:06.0000000Z ##[error]It broke.\n2026 Post job cleanup.\n`);
  const [failure] = (await forge.readChecks(task, pull)).failures;
  const job = failure?.job ?? 0;
  const log = await forge.readCheckLog(task.issue, job);
  expect(log.endsWith("one more line of a long log\n##[error]It broke.")).toBe(true);
  expect(log.length).toBeLessThan(600_000);
  expect(await forge.readCheckLog(task.issue, 1)).toBe("");

  expect(await forge.rerunCheck(task.issue, job)).toBe(false);
  permit(bench, { ...github.app.permissions, actions: "write" });
  expect(await forge.rerunCheck(task.issue, job)).toBe(true);
  expect(ci.look().attempt).toBe(2);
  github.ci(garden).run(ci.id).finish("test", "failure");
  const [second] = (await forge.readChecks(task, pull)).failures;
  expect(second?.attempt).toBeGreaterThan(failure?.attempt ?? 0);
});

it("where a permission is missing, what it would show counts as not there", async () => {
  await using bench = await startBench();
  const { github, forge } = bench;
  github.protect(garden, { branch: "main", contexts: ["test"] });
  const { task, pull } = await openPull(bench);
  const ci = await github.ci(garden).start(branch, ["test"]);
  ci.finish("test", "failure", "broken\n");
  const few: Permissions = { contents: "write", issues: "write", pull_requests: "write", metadata: "read" };
  permit(bench, { ...few, checks: "read" });
  const { failures } = await forge.readChecks(task, pull);
  expect(failures).toMatchObject([{ name: "test", isRequired: true }]);
  expect(await forge.readCheckLog(task.issue, failures[0]?.job ?? 0)).toBe("");
  permit(bench, few);
  expect(await forge.readChecks(task, pull)).toMatchObject({ running: 0, failures: [] });
});

it("whether it can be merged is asked until GitHub knows, and how far it is behind where somebody wants to know", async () => {
  await using bench = await startBench({
    github: { findsMergeabilityLate: true },
    forge: { mergePauseMs: [1] },
  });
  const { github, forge } = bench;
  const { task } = await openPull(bench);
  expect((await forge.look(task)).pull).toMatchObject({ merge: "clean", behind: undefined });
  await github.as("bob").push(garden, "main", { "b.txt": "b\n" });
  await github.settled();
  expect(bench.news).toContain("moved main");
  const eager = { ...task, policy: { ...task.policy, keepUpToDate: true } };
  expect((await forge.look(eager)).pull).toMatchObject({ merge: "clean", behind: 1 });
  const before = github.requests.length;
  await forge.look(eager);
  expect(askedSince(bench, before).toSorted()).toEqual([
    "issues/get 304",
    "pulls/get 304",
    "repos/compare-commits 304",
  ]);
  await github.as("bob").push(garden, "main", { "a.txt": "another a\n" });
  expect((await forge.look(eager)).pull).toMatchObject({ merge: "conflict", behind: undefined });
});
