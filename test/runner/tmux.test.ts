import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KnownError } from "../../src/errors.ts";
import { listProcesses } from "../../src/runner/process-tree.ts";
import { createTmux, type Tmux } from "../../src/runner/tmux.ts";

const run = promisify(execFile);
let folder: string;
let tmux: Tmux;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coppice-tmux-"));
  tmux = createTmux({
    socketPath: join(folder, "s", "tmux.sock"),
    environment: { ...process.env, GITHUB_TOKEN: "planted-secret-1", GIT_DIR: "/nowhere", CLAUDECODE: "1" },
  });
});

afterAll(async () => {
  await tmux.endServer({ graceMs: 200 });
  await rm(folder, { recursive: true, force: true });
});

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; ) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`never seen: ${what}`);
}

const ended = (name: string, on = tmux) =>
  until(`${name} ended`, async () => {
    const sight = await on.lookSession(name);
    // tmux learns of the closed terminal before it learns of the status.
    return sight.is === "ended" && (sight.status ?? sight.signal) !== undefined && sight;
  });
const isRunning = async (pid: number) => (await listProcesses()).some((one) => one.pid === pid);
const pidIn = (file: string) =>
  until(
    `a pid in ${file}`,
    async () => existsSync(file) && Number(await readFile(file, "utf8")) > 0 && Number(await readFile(file, "utf8")),
  );
const shell = (script: string): [string, ...string[]] => ["sh", "-c", script];

