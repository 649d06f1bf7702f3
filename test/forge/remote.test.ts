import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { issueOf, startBench } from "./bench.ts";

describe("the repository as git reaches it", () => {
  it("is read with one token over and over, and written with a new one each time", async () => {
    const learned: string[] = [];
    await using bench = await startBench({ forge: { learnSecret: (secret) => void learned.push(secret) } });
    const remote = bench.forge.remote(issueOf(bench, 1));
    expect(remote.url).toBe(`${bench.github.url}/alice/garden.git`);
    const [one, two] = [await remote.token("read"), await bench.forge.remote(issueOf(bench, 2)).token("read")];
    expect(one).toBe(two);
    const [three, four] = [await remote.token("write"), await remote.token("write")];
    expect(new Set([one, three, four]).size).toBe(3);
    expect(learned).toEqual([one, three, four]);
  });

  it("a token opens that repository and no other, and nothing but its contents", async () => {
    await using bench = await startBench();
    const { github } = bench;
    await github.addRepository("alice/cellar", { isPrivate: true });
    const token = await bench.forge.remote(issueOf(bench, 1)).token("read");
    const headers = { authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28", "user-agent": "test" };
    const ask = async (path: string): Promise<number> => (await fetch(`${github.apiUrl}${path}`, { headers })).status;
    expect(await ask("/repos/alice/garden/contents/README.md")).toBe(200);
    expect(await ask("/repos/alice/garden/issues")).toBe(403);
    expect(await ask("/repos/alice/cellar/contents/README.md")).toBe(404);
    const url = `${github.url}/alice/garden.git`.replace("://", `://x-access-token:${token}@`);
    const { stdout } = await execa("git", ["ls-remote", url, "HEAD"]);
    expect(stdout).toMatch(/^[0-9a-f]{40}\tHEAD$/);
  });

  it("a token that is about to end is not handed out again", async () => {
    let aheadMs = 0;
    await using bench = await startBench({ forge: { nowMs: () => Date.now() + aheadMs } });
    const remote = bench.forge.remote(issueOf(bench, 1));
    const first = await remote.token("read");
    aheadMs = 51 * 60_000;
    expect(await remote.token("read")).not.toBe(first);
  });

  it("what GitHub refuses is said without a secret", async () => {
    await using bench = await startBench();
    const issue = issueOf(bench, 1);
    bench.github.setPermissions(issue.installationId, { metadata: "read" });
    await expect(bench.forge.remote(issue).token("write")).rejects.toMatchObject({
      code: "FORGE_REFUSED",
      message: expect.stringMatching(/^GitHub could not give a token for alice\/garden: The permissions requested/),
    });
  });
});
