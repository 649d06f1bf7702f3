import { describe, expect, it } from "vitest";
import { runGit } from "../../../src/runner/git/git-command.ts";
import { listProcesses } from "../../../src/runner/process-tree.ts";
import { realWall, temporaryFolder, whyNoWall } from "../sandbox/real-wall.ts";

const reason = await whyNoWall();

describe.skipIf(reason !== undefined)("a command that is stopped while its wall is being built", () => {
  it("ends at once, and leaves nothing behind", async () => {
    await using folder = await temporaryFolder();
    const wall = await realWall({ folder: folder.path });
    const room = { cwd: "/tmp", writable: [], readable: [], network: "none" } as const;
    const argv = wall.enter(room, ["/bin/sh", "-c", "cat /dev/zero | sleep 97; :"]);
    const stops = Array.from({ length: 40 }, async (_, at) => {
      const signal = AbortSignal.timeout(at * 4);
      await expect(runGit(argv, { cwd: "/tmp", signal, limitMs: 60_000 })).rejects.toMatchObject({
        code: "GIT_STOPPED",
      });
    });
    await Promise.all(stops);
    const names = (await listProcesses()).filter(({ name }) => name === "sleep").map(({ pid }) => pid);
    expect(await sleepers(names)).toEqual([]);
  }, 30_000);
});

async function sleepers(pids: readonly number[]): Promise<number[]> {
  const { readFile } = await import("node:fs/promises");
  const found = await Promise.all(
    pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")] as const),
  );
  return found.filter(([, line]) => line.includes("97")).map(([pid]) => pid);
}
