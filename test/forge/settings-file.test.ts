import { describe, expect, it } from "vitest";
import { createForge } from "../../src/forge/forge.ts";
import { type Bench, createMemory, forgeOptions, issueOf, startBench, taskOf } from "./bench.ts";

const path = ".github/coppice.yml";

function push({ github }: Bench, text: string | null, branch = "main"): Promise<string> {
  return github.as("bob").push("alice/garden", branch, { [path]: text });
}

function reads({ github }: Bench): number[] {
  return github.requests.filter(({ operation }) => operation === "repos/get-content").map(({ status }) => status);
}

async function mistakesOf(bench: Bench): Promise<readonly string[]> {
  const issue = await bench.github.as("bob").openIssue("alice/garden", { title: "Water it" });
  const admission = await bench.forge.admit(taskOf(bench, issue));
  return admission.is === "admitted" ? admission.mistakes : [admission.reason];
}

describe("a repository's settings", () => {
  it("are the operator's when there is no file", async () => {
    await using bench = await startBench();
    expect(await bench.forge.triggerOf(issueOf(bench, 1))).toEqual({ label: "coppice", agent: undefined });
  });

  it("are those of the default branch, read once until told that they changed", async () => {
    await using bench = await startBench();
    const issue = issueOf(bench, 1);
    await push(bench, "label: bot\nagent: demo\n");
    await push(bench, "label: evil\n", "topic");
    await bench.github.settled();
    expect(await bench.forge.triggerOf(issue)).toEqual({ label: "bot", agent: "demo" });
    await bench.forge.triggerOf(issue);
    expect(reads(bench)).toEqual([200]);
    bench.forge.forgetSettings(issue.repositoryId);
    await bench.forge.triggerOf(issue);
    expect(reads(bench)).toEqual([200, 304]);
    await push(bench, "label: gardener\n");
    bench.forge.forgetSettings(issue.repositoryId);
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "gardener" });
  });

  it("are read again after a while, though no push was heard of", async () => {
    let aheadMs = 0;
    await using bench = await startBench({ forge: { nowMs: () => Date.now() + aheadMs } });
    const issue = issueOf(bench, 1);
    await bench.forge.triggerOf(issue);
    await push(bench, "label: bot\n");
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "coppice" });
    aheadMs = 301_000;
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "bot" });
  });

  it("are the last good ones while the file is broken, over a restart, until it is mended", async () => {
    const memory = createMemory();
    await using bench = await startBench({ forge: { memory } });
    const issue = issueOf(bench, 1);
    await push(bench, "label: bot\n");
    await bench.forge.triggerOf(issue);
    await push(bench, "label: [\n");
    bench.forge.forgetSettings(issue.repositoryId);
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "bot" });
    expect(await mistakesOf(bench)).toEqual([expect.stringMatching(/^line \d/)]);
    const restarted = createForge(forgeOptions({ octokits: bench.app.octokits, memory }));
    expect(await restarted.triggerOf(issue)).toMatchObject({ label: "bot" });
    await push(bench, "label: gardener\n");
    bench.forge.forgetSettings(issue.repositoryId);
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "gardener" });
    expect(await mistakesOf(bench)).toEqual([]);
  });

  it("are the operator's again when the file is taken away, also if it comes back broken", async () => {
    await using bench = await startBench();
    const issue = issueOf(bench, 1);
    for (const [text, label] of [
      ["label: bot\n", "bot"],
      [null, "coppice"],
      ["label: [\n", "coppice"],
    ] as const) {
      await push(bench, text);
      bench.forge.forgetSettings(issue.repositoryId);
      expect(await bench.forge.triggerOf(issue)).toMatchObject({ label });
    }
  });

  it("are not guessed while GitHub can't be asked", async () => {
    let isDown = true;
    await using bench = await startBench({
      wire: async (request, go) =>
        isDown && request.includes("/contents/") ? Response.json({ message: "Oops" }, { status: 500 }) : await go(),
    });
    const issue = issueOf(bench, 1);
    await expect(bench.forge.triggerOf(issue)).rejects.toMatchObject({ code: "FORGE_DOWN", retry: "later" });
    isDown = false;
    expect(await bench.forge.triggerOf(issue)).toMatchObject({ label: "coppice" });
  });

  it("are not taken from a folder of that name", async () => {
    await using bench = await startBench();
    await bench.github.as("bob").push("alice/garden", "main", { [`${path}/a.txt`]: "label: bot\n" });
    expect(await mistakesOf(bench)).toEqual(["it is not a file"]);
  });
});