describe("a session", () => {
  it("runs the program itself, in the given folder, at the given size", async () => {
    const cwd = join(folder, "work #(touch pwned) #{pid}");
    await mkdir(cwd);
    const argv = shell('pwd > place; stty size >> place; printf "%s|" "$@" >> place; mv place done; exec sleep 600');
    const started = await tmux.startSession({
      name: "plain",
      cwd,
      argv: [...argv, "sh", "a;", ";", "b c", "#(touch pwned)", "$(id)", "--"],
    });
    if (started.is !== "started") throw new Error("not started");
    await until("the program's report", async () => existsSync(join(cwd, "done")));
    const [place, size, words] = (await readFile(join(cwd, "done"), "utf8")).split("\n");
    expect([place, size, words]).toEqual([cwd, "48 160", "a;|;|b c|#(touch pwned)|$(id)|--|"]);
    expect(existsSync(join(cwd, "pwned"))).toBe(false);
    expect(await tmux.lookSession("plain")).toEqual({ is: "alive", ...started.ids });
    const parents = (await listProcesses()).find((one) => one.pid === started.ids.pid);
    expect(parents).toMatchObject({ name: "sleep", parent: started.ids.serverPid });
  });

  it("starts a program that stands alone without a shell", async () => {
    const program = join(folder, "two words;");
    await writeFile(program, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    await tmux.startSession({ name: "alone", cwd: folder, argv: [program] });
    expect(await ended("alone")).toEqual({ is: "ended", status: 7, signal: undefined });
  });

  it("is never started twice, not even at the same moment", async () => {
    const start = { name: "once", cwd: folder, argv: ["sleep", "600"] as const };
    const all = await Promise.all([1, 2, 3, 4].map(() => tmux.startSession(start)));
    expect(all.filter((one) => one.is === "started")).toHaveLength(1);
    expect(all.find((one) => one.is === "already there")).toMatchObject({ sight: { is: "alive" } });
  });

  it("is not mistaken for another whose name begins alike", async () => {
    await tmux.startSession({ name: "task-10", cwd: folder, argv: ["sleep", "600"] });
    expect(await tmux.lookSession("task-1")).toEqual({ is: "absent" });
    await tmux.endSession("task-1");
    expect(await tmux.lookSession("task-10")).toMatchObject({ is: "alive" });
  });

  it("tells how its program ended", async () => {
    await tmux.startSession({ name: "status", cwd: folder, argv: shell("exit 3") });
    await tmux.startSession({ name: "killed", cwd: folder, argv: shell("kill -9 $$") });
    expect(await ended("status")).toEqual({ is: "ended", status: 3, signal: undefined });
    expect(await ended("killed")).toMatchObject({
      is: "ended",
      status: undefined,
      signal: expect.stringMatching(/^(9|kill)$/i),
    });
  });

  it("has ended when a person closed the agent's pane and kept another", async () => {
    const { socketPath } = tmux;
    await tmux.startSession({ name: "split", cwd: folder, argv: ["sleep", "600"] });
    await run("tmux", ["-S", socketPath, "split-window", "-d", "-t", "=split:", "sleep 601"]);
    expect(await tmux.lookSession("split")).toMatchObject({ is: "alive" });
    await run("tmux", ["-S", socketPath, "kill-pane", "-t", "=split:.0"]);
    expect(await tmux.lookSession("split")).toEqual({ is: "ended", status: undefined, signal: undefined });
  });

  it("shows its screen without escapes", async () => {
    await tmux.startSession({
      name: "screen",
      cwd: folder,
      argv: shell("printf '\\033[31mred\\033[0m \\303\\251\\n\\033]0;title\\007'; exec sleep 600"),
    });
    const text = await until("the text", async () => {
      const seen = await tmux.capture("screen");
      return seen.is === "seen" && seen.text.includes("red") && seen.text;
    });
    expect(text.trimEnd()).toBe("red é");
    expect(await tmux.capture("nobody")).toEqual({ is: "absent" });
  });

  it("is named by the words to attach, exactly and quoted", () => {
    const odd = createTmux({ socketPath: "/tmp/a b's/t.sock" });
    expect(odd.attachCommand("t-1", { readOnly: true })).toBe(`tmux -S '/tmp/a b'\\''s/t.sock' attach -r -t '=t-1'`);
    expect(odd.attachCommand("t-1", { readOnly: false })).toBe(`tmux -S '/tmp/a b'\\''s/t.sock' attach -t '=t-1'`);
  });

  it.each(["", "a b", "a:b", "a.b", "=a", "$1", "#(id)", "a\n", "ä", "a".repeat(101)])(
    "can't be named %j",
    async (name) => {
      await expect(tmux.startSession({ name, cwd: folder, argv: ["true"] })).rejects.toThrow("not a session name");
      await expect(tmux.lookSession(name)).rejects.toThrow("not a session name");
    },
  );

  it("can't start in a folder that is not there", async () => {
    const start = { name: "lost", cwd: join(folder, "missing"), argv: ["true"] as const };
    await expect(tmux.startSession(start)).rejects.toMatchObject({ code: "SESSION_FOLDER" });
    expect(await tmux.lookSession("lost")).toEqual({ is: "absent" });
  });

  it("can be attached to with the words given: to watch only, or to type", async () => {
    await tmux.startSession({
      name: "seen",
      cwd: folder,
      argv: shell("read line; echo $line > typed; exec sleep 600"),
    });
    const watching = attach(tmux.attachCommand("seen", { readOnly: true }));
    await until("a watcher", async () => (await clientsOf("seen")).includes("1"));
    watching.stdin.write("watcher\r");
    const typing = attach(tmux.attachCommand("seen", { readOnly: false }));
    await until("a typist", async () => (await clientsOf("seen")).includes("0"));
    typing.stdin.write("typist\r");
    await until("the typed line", async () => existsSync(join(folder, "typed")));
    const environment = await run("tmux", ["-S", tmux.socketPath, "show-environment", "-t", "=seen"]);
    for (const person of [watching, typing]) person.kill();
    expect((await readFile(join(folder, "typed"), "utf8")).trim()).toBe("typist");
    expect(environment.stdout).not.toContain("planted-secret");
  });
});

/** A person at a terminal (script(1) gives one), with secrets in the environment as people have. */
function attach(words: string) {
  const env = {
    PATH: process.env["PATH"],
    TERM: "xterm",
    SSH_AUTH_SOCK: "planted-secret-2",
    DISPLAY: "planted-secret-3",
  };
  return spawn("script", ["-qec", words, "/dev/null"], { stdio: ["pipe", "ignore", "ignore"], env });
}

async function clientsOf(name: string): Promise<string[]> {
  const clients = await run("tmux", [
    "-S",
    tmux.socketPath,
    "list-clients",
    "-t",
    `=${name}`,
    "-F",
    "#{client_readonly}",
  ]);
  return clients.stdout.trim().split("\n");
}

describe("ending a session", () => {
  it("ends children that left it by setsid or nohup, and lets the program tidy up first", async () => {
    const script = `
      trap 'echo tidy > ${folder}/tidied; exit 0' TERM
      (setsid sh -c 'echo $$ > ${folder}/away; exec sleep 602' &)
      setsid sh -c 'echo $$ > ${folder}/stubborn; trap "" TERM HUP; while :; do sleep 1; done' &
      nohup sleep 603 > /dev/null 2>&1 & echo $! > ${folder}/nohup
      echo $$ > ${folder}/first; while :; do sleep 0.1; done`;
    await tmux.startSession({ name: "family", cwd: folder, argv: shell(script) });
    const pids = await Promise.all(["away", "stubborn", "nohup", "first"].map((name) => pidIn(join(folder, name))));
    await tmux.endSession("family", { graceMs: 1000 });
    expect(await Promise.all(pids.map(isRunning))).toEqual([false, false, false, false]);
    expect(existsSync(join(folder, "tidied"))).toBe(true);
    expect(await tmux.lookSession("family")).toEqual({ is: "absent" });
  });

  it("ends what a program that is over left behind", async () => {
    await tmux.startSession({
      name: "gone",
      cwd: folder,
      argv: shell(`setsid sh -c 'echo $$ > ${folder}/left; exec sleep 604' & sleep 0.2`),
    });
    const left = await pidIn(join(folder, "left"));
    await ended("gone");
    expect(await isRunning(left)).toBe(true);
    await tmux.endSession("gone");
    expect(await isRunning(left)).toBe(false);
  });

  it("is done already when there is no such session", async () => {
    await expect(tmux.endSession("never-was")).resolves.toBeUndefined();
  });

  it("leaves other sessions alone", async () => {
    await tmux.startSession({ name: "one", cwd: folder, argv: ["sleep", "600"] });
    await tmux.startSession({ name: "two", cwd: folder, argv: ["sleep", "600"] });
    await tmux.endSession("one");
    expect(await tmux.lookSession("two")).toMatchObject({ is: "alive" });
  });
});

describe("the server", () => {
  it("has nothing of the service's environment, neither for sessions nor in its command line", async () => {
    await tmux.startSession({ name: "env", cwd: folder, argv: shell("env > seen; mv seen env-seen; exec sleep 600") });
    await until("its environment", async () => existsSync(join(folder, "env-seen")));
    const seen = await readFile(join(folder, "env-seen"), "utf8");
    const global = await run("tmux", ["-S", tmux.socketPath, "show-environment", "-g"]);
    const sight = await tmux.lookSession("env");
    const pid = sight.is === "alive" ? sight.serverPid : 0;
    const proc =
      process.platform === "linux"
        ? (await readFile(`/proc/${pid}/environ`, "latin1")) + (await readFile(`/proc/${pid}/cmdline`, "latin1"))
        : "";
    for (const text of [seen, global.stdout, proc]) expect(text).not.toMatch(/planted-secret|GIT_DIR|CLAUDECODE/);
    expect(seen).toMatch(/^PATH=/m);
  });

  it("says absent when it was never started, and unknown when tmux can't be run or doesn't answer", async () => {
    const socketPath = join(folder, "s", "other.sock");
    const slow = join(folder, "slow-tmux");
    await writeFile(slow, "#!/bin/sh\nexec sleep 30\n", { mode: 0o755 });
    expect(await createTmux({ socketPath }).lookSession("a")).toEqual({ is: "absent" });
    expect(await createTmux({ socketPath, tmuxPath: join(folder, "no-tmux") }).lookSession("a")).toMatchObject({
      is: "unknown",
    });
    expect(await createTmux({ socketPath, tmuxPath: slow, timeLimitMs: 200 }).lookSession("a")).toMatchObject({
      is: "unknown",
    });
    await expect(createTmux({ socketPath, tmuxPath: slow, timeLimitMs: 200 }).endSession("a")).rejects.toMatchObject({
      code: "SESSION_END",
    });
    await expect(
      createTmux({ socketPath, tmuxPath: join(folder, "no-tmux") }).startSession({
        name: "a",
        cwd: folder,
        argv: ["true"],
      }),
    ).rejects.toMatchObject({ code: "TMUX_MISSING" });
  });

  it("keeps its sessions, and gets no twin, when its socket was deleted", async () => {
    const first = await tmux.startSession({ name: "kept", cwd: folder, argv: ["sleep", "600"] });
    await unlink(tmux.socketPath);
    expect(await tmux.lookSession("kept")).toMatchObject({ is: "alive" });
    await unlink(tmux.socketPath);
    const second = await tmux.startSession({ name: "later", cwd: folder, argv: ["sleep", "600"] });
    if (first.is !== "started" || second.is !== "started") throw new Error("not started");
    expect(second.ids.serverPid).toBe(first.ids.serverPid);
  });

  it("is started anew after a crash, and sessions are then absent", async () => {
    const other = createTmux({ socketPath: join(folder, "s", "crash.sock") });
    const start = { name: "a", cwd: folder, argv: ["sleep", "600"] as const };
    const first = await other.startSession(start);
    if (first.is !== "started") throw new Error("not started");
    process.kill(first.ids.serverPid, "SIGKILL");
    await until("the server gone", async () => !(await isRunning(first.ids.serverPid)));
    expect(await other.lookSession("a")).toEqual({ is: "absent" });
    expect(await other.startSession(start)).toMatchObject({ is: "started" });
    await other.endServer({ graceMs: 200 });
    expect(await other.lookSession("a")).toEqual({ is: "absent" });
  });

  it("is refused when somebody else started it", async () => {
    const socketPath = join(folder, "s", "foreign.sock");
    await run("tmux", ["-S", socketPath, "-f", "/dev/null", "new-session", "-d", "sleep 605"]);
    const start = createTmux({ socketPath }).startSession({ name: "a", cwd: folder, argv: ["true"] });
    await expect(start).rejects.toMatchObject({ code: "TMUX_FOREIGN_SERVER" });
    await run("tmux", ["-S", socketPath, "kill-server"]);
  });

  it("can't have a socket path that the system would cut", () => {
    expect(() => createTmux({ socketPath: `/tmp/${"x".repeat(100)}` })).toThrow(KnownError);
  });
});
