import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createJobs, type Jobs, type JobSight, type JobStart } from "../../src/runner/job.ts";
import { listProcesses } from "../../src/runner/process-tree.ts";
import { createTmux, type Tmux } from "../../src/runner/tmux.ts";
import { openWall } from "../../src/runner/wall.ts";

let folder: string;
let tmux: Tmux;
let jobs: Jobs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coppice-job-"));
  await mkdir(join(folder, "work"));
  tmux = createTmux({ socketPath: join(folder, "tmux.sock") });
  jobs = createJobs(tmux);
});

afterAll(async () => {
  await tmux.endServer({ graceMs: 200 });
  await rm(folder, { recursive: true, force: true });
});

function job(name: string, commands: readonly string[], more: Partial<JobStart> = {}): JobStart {
  const cwd = join(folder, "work");
  const room = { cwd, writable: [cwd], readable: [], network: "none" } as const;
  const environment = { PATH: process.env["PATH"] ?? "", GREETING: "it's a 'planted' $HOME" };
  return {
    name,
    folder: join(folder, name),
    cwd,
    commands,
    environment,
    wall: openWall,
    room,
    timeLimitMs: 60_000,
    ...more,
  };
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; ) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never seen: ${what}`);
}

async function run(start: JobStart): Promise<JobSight> {
  await jobs.startJob(start);
  return until(`the end of ${start.name}`, async () => {
    const sight = await jobs.lookJob(start);
    return sight.is !== "running" && sight;
  });
}

const seen = (file: string) => readFile(join(folder, "work", file), "utf8");
const isRunning = async (pid: number) => (await listProcesses()).some((one) => one.pid === pid);
const pidIn = (file: string) =>
  until(`a pid in ${file}`, async () => existsSync(file) && (Number(await readFile(file, "utf8")) || undefined));

it("passes when every command does, with the environment given and no other", async () => {
  const start = job("good", [
    'echo "$GREETING" > greeting',
    "cd /",
    "env > env-seen",
    "test -t 0 || echo no-terminal > stdin",
  ]);
  expect(await jobs.lookJob(start)).toEqual({ is: "absent" });
  expect(await run(start)).toEqual({ is: "passed" });
  expect(await seen("greeting")).toBe("it's a 'planted' $HOME\n");
  expect(await seen("stdin")).toBe("no-terminal\n");
  const names = (await seen("env-seen"))
    .match(/^[A-Za-z_]+(?==)/gm)
    ?.filter((name) => !["PWD", "OLDPWD", "_", "SHLVL"].includes(name));
  expect(names?.toSorted()).toEqual(["COPPICE_JOB", "GREETING", "PATH"]);
});

it("stops at the first command that fails, and shows the end of what it said", async () => {
  const loud =
    "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done; printf '1%%\\r2%%\\r\\033[31mred\\033[0m\\007\\n' >&2; exit 3";
  const sight = await run(job("bad", ["echo fine", loud, "touch never"]));
  if (sight.is !== "failed") throw new Error(`it is ${sight.is}`);
  expect(sight).toMatchObject({ command: loud, status: "3" });
  const lines = sight.tail.split("\n");
  expect(lines).toHaveLength(60);
  expect(lines).toContain("red");
  expect(lines).toContain("line 200");
  expect(lines).not.toContain("line 100");
  expect(existsSync(join(folder, "work", "never"))).toBe(false);
  expect((await tmux.capture("bad")).is).toBe("seen");
});

it("tells of a signal, and of a program that is not there", async () => {
  expect(await run(job("shot", ["kill -9 $$"]))).toMatchObject({ is: "failed", status: "signal SIGKILL" });
  expect(
    await run(job("wall-less", ["true"], { wall: { kind: "none", enter: () => ["/no/such/wall"] } })),
  ).toMatchObject({
    is: "failed",
    status: expect.stringMatching(/^not started/),
  });
});

it("is not run twice, neither while it runs nor after", async () => {
  const start = job("once", ["echo run >> runs; sleep 0.5"]);
  await Promise.all([jobs.startJob(start), jobs.startJob(start)]);
  await jobs.startJob(start);
  await run(start);
  expect(await run(start)).toEqual({ is: "passed" });
  expect(await readFile(join(folder, "work", "runs"), "utf8")).toBe("run\n");
});

it("ends at its time limit with all that it started", async () => {
  const command = "(setsid sh -c 'echo $$ > away; exec sleep 611' &) ; sleep 612";
  const start = job("slow", [command], { timeLimitMs: 1500 });
  const sight = await run(start);
  expect(sight).toMatchObject({ is: "failed", status: "time limit of 2 s" });
  expect(await isRunning(await pidIn(join(folder, "work", "away")))).toBe(false);
});

it("does not wait for what a command left in the background, and ends it", async () => {
  const start = job("server", ["(setsid sh -c 'echo $$ > left; exec sleep 613' &); sleep 0.2; echo started"]);
  expect(await run(start)).toEqual({ is: "passed" });
  expect(await isRunning(await pidIn(join(folder, "work", "left")))).toBe(false);
});

it("keeps only the end of an endless output", async () => {
  const start = job("endless", ["yes 0123456789 | head -c 3000000; echo the end; exit 1"], { mostLogBytes: 200_000 });
  expect(await run(start)).toMatchObject({ is: "failed", tail: expect.stringMatching(/the end\n\n\[.*: 1\]$/) });
  const sizes = await Promise.all(
    ["log", "log.older"].map(async (file) => (await stat(join(start.folder, file))).size),
  );
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(600_000);
});

it("is lost when it was killed, and is then started again", async () => {
  const start = job("killed", ["echo $$ > pid-killed; test -f second || exec sleep 614"]);
  await jobs.startJob(start);
  const pid = await pidIn(join(folder, "work", "pid-killed"));
  expect(await jobs.lookJob(start)).toEqual({ is: "running" });
  const program = (await listProcesses()).find((one) => one.pid === pid)?.parent ?? 0;
  process.kill(program, "SIGKILL");
  await until("the loss", async () => (await jobs.lookJob(start)).is === "lost");
  expect(await isRunning(pid)).toBe(true);
  await run(job("mark", ["touch second"]));
  expect(await run(start)).toEqual({ is: "passed" });
  expect(await isRunning(pid)).toBe(false);
});

it("is cut off without a result when tmux or the machine goes down", async () => {
  const start = job("terminated", ["echo $$ > pid-terminated; exec sleep 615"]);
  await jobs.startJob(start);
  const pid = await pidIn(join(folder, "work", "pid-terminated"));
  const program = (await listProcesses()).find((one) => one.pid === pid)?.parent ?? 0;
  process.kill(program, "SIGTERM");
  await until("the loss", async () => (await jobs.lookJob(start)).is === "lost");
  expect(await isRunning(pid)).toBe(false);
});

it("is forgotten when dropped, running or not", async () => {
  const start = job("dropped", ["echo $$ > pid-dropped; exec sleep 616"]);
  await jobs.startJob(start);
  const pid = await pidIn(join(folder, "work", "pid-dropped"));
  await jobs.dropJob(start);
  await jobs.dropJob(start);
  expect(await jobs.lookJob(start)).toEqual({ is: "absent" });
  expect(await isRunning(pid)).toBe(false);
});
