import { describe, expect, it, vi } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { taskId } from "../../src/core/task.ts";
import { KnownError } from "../../src/errors.ts";
import type { SweepStore } from "../../src/forge/sweep.ts";
import { createSweeper } from "../../src/forge/sweeper.ts";
import { type Bench, everybodyWhoWrites, labelledTask, silentLog, startBench } from "./bench.ts";

/** The bench with webhooks that never come, and a store that knows the given tasks. */
async function startDeaf(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
  const bench = await startBench(options);
  bench.github.fate = () => ({ is: "lost" });
  return bench;
}

function storeOf({ inbox }: Bench, ...tasks: readonly Task[]): SweepStore {
  return {
    tasksOf: async (issue) => tasks.filter(({ id }) => id === taskId(issue)),
    note: (...note) => inbox.note(...note),
    withPulls: async () => tasks.filter(({ phase }) => phase.at === "in-review"),
  };
}

const done = (task: Task, atMs: number): Task => ({
  ...task,
  asked: { ...task.asked, atMs },
  phase: { at: "done", atMs, outcome: { is: "no-change-needed", reason: "" } },
});

function operations({ github }: Bench): string[] {
  return github.requests.map(({ operation, status }) => `${operation} ${status}`);
}

describe("the sweep", () => {
  it("finds a label whose webhook was lost: who put it on, and when", async () => {
    await using bench = await startDeaf();
    const { github, forge, inbox } = bench;
    const { issue } = await labelledTask(bench);
    await github.as("bob").openIssue("alice/garden", { title: "Nobody asked for this" });
    expect(await forge.sweep(storeOf(bench))).toBe(1);
    const bob = github.addUser("bob");
    expect(inbox.noted).toEqual([
      {
        key: expect.stringMatching(/^sweep \d+ \d+$/),
        subject: { is: "issue", issue },
        fact: {
          kind: "labelled",
          label: "coppice",
          by: { id: bob.id, login: "bob", isBot: false },
          atMs: expect.any(Number),
          text: undefined,
        },
      },
    ]);
  });

  it("finds the label that picks an agent, and the repository's own trigger label", async () => {
    await using bench = await startDeaf();
    const bob = bench.github.as("bob");
    await bob.push("alice/garden", "main", { ".github/coppice.yml": "label: bot\n" });
    for (const label of ["bot", "bot:claude", "coppice", "bot:working"]) {
      await bob.label("alice/garden", await bob.openIssue("alice/garden", { title: label }), label);
    }
    expect(await bench.forge.sweep(storeOf(bench))).toBe(2);
    const labels = bench.inbox.noted.map(({ fact }) => (fact.kind === "labelled" ? fact.label : fact.kind));
    expect(labels).toEqual(["bot", "bot:claude"]);
  });

  it("costs nothing of the limit where nothing changed", async () => {
    await using bench = await startDeaf({ forge: { nowMs: () => Date.now() + 120_000 } });
    await labelledTask(bench);
    await bench.forge.sweep(storeOf(bench));
    bench.github.requests.length = 0;
    expect(await bench.forge.sweep(storeOf(bench))).toBe(0);
    expect(operations(bench)).toEqual([
      "apps/list-installations 200",
      "apps/list-repos-accessible-to-installation 200",
      "issues/list-for-repo 304",
      "issues/list-for-repo 304",
      "issues/list-comments-for-repo 304",
    ]);
    expect(bench.inbox.noted).toHaveLength(1);
  });

  it("says nothing of tasks that are at work, and finds a label put on again after the end", async () => {
    await using bench = await startDeaf();
    const task = await labelledTask(bench);
    expect(await bench.forge.sweep(storeOf(bench, task))).toBe(0);
    expect(await bench.forge.sweep(storeOf(bench, done(task, Date.now() + 5_000)))).toBe(0);
    expect(bench.inbox.noted).toEqual([]);
    await bench.github.as("bob").unlabel("alice/garden", task.issue.number, "coppice");
    await bench.github.as("alice").label("alice/garden", task.issue.number, "coppice");
    expect(await bench.forge.sweep(storeOf(bench, done(task, Date.now() - 60_000)))).toBe(1);
    expect(bench.inbox.noted).toMatchObject([{ fact: { by: { login: "alice" } } }]);
  });

  it("finds the newest label behind many other events", async () => {
    await using bench = await startDeaf();
    const { number } = (await labelledTask(bench)).issue;
    const bob = bench.github.as("bob");
    for (let n = 0; n < 60; n += 1) {
      await bob.label("alice/garden", number, "wet");
      await bob.unlabel("alice/garden", number, "wet");
    }
    await bob.unlabel("alice/garden", number, "coppice");
    await bench.github.as("alice").label("alice/garden", number, "coppice");
    await bench.forge.sweep(storeOf(bench));
    expect(bench.inbox.noted).toMatchObject([{ fact: { by: { login: "alice" } } }]);
  });

  it("looks at no pull request, closed issue, archived or unlisted repository", async () => {
    const people = { ...everybodyWhoWrites, allowedRepositories: ["alice/garden", "alice/attic"] };
    await using bench = await startDeaf({ forge: { people } });
    const { github } = bench;
    await github.addRepository("alice/cellar", { roles: { bob: "write" } });
    await github.addRepository("alice/attic", { roles: { bob: "write" } });
    const bob = github.as("bob");
    for (const repository of ["alice/garden", "alice/cellar", "alice/attic"]) {
      await bob.label(repository, await bob.openIssue(repository, { title: "Water it" }), "coppice");
    }
    await bob.closeIssue("alice/garden", 1);
    await bob.push("alice/garden", "topic", { "a.txt": "a\n" });
    await bob.label(
      "alice/garden",
      await bob.openPull("alice/garden", { title: "A", head: "topic", base: "main" }),
      "coppice",
    );
    github.settings("alice/attic").archive();
    expect(await bench.forge.sweep(storeOf(bench))).toBe(0);
    expect(github.requests.filter(({ path }) => /cellar|attic/.test(path))).toEqual([]);
  });

  it("goes on with the other repositories when one can't be looked at", async () => {
    await using bench = await startDeaf({
      wire: async (request, go) =>
        request.includes("/alice/garden/") ? Response.json({ message: "Oops" }, { status: 500 }) : await go(),
    });
    await bench.github.addRepository("alice/orchard", { roles: { bob: "write" } });
    const bob = bench.github.as("bob");
    await bob.label("alice/orchard", await bob.openIssue("alice/orchard", { title: "Water it" }), "coppice");
    expect(await bench.forge.sweep(storeOf(bench))).toBe(1);
    expect(bench.inbox.noted.map(({ subject }) => taskId(subject.issue))).toHaveLength(1);
  });

  it("leaves suspended installations alone", async () => {
    await using bench = await startDeaf();
    const { issue } = await labelledTask(bench);
    bench.github.suspend(issue.installationId);
    expect(await bench.forge.sweep(storeOf(bench))).toBe(0);
    expect(operations(bench)).toEqual(["apps/list-installations 200"]);
  });
});

