import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { type Bench, labelledTask, startBench } from "./bench.ts";

const later = 6 * 60_000;

/** A clock of ours that a test can put on. */
function createClock() {
  let forwardMs = 0;
  return { nowMs: () => Date.now() + forwardMs, wait: () => (forwardMs += later) };
}

async function oldTask(bench: Bench): Promise<Task> {
  const task = await labelledTask(bench);
  return { ...task, asked: { ...task.asked, atMs: Date.now() - 3_600_000 } };
}

describe("once it is so for some minutes", () => {
  it.each<[string, (bench: Bench, task: Task) => unknown, string, boolean]>([
    [
      "the App was uninstalled",
      ({ github }, { issue }) => github.uninstall(issue.installationId),
      "is not installed on alice/garden",
      true,
    ],
    [
      "the repository was taken from the App",
      ({ github }, { issue }) => github.selectRepositories(issue.installationId, []),
      "is not installed on alice/garden",
      true,
    ],
    ["the repository was removed", ({ github }) => github.settings("alice/garden").remove(), "or that is gone", true],
    ["it went to an owner without the App", ({ github }) => giveAway({ github }), "is not installed", true],
    [
      "the App was suspended",
      ({ github }, { issue }) => github.suspend(issue.installationId),
      "suspended for alice",
      false,
    ],
  ])("%s", async (_name, change, why, isForGood) => {
    const { nowMs, wait } = createClock();
    await using bench = await startBench({ forge: { nowMs } });
    const task = await oldTask(bench);
    change(bench, task);
    await expect(bench.forge.look(task)).rejects.toMatchObject({ retry: "later" });
    wait();
    expect(await bench.forge.look(task)).toMatchObject({
      unreachable: { why: expect.stringContaining(why), isForGood },
    });
  });

  it("an archived repository is seen when it first takes no word", async () => {
    const { nowMs, wait } = createClock();
    await using bench = await startBench({ forge: { nowMs } });
    const task = await oldTask(bench);
    bench.github.settings("alice/garden").archive();
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open" });
    await expect(bench.forge.openPull(task, aPull)).rejects.toMatchObject({ code: "FORGE_FORBIDDEN" });
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open" });
    wait();
    expect(await bench.forge.look(task)).toMatchObject({
      unreachable: { why: "the repository is archived", isForGood: false },
    });
    bench.github.settings("alice/garden").unarchive();
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open", place: { name: "garden" } });
  });
});

const aPull = { branch: "coppice/x", base: "main", title: "X", body: "", isDraft: false };

function giveAway({ github }: Pick<Bench, "github">): void {
  github.addUser("carol");
  github.settings("alice/garden").transferTo("carol");
}

describe("is followed", () => {
  it("a repository that was renamed", async () => {
    await using bench = await startBench();
    const task = await oldTask(bench);
    bench.github.settings("alice/garden").rename("orchard");
    const { place } = await bench.forge.look(task);
    expect(place).toEqual({ installationId: task.issue.installationId, owner: "alice", name: "orchard" });
    await bench.github.as("bob").push("alice/orchard", "coppice/x", { "a.txt": "a\n" });
    expect(await bench.forge.openPull(task, aPull)).toMatchObject({
      url: expect.stringContaining("/alice/orchard/pull/"),
    });
  });

  it("a repository that went to another owner who has the App, too, and its pull request is opened once", async () => {
    await using bench = await startBench();
    const task = await oldTask(bench);
    giveAway(bench);
    const { id: installationId } = bench.github.install("carol");
    const { place } = await bench.forge.look(task);
    expect(place).toEqual({ installationId, owner: "carol", name: "garden" });
    const there = { ...task, issue: { ...task.issue, ...place } };
    await bench.github.as("bob").push("carol/garden", "coppice/x", { "a.txt": "a\n" });
    const first = await bench.forge.openPull(there, aPull);
    expect(await bench.forge.openPull(there, aPull)).toEqual(first);
  });
});

it("an issue that was closed as not planned, or is locked, is seen as such", async () => {
  await using bench = await startBench();
  const task = await oldTask(bench);
  const { github, forge } = bench;
  await github.as("bob").lock("alice/garden", task.issue.number);
  expect(await forge.look(task)).toMatchObject({ issue: "locked" });
  expect(await forge.admit(task)).toMatchObject({ is: "refused", reason: "the issue is locked" });
  await github.as("bob").closeIssue("alice/garden", task.issue.number, "not_planned");
  expect(await forge.look(task)).toMatchObject({ issue: "closed", how: "was closed as not planned" });
});
