import { describe, expect, it } from "vitest";
import type { PullText } from "../../src/control/ports.ts";
import type { Task } from "../../src/core/task.ts";
import { type Bench, labelledTask, startBench } from "./bench.ts";

const branch = "coppice/issue-1-water-it";
const text: PullText = { branch, base: "main", title: "Water it", body: "Closes #1", isDraft: false };

/** A task whose branch is on GitHub. */
async function deliveredTask(bench: Bench): Promise<Task> {
  const task = await labelledTask(bench);
  await bench.github.as("alice").push("alice/garden", branch, { "water.txt": "much\n" });
  return task;
}

function pulls({ github }: Bench) {
  return [...github.store("alice/garden").pulls.values()];
}

function titles(bench: Bench): string[] {
  const { issues } = bench.github.store("alice/garden");
  return pulls(bench).map(({ number }) => issues.get(number)?.title ?? "");
}

describe("opening the pull request", () => {
  it("opens it once, however often it is asked to", async () => {
    await using bench = await startBench();
    const task = await deliveredTask(bench);
    const first = await bench.forge.openPull(task, text);
    expect(first).toEqual({ number: 2, url: `${bench.github.url}/alice/garden/pull/2` });
    expect(await bench.forge.openPull(task, text)).toEqual(first);
    expect(pulls(bench)).toHaveLength(1);
  });

  it("finds the one whose making we never heard of", async () => {
    let isLossy = true;
    await using bench = await startBench({
      wire: async (request, go) => {
        const answer = await go();
        if (isLossy && /^POST .*\/pulls$/.test(request)) throw new TypeError("fetch failed");
        return answer;
      },
    });
    const task = await deliveredTask(bench);
    await expect(bench.forge.openPull(task, text)).rejects.toMatchObject({ code: "FORGE_DOWN", retry: "later" });
    isLossy = false;
    expect(await bench.forge.openPull(task, text)).toMatchObject({ number: 2 });
    expect(pulls(bench)).toHaveLength(1);
  });

  it("finds the one that GitHub does not list yet, but knows of", async () => {
    let lists = 0;
    await using bench = await startBench({
      wire: async (request, go) => {
        if (/^GET .*\/pulls$/.test(request)) lists += 1;
        return lists === 2 && request.startsWith("GET ") ? Response.json([]) : await go();
      },
    });
    const task = await deliveredTask(bench);
    await bench.forge.openPull(task, text);
    expect(await bench.forge.openPull(task, text)).toMatchObject({ number: 2 });
    expect(lists).toBe(3);
  });

  it("opens a draft, or where there are none, a pull request that is ready", async () => {
    await using bench = await startBench();
    const { github } = bench;
    const task = await deliveredTask(bench);
    await bench.forge.openPull(task, { ...text, isDraft: true });
    expect(pulls(bench)).toMatchObject([{ isDraft: true }]);
    const cellar = await github.addRepository("alice/cellar", { isPrivate: true, allowsDrafts: false });
    await github.as("alice").push("alice/cellar", branch, { "water.txt": "much\n" });
    const issue = { ...task.issue, repositoryId: cellar.repository.id, name: "cellar" };
    await bench.forge.openPull({ ...task, issue }, { ...text, isDraft: true });
    expect([...cellar.pulls.values()]).toMatchObject([{ isDraft: false }]);
  });

  it("takes one that a person closed, but none from before the label", async () => {
    await using bench = await startBench();
    const task = await deliveredTask(bench);
    const labelled = { ...task, asked: { ...task.asked, atMs: Date.now() - 5_000 } };
    const first = await bench.forge.openPull(labelled, text);
    await bench.github.as("bob").closePull("alice/garden", first.number);
    expect(await bench.forge.openPull(labelled, text)).toEqual(first);
    const relabelled = { ...task, asked: { ...task.asked, atMs: Date.now() + 5_000 } };
    expect(await bench.forge.openPull(relabelled, text)).toMatchObject({ number: first.number + 1 });
  });

  it("does not take a fork's branch of the same name for ours", async () => {
    await using bench = await startBench();
    const { github } = bench;
    await github.addRepository("carol/garden", { forkOf: "alice/garden" });
    await github.as("carol").push("carol/garden", branch, { "fire.txt": "much\n" });
    const task = await deliveredTask(bench);
    const theirs = await github
      .as("carol")
      .openPull("alice/garden", { title: "Burn it", head: `carol:${branch}`, base: "main" });
    expect((await bench.forge.openPull(task, text)).number).toBe(theirs + 1);
  });

  it.each<[string, string, RegExp]>([
    ["a line of its own", "Water\n\tit\u200b", /^Water it$/],
    ["as long as GitHub takes", "w".repeat(400), /^w{255}…$/],
    ["a title at all", " \u2060 ", /^Work on #1$/],
  ])("gives it %s as its title", async (_name, title, wanted) => {
    await using bench = await startBench();
    await bench.forge.openPull(await deliveredTask(bench), { ...text, title });
    expect(titles(bench)).toEqual([expect.stringMatching(wanted)]);
  });

  it.each<[string, Partial<PullText>]>([
    ["there is no such base", { base: "moon" }],
    ["the branch holds nothing new", { branch: "main" }],
  ])("says so when %s", async (_name, wrong) => {
    await using bench = await startBench();
    const opened = bench.forge.openPull(await deliveredTask(bench), { ...text, ...wrong });
    await expect(opened).rejects.toMatchObject({ code: "FORGE_PULL_REFUSED", hint: expect.stringMatching(/base/) });
  });
});

describe("asking for a review", () => {
  it("asks who put the label on", async () => {
    await using bench = await startBench();
    const task = await deliveredTask(bench);
    await bench.forge.askReview(task, await bench.forge.openPull(task, text));
    expect(pulls(bench)).toMatchObject([{ requested: [{ login: "bob" }] }]);
  });

  it("goes on when that person can't be asked", async () => {
    await using bench = await startBench();
    const task = await deliveredTask(bench);
    const pull = await bench.forge.openPull(task, text);
    const by = bench.github.addUser("mallory");
    await bench.forge.askReview({ ...task, asked: { ...task.asked, by } }, pull);
    expect(bench.github.requests.filter(({ operation }) => operation === "issues/add-assignees")).toHaveLength(1);
  });

  it("asks no bot", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    const by = { id: 1, login: "renovate[bot]" };
    await bench.forge.askReview({ ...task, asked: { ...task.asked, by } }, { number: 1, url: "" });
    expect(bench.github.requests).toEqual([]);
  });
});
