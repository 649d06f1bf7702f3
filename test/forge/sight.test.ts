import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { type Bench, labelledTask, startBench } from "./bench.ts";

/** A task that is older than GitHub needs to know its issue everywhere. */
async function oldTask(bench: Bench): Promise<Task> {
  const task = await labelledTask(bench);
  return { ...task, asked: { ...task.asked, atMs: Date.now() - 3_600_000 } };
}

describe("what a pass sees of GitHub", () => {
  it("is the issue's state and labels, for one request that costs nothing when nothing changed", async () => {
    await using bench = await startBench();
    const { github, forge } = bench;
    const task = await labelledTask(bench);
    expect(await forge.look(task)).toEqual({ issue: "open", labels: ["coppice"], blockedBy: 0, pull: "none" });
    expect(await forge.look(task)).toEqual({ issue: "open", labels: ["coppice"], blockedBy: 0, pull: "none" });
    await github.as("bob").closeIssue("alice/garden", task.issue.number);
    expect(await forge.look(task)).toMatchObject({ issue: "closed" });
    const asked = github.requests.filter(({ operation }) => operation === "issues/get");
    expect(asked.map(({ status }) => status)).toEqual([200, 304, 200]);
  });

  it("is the pull request, too, once there is one", async () => {
    await using bench = await startBench();
    const { github, forge } = bench;
    const bob = github.as("bob");
    const labelled = await labelledTask(bench);
    const sha = await bob.push("alice/garden", "topic", { "a.txt": "a\n" });
    const number = await bob.openPull("alice/garden", { title: "Add", head: "topic", base: "main" });
    const task = { ...labelled, pull: { number, url: "" } };
    const url = `${github.url}/alice/garden/pull/${number}`;
    expect((await forge.look(task)).pull).toEqual({
      ref: { number, url },
      state: "open",
      headSha: sha,
      merge: "clean",
    });
    await bob.closePull("alice/garden", number);
    expect((await forge.look(task)).pull).toMatchObject({ state: "closed" });
    await bob.reopenPull("alice/garden", number);
    await bob.merge("alice/garden", number);
    expect((await forge.look(task)).pull).toMatchObject({ state: "merged" });
  });

  it("follows a repository that was renamed", async () => {
    await using bench = await startBench();
    const task = await oldTask(bench);
    bench.github.settings("alice/garden").rename("orchard");
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open", labels: ["coppice"] });
  });
});

describe("an issue is gone", () => {
  it("when it was deleted", async () => {
    await using bench = await startBench();
    const task = await oldTask(bench);
    bench.github.settings("alice/garden").deleteIssue(task.issue.number);
    expect(await bench.forge.look(task)).toEqual({ issue: "gone", how: "was deleted", labels: [], pull: "none" });
    expect(await bench.forge.admit(task)).toMatchObject({ is: "refused", isQuiet: true });
  });

  it("when it was transferred, though GitHub shows it at its new place", async () => {
    await using bench = await startBench();
    const { github } = bench;
    const task = await oldTask(bench);
    const cellar = await github.addRepository("alice/cellar");
    github.settings("alice/garden").transferIssue(task.issue.number, cellar);
    expect(await bench.forge.look(task)).toMatchObject({ issue: "gone" });
  });

  it("when it was transferred to where we may not look, and is missing for more than a minute", async () => {
    let aheadMs = 0;
    await using bench = await startBench({ nowMs: () => Date.now() + aheadMs });
    const { github } = bench;
    const task = await oldTask(bench);
    const hidden = await github.addRepository("carol/cellar", { isPrivate: true });
    github.settings("alice/garden").transferIssue(task.issue.number, hidden);
    await expect(bench.forge.look(task)).rejects.toMatchObject({ code: "FORGE_MISSING" });
    aheadMs = 61_000;
    expect(await bench.forge.look(task)).toMatchObject({ issue: "gone" });
  });
});

async function anIssueThatIsMissing(isMissing: () => boolean) {
  let aheadMs = 0;
  const bench = await startBench({
    nowMs: () => Date.now() + aheadMs,
    wire: async (request, go) =>
      isMissing() && /^GET .*\/issues\/\d+$/.test(request)
        ? Response.json({ message: "Not Found" }, { status: 404 })
        : await go(),
  });
  return { bench, task: await oldTask(bench), pass: (ms: number) => void (aheadMs += ms) };
}

