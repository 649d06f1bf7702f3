import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listProcesses, lookProcess, sendSignal } from "../../../src/runner/process-tree.ts";
import type { Wall } from "../../../src/runner/wall.ts";
import { eventually } from "../../e2e/stage.ts";
import { temporaryFolder } from "../agents/temporary-run.ts";
import { realWall, whyNoWall } from "../sandbox/real-wall.ts";
import { aRunner, type Bench, pidIn } from "./bench.ts";

/** A child that called setsid and lost its parent, and one that nohup protects. */
const escaping = `
(setsid sh -c 'trap "" HUP INT; echo $$ > away; while :; do sleep 0.2; done' > /dev/null 2>&1 &)
nohup sh -c 'echo $$ > nohup; while :; do sleep 0.2; done' > /dev/null 2>&1 &
echo $$ > first; while :; do sleep 0.2; done`;

const names = ["away", "nohup", "first"];

async function isRunning(pid: number): Promise<boolean> {
  return (await lookProcess(pid)) !== "absent";
}

function commandOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function pidsOf({ tree }: Bench): Promise<number[]> {
  const all = names.map((name) => eventually(`a number in ${name}`, () => pidIn(join(tree, name))));
  const pids = await Promise.all(all);
  onTestFinished(() => pids.forEach((pid) => sendSignal(pid, "SIGKILL")));
  return pids;
}

/** Processes behind a wall have other numbers inside: they are known by how long they sleep. */
async function sleepers(seconds: string): Promise<number> {
  const all = await listProcesses();
  const commands = all.filter(({ name }) => name === "sleep").map(({ pid }) => commandOf(pid));
  return commands.filter((command) => command === `sleep\0${seconds}\0`).length;
}

async function seenSession({ runner }: Bench, task: Bench["task"]): Promise<string> {
  const want = { workspace: false, session: true, setup: false, checks: false, agent: false, usage: "no" } as const;
  return (await runner.look(task, want)).session.is;
}

test("without a wall, all that an agent started ends with its session, however it got away", async () => {
  const bench = await aRunner(escaping);
  await bench.start();
  const pids = await pidsOf(bench);
  expect(await Promise.all(pids.map(isRunning))).toEqual([true, true, true]);
  await bench.runner.endSession(bench.task);
  expect(await Promise.all(pids.map(isRunning))).toEqual([false, false, false]);
});

function withoutNetwork(wall: Wall): Wall {
  return { ...wall, enter: (room, command) => wall.enter({ ...room, network: "none" }, command) };
}

const noWall = await whyNoWall();

test.skipIf(noWall !== undefined)("behind the wall, all that an agent started ends with its session", async () => {
  const folder = await temporaryFolder();
  const bench = await aRunner(
    `sleep 600.25 & (setsid sleep 600.25 &) ; : > ready; exec sleep 600.25`,
    withoutNetwork(await realWall({ folder })),
  );
  await bench.start();
  await eventually("the agent", () => (existsSync(join(bench.tree, "ready")) ? true : undefined));
  expect(await sleepers("600.25")).toBe(3);
  await bench.runner.endSession(bench.task);
  expect(await sleepers("600.25")).toBe(0);
});

test.each(["kill -9", "kill-server", "kill-session"])(
  "after %s nothing of the old agent lives beside the new one",
  async (how) => {
    const bench = await aRunner(escaping);
    await bench.start();
    const old = await pidsOf(bench);
    const { socketPath } = bench.tmux;
    const run = (...words: string[]) => execFileSync("tmux", ["-S", socketPath, ...words], { encoding: "utf8" });
    if (how === "kill -9") process.kill(Number(run("display-message", "-p", "#{pid}")), "SIGKILL");
    else if (how === "kill-server") run("kill-server");
    else run("kill-session", "-t", run("list-sessions", "-F", "#{session_name}").trim());
    await eventually("no session", async () =>
      (await seenSession(bench, bench.task)) === "absent" ? true : undefined,
    );
    for (const name of names) rmSync(join(bench.tree, name));

    await bench.start(bench.again);
    const now = await pidsOf(bench);
    expect(await Promise.all(old.map(isRunning))).toEqual([false, false, false]);
    expect(await Promise.all(now.map(isRunning))).toEqual([true, true, true]);
    expect(await seenSession(bench, bench.again)).toBe("alive");
  },
);

test("a start that is repeated leaves the session that it finds as it is", async () => {
  const bench = await aRunner(escaping);
  await bench.start();
  const pids = await pidsOf(bench);
  await bench.start();
  expect(await Promise.all(pids.map(isRunning))).toEqual([true, true, true]);
});

test("a flood of output fills neither disk nor memory", async () => {
  const bench = await aRunner("head -c 150000000 /dev/zero | tr '\\0' 'x' | fold -w 150; : > done; exec sleep 600");
  const before = process.memoryUsage().rss;
  await bench.start();
  const server = Number(execFileSync("tmux", ["-S", bench.tmux.socketPath, "display-message", "-p", "#{pid}"]));
  await eventually("the end of the flood", () => (existsSync(join(bench.tree, "done")) ? true : undefined));
  const screen = await bench.runner.screen(bench.task);
  const grownBytes = process.memoryUsage().rss - before;
  console.log(
    `after 150 MB of output: tmux has ${residentMb(server)} MB, we grew by ${Math.round(grownBytes / 1e6)} MB`,
  );
  expect(residentMb(server)).toBeLessThan(100);
  expect(grownBytes).toBeLessThan(100e6);
  expect(screen?.length).toBeLessThan(20_000);
  expect(
    Number(execFileSync("du", ["-sm", bench.places.task(bench.task)], { encoding: "utf8" }).split("\t")[0]),
  ).toBeLessThan(2);
});

function residentMb(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}
