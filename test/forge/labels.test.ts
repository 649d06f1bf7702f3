import { describe, expect, it } from "vitest";
import { type Bench, issueOf, labelledTask, startBench } from "./bench.ts";

function labelsOn({ github }: Bench, number: number): string[] {
  const { issues, labels } = github.store("alice/garden");
  return (issues.get(number)?.labels ?? []).map((id) => labels.get(id)?.name ?? "");
}

describe("the label that shows the state", () => {
  it("follows the task, with a colour and words of its own", async () => {
    await using bench = await startBench();
    const { github, forge } = bench;
    const task = await labelledTask(bench);
    await forge.showState(task, "working", undefined);
    expect(labelsOn(bench, 1)).toEqual(["coppice", "coppice:working"]);
    await forge.showState(task, "review", "working");
    expect(labelsOn(bench, 1)).toEqual(["coppice", "coppice:review"]);
    await forge.showState(task, undefined, "review");
    expect(labelsOn(bench, 1)).toEqual(["coppice"]);
    const label = [...github.store("alice/garden").labels.values()].find(({ name }) => name === "coppice:working");
    expect(label).toMatchObject({ color: "0e8a16", description: "An agent is working on it" });
  });

  it("may be there already, or be gone already, and may have been given another colour", async () => {
    await using bench = await startBench();
    const { github, forge } = bench;
    const task = await labelledTask(bench);
    await github.as("bob").label("alice/garden", 1, "coppice:working");
    await forge.showState(task, "working", "waiting");
    await forge.showState(task, "working", "waiting");
    expect(labelsOn(bench, 1)).toEqual(["coppice", "coppice:working"]);
    const made = github.requests.filter(({ operation }) => operation === "issues/create-label");
    expect(made).toHaveLength(1);
  });

  it("goes by the trigger label of the repository", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    await bench.forge.showState({ ...task, policy: { ...task.policy, triggerLabel: "bot" } }, "working", undefined);
    expect(labelsOn(bench, 1)).toEqual(["coppice", "bot:working"]);
  });

  it("holds nothing up when the issue is gone", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    bench.github.settings("alice/garden").deleteIssue(1);
    await bench.forge.showState(task, "working", undefined);
    await bench.forge.showState(task, undefined, "working");
    await bench.forge.greet(task.issue);
    expect(bench.github.requests.map(({ status }) => status)).toContain(404);
  });
});

describe("the greeting", () => {
  it("is one pair of eyes, however often it is given", async () => {
    await using bench = await startBench();
    const { issue } = await labelledTask(bench);
    await bench.forge.greet(issue);
    await bench.forge.greet(issue);
    const reactions = [...bench.github.store("alice/garden").reactions.values()];
    expect(reactions).toMatchObject([{ content: "eyes", user: { login: "coppice[bot]" } }]);
    expect(issue).toEqual(issueOf(bench, 1));
  });
});