describe("an issue that is not found", () => {
  it("for a moment is not taken for gone, however long ago the last such moment was", async () => {
    let isMissing = true;
    const { bench, task, pass } = await anIssueThatIsMissing(() => isMissing);
    await using _ = bench;
    for (let moments = 0; moments < 3; moments += 1) {
      await expect(bench.forge.look(task)).rejects.toMatchObject({ code: "FORGE_MISSING", retry: "later" });
      isMissing = false;
      expect(await bench.forge.look(task)).toMatchObject({ issue: "open" });
      isMissing = true;
      pass(3_600_000);
    }
  });

  it("for more than a minute is gone", async () => {
    const { bench, task, pass } = await anIssueThatIsMissing(() => true);
    await using _ = bench;
    await expect(bench.forge.look(task)).rejects.toMatchObject({ code: "FORGE_MISSING" });
    pass(30_000);
    await expect(bench.forge.look(task)).rejects.toMatchObject({ code: "FORGE_MISSING" });
    pass(31_000);
    expect(await bench.forge.look(task)).toMatchObject({ issue: "gone" });
  });
});

describe("an issue is not taken for gone", () => {
  it.each<[string, string, (bench: Bench, task: Task) => void]>([
    [
      "when the App was uninstalled",
      "FORGE_MISSING",
      ({ github }, { issue }) => github.uninstall(issue.installationId),
    ],
    ["when the App was suspended", "FORGE_FORBIDDEN", ({ github }, { issue }) => github.suspend(issue.installationId)],
    [
      "when the repository was taken from the App",
      "FORGE_MISSING",
      ({ github }, { issue }) => github.selectRepositories(issue.installationId, []),
    ],
    ["when the repository was removed", "FORGE_MISSING", ({ github }) => github.settings("alice/garden").remove()],
  ])("%s", async (_name, code, change) => {
    await using bench = await startBench();
    const task = await oldTask(bench);
    change(bench, task);
    await expect(bench.forge.look(task)).rejects.toMatchObject({ code, retry: "later" });
  });

  it.each<[string, number, string, string]>([
    ["when issues are switched off", 410, "Issues has been disabled in this repository.", "FORGE_MISSING"],
    ["when GitHub is down", 502, "Bad Gateway", "FORGE_DOWN"],
  ])("%s", async (_name, status, message, code) => {
    await using bench = await startBench({
      wire: async (request, go) =>
        /^GET .*\/issues\/\d+$/.test(request) ? Response.json({ message }, { status }) : await go(),
    });
    await expect(bench.forge.look(await oldTask(bench))).rejects.toMatchObject({ code, retry: "later" });
  });

  it("when the network is away", async () => {
    await using bench = await startBench({
      wire: async (request, go) => {
        if (request.startsWith("GET ")) throw new TypeError("fetch failed");
        return await go();
      },
    });
    await expect(bench.forge.look(await oldTask(bench))).rejects.toMatchObject({
      code: "FORGE_DOWN",
      message: expect.stringMatching(
        /^GitHub could not show the issue \(alice\/garden#1\): fetch failed \(no answer\)$/,
      ),
    });
  });
});

describe("a passing trouble", () => {
  it("is got over by asking once more, when nothing is made by asking", async () => {
    let isFirst = true;
    await using bench = await startBench({
      wire: async (request, go) => {
        if (!isFirst || !/^GET .*\/issues\/\d+$/.test(request)) return await go();
        isFirst = false;
        return Response.json({ message: "Bad Gateway" }, { status: 502 });
      },
    });
    expect(await bench.forge.look(await labelledTask(bench))).toMatchObject({ issue: "open" });
  });

  it("with a token is over at the next try, which brings a new one", async () => {
    let tokens = 0;
    await using bench = await startBench({
      wire: async (request, go) => {
        if (request.endsWith("/access_tokens")) tokens += 1;
        return request.startsWith("GET ") && tokens === 1
          ? Response.json({ message: "Bad credentials" }, { status: 401 })
          : await go();
      },
    });
    const task = await labelledTask(bench);
    await expect(bench.forge.look(task)).rejects.toMatchObject({ code: "FORGE_LOGIN", retry: "later" });
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open" });
  });
});
