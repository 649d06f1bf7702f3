import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { usualLimits } from "../../../src/runner/git/change-rules.ts";
import { createJobs } from "../../../src/runner/job.ts";
import { createTmux } from "../../../src/runner/tmux.ts";
import { aRepository, baseOf, git, person } from "../git/a-repository.ts";
import { realWall, temporaryFolder, whyNoWall } from "./real-wall.ts";

const noWall = await whyNoWall();

/** A workspace whose git of ours, and whose agent, are behind the real wall. */
async function aWalledWorkspace() {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const wall = await realWall({ folder: join(folder.path, "wall") });
  const bench = await aRepository({ wall });
  const base = await baseOf(bench.store);
  const workspace = await bench.store.createWorkspace("w1", base);
  const room = { cwd: workspace.path, ...workspace.paths, network: "none" } as const;
  const agent = (script: string) => {
    const [file, ...args] = wall.enter(room, ["/bin/sh", "-c", script]);
    const env = { PATH: process.env["PATH"], ...workspace.environment };
    return new Promise<string>((resolve) => {
      execFile(file, args, { env, timeout: 30_000 }, (_error, stdout, stderr) => resolve((stdout + stderr).trim()));
    });
  };
  const takeIn = () => bench.store.takeIn("w1", git(workspace.path, "rev-parse", "HEAD"), base.sha, usualLimits);
  return { ...bench, folder: folder.path, wall, workspace, room, agent, takeIn };
}

describe.skipIf(noWall !== undefined)("a workspace behind the wall", () => {
  it("is one in which git does all that an agent wants of it", async () => {
    const { agent, takeIn, store } = await aWalledWorkspace();
    const script = `set -e
      exec 2>/dev/null # its configuration and its info folder are read-only: git says so, and goes on
      echo one > one && git add -A && git commit -qm One
      echo two > two && git stash -qu && git stash pop -q > popped && rm popped && git add -A && git commit -qm Two
      git switch -qc side HEAD~1 && echo three > three && git add -A && git commit -qm Three
      git rebase -q coppice/w1 && git switch -q coppice/w1 && git merge -q --ff-only side && git branch -qd side
      git tag here && git gc -q && git fsck --strict --no-dangling && git status --porcelain && git log --format=%s | tr '\\n' ' '`;
    expect(await agent(script)).toBe("Three Two One Begin");
    expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there", branch: "coppice/w1", uncommitted: 0 });
    expect(await takeIn()).toMatchObject({ is: "taken", files: 3 });
    expect(await store.saveWork("w1")).toBeDefined();
    expect(await store.removeWorkspace("w1")).toBe("removed");
  });

  it.each([
    ["point elsewhere", 'echo "gitdir: /tmp" > .git'],
    ["lose its pointer", "rm -f .git; mv .git x"],
    [
      "get another repository's configuration",
      'git config core.fsmonitor "touch pwned"; echo > "$(git rev-parse --git-common-dir)/config"',
    ],
    ["get a hook", 'printf "#!/bin/sh\\ntouch pwned" > "$(git rev-parse --git-common-dir)/hooks/pre-commit"'],
    ["borrow other objects", 'echo /etc > "$(git rev-parse --git-common-dir)/objects/info/alternates"'],
    [
      "have its objects' folder replaced",
      'cd "$(git rev-parse --git-common-dir)" && mv objects/info objects/x && ln -s /etc objects/info',
    ],
    ["change what is in the gate", 'touch "$(cat "$(git rev-parse --git-common-dir)/objects/info/alternates")/x"'],
  ])("can't be made to %s", async (_what, script) => {
    const { agent, store, repositoryDir, workspace } = await aWalledWorkspace();
    expect(await agent(script)).toMatch(/Read-only|busy|cannot|could not|Permission|error/i);
    expect(await store.lookWorkspace("w1")).toMatchObject({ is: "there" });
    expect(existsSync(join(repositoryDir, "gate.git/objects/x"))).toBe(false);
    git(workspace.path, "-c", "core.hooksPath=/dev/null", "status");
    expect(existsSync(join(workspace.path, "pwned"))).toBe(false);
  });

  it("has its checks run there as well, in a session of their own", async () => {
    const { folder, wall, room } = await aWalledWorkspace();
    const tmux = createTmux({ socketPath: join(folder, "t.sock") });
    onTestFinished(() => tmux.endServer({ graceMs: 200 }));
    const jobs = createJobs(tmux);
    const commands = [
      "test ! -e /root && echo fine > checked",
      `(setsid sleep 631 &); ls ${folder} 2>&1; echo $((6*7)); exit 4`,
    ];
    const environment = { PATH: person["PATH"] ?? "" };
    const start = {
      name: "verify",
      folder: join(folder, "job"),
      cwd: room.cwd,
      commands,
      environment,
      wall,
      room,
      timeLimitMs: 30_000,
    };
    await jobs.startJob(start);
    const sight = await until(async () => {
      const seen = await jobs.lookJob(start);
      return seen.is === "running" ? undefined : seen;
    });
    expect(sight).toMatchObject({
      is: "failed",
      status: "4",
      tail: expect.stringMatching(/No such file or directory\n42\n/),
    });
    expect(existsSync(join(room.cwd, "checked"))).toBe(true);
  });
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; ) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("never seen");
}