describe("when the sweep runs", () => {
  it("at start, again and again, and soon when asked; what it finds wakes the loop", async () => {
    let sweeps = 0;
    let wakes = 0;
    const sweeper = createSweeper({
      sweep: async () => ((sweeps += 1) === 2 ? 1 : 0),
      wake: () => void (wakes += 1),
      everyMs: 30,
      soonMs: 1,
      log: silentLog,
    });
    sweeper.start();
    await vi.waitFor(() => expect(sweeps).toBeGreaterThan(2), 5_000);
    expect(wakes).toBe(1);
    await sweeper.stop();
    const before = sweeps;
    sweeper.soon();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sweeps).toBe(before);
  });

  it("goes on after a failure, and its end is waited for", async () => {
    let sweeps = 0;
    const gate = Promise.withResolvers<void>();
    const sweeper = createSweeper({
      sweep: async () => {
        sweeps += 1;
        if (sweeps === 1) throw new KnownError("FORGE_DOWN", "GitHub is down");
        if (sweeps === 2) throw new Error("a bug");
        await gate.promise;
        return 0;
      },
      wake: () => {},
      everyMs: 1,
      soonMs: 1,
      log: silentLog,
    });
    sweeper.start();
    await vi.waitFor(() => expect(sweeps).toBe(3), 5_000);
    let isStopped = false;
    const stopping = sweeper.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isStopped).toBe(false);
    gate.resolve();
    await stopping;
    expect(sweeps).toBe(3);
  });
});
