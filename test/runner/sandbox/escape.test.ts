import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTmux, type Tmux } from "../../../src/runner/tmux.ts";
import { openWall, type Room, type Wall } from "../../../src/runner/wall.ts";
import { realWall, temporaryFolder, whyNoWall } from "./real-wall.ts";

/**
 * Each attack is tried without the wall, where it must succeed (or it would prove nothing), and behind it, where it must not.
 * It has succeeded when "got it" is printed, or when the file `proof` is there outside.
 */
interface Attack {
  readonly what: string;
  /** A script for sh. */
  readonly script: string;
  /** Where the attack can't succeed even without a wall, and why. */
  readonly needs?: "root";
}

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const noWall = await whyNoWall();

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let wall: Wall;
let tmux: Tmux;
let victim: ReturnType<typeof spawn>;
const servers: Server[] = [];
let variables: Record<string, string>;
const at = (...names: string[]) => join(folder.path, ...names);

beforeAll(async () => {
  if (noWall !== undefined) return;
  folder = await temporaryFolder();
  for (const name of ["home/.ssh", "state", "tasks/1/tree/sub", "tasks/2/tree", "net"])
    await mkdir(at(name), { recursive: true });
  for (const name of ["home/.ssh/id", "state/key.pem", "tasks/2/tree/secret"])
    await writeFile(at(name), "got it\n", { mode: 0o600 });
  wall = await realWall({
    folder: at("wall"),
    tools: [process.execPath],
    hidden: [at("state"), at("home")],
    network: { socketFolder: at("net"), localPorts: [] },
  });
  tmux = createTmux({ socketPath: at("tmux.sock") });
  await tmux.startSession({ name: "other", cwd: folder.path, argv: ["sleep", "600"] });
  victim = spawn("sleep", ["621"], { env: { PATH: "/usr/bin:/bin", PLANTED: "got-it" }, stdio: "ignore" });
  const web = createHttpServer((_request, response) => response.end("got it"));
  const [path, abstract] = [createServer(sayIt), createServer(sayIt)];
  const name = `coppice-test-${process.pid}`;
  await Promise.all([
    new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve)),
    new Promise<void>((resolve) => path.listen(at("service.sock"), resolve)),
    new Promise<void>((resolve) => abstract.listen(`\0${name}`, resolve)),
  ]);
  servers.push(web, path, abstract);
  const address = web.address();
  variables = {
    PATH: process.env["PATH"] ?? "",
    HOME: at("home"),
    NODE: process.execPath,
    F: folder.path,
    PROOF: at("proof"),
    VICTIM: String(victim.pid),
    PORT: String(typeof address === "object" ? address?.port : ""),
    ABSTRACT: name,
  };
});

afterAll(async () => {
  if (noWall !== undefined) return;
  victim.kill("SIGKILL");
  for (const server of servers) server.close();
  await tmux.endServer({ graceMs: 100 });
  await folder[Symbol.asyncDispose]();
});

function inTree(name: string): Promise<string> {
  return readFile(at("tasks/1/tree", name), "utf8");
}

function sayIt(socket: Socket): void {
  socket.end("got it");
}

const room = (network: Room["network"] = "none"): Room => ({
  cwd: at("tasks/1/tree"),
  writable: [at("tasks/1/tree")],
  readable: [],
  network,
});

function attack(behind: Wall, script: string, network: Room["network"] = "none"): Promise<string> {
  const [file, ...args] = behind.enter(room(network), ["/bin/sh", "-c", script]);
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { env: variables, cwd: at("tasks/1/tree"), timeout: 30_000 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
    child.stdin?.end();
  });
}

async function succeeds(behind: Wall, script: string, network?: Room["network"]): Promise<boolean> {
  const said = await attack(behind, script, network);
  return said.includes("got it") || existsSync(at("proof"));
}

const node = (code: string) => `"$NODE" -e '${code}'`;
const talk = (options: string) =>
  node(
    `require("net").connect(${options}).on("data", (d) => console.log(String(d))).on("error", (e) => console.log(e.code))`,
  );

const attacks: readonly Attack[] = [
  { what: "reads a key in the home folder", script: 'cat "$HOME/.ssh/id"; cat "$F/home/.ssh/id"' },
  { what: "reads the state folder", script: 'cat "$F/state/key.pem"' },
  { what: "reads another task's workspace", script: "cat ../../2/tree/secret" },
  { what: "reads through a link in its tree", script: 'ln -sf "$F/state/key.pem" link; cat link' },
  { what: "reads through a linked folder", script: 'ln -sfn "$F" sub/all; cat sub/all/state/key.pem' },
  { what: "reads through the root folder of another process", script: 'cat "/proc/$VICTIM/root$F/state/key.pem"' },
  { what: "writes outside by a path", script: 'echo > "$PROOF"' },
  { what: "writes outside by going up", script: "echo > ../../../proof" },
  { what: "writes outside through a link", script: 'ln -sf "$PROOF" out; echo > out' },
  { what: "makes a hard link to a file outside", script: 'ln "$F/state/key.pem" hard && cat hard' },
  { what: "runs a command by the tmux socket", script: 'tmux -S "$F/tmux.sock" run-shell "touch $PROOF"' },
  { what: "talks to a Unix socket", script: talk('process.env.F + "/service.sock"') },
  { what: "talks to an abstract Unix socket", script: talk('"\\0" + process.env.ABSTRACT') },
  {
    what: "talks to a port of the loopback",
    script: node('fetch("http://127.0.0.1:" + process.env.PORT).then((r) => r.text()).then(console.log)'),
  },
  {
    what: "reads the environment of another process",
    script: 'tr "\\0" "\\n" < "/proc/$VICTIM/environ" | sed -n "s/got-it/got it/p"',
  },
  {
    what: "finds an environment among all processes",
    script: 'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | sed -n "s/^PLANTED=got-it/got it/p"',
  },
  { what: "reads the memory map of another process", script: 'grep -q . "/proc/$VICTIM/maps" && echo got it' },
  {
    what: "sees what others run",
    script: 'cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -q "[s]leep 621" && echo got it',
  },
  {
    what: "signals another process",
    script: 'kill -0 "$VICTIM" && grep -aq 621 "/proc/$VICTIM/cmdline" && echo got it',
  },
  { what: "makes a user namespace", script: "unshare -U true && echo got it" },
  { what: "makes a device node", script: "mknod null c 1 3 && echo got it", needs: "root" },
  {
    what: "uses a device node that is there",
    script: "head -c 1 ../tree/zero | od -An -c | grep -q . && echo got it",
    needs: "root",
  },
  {
    what: "writes a setting of the kernel",
    script: "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern && echo got it",
    needs: "root",
  },
  { what: "reads password hashes", script: "grep -q : /etc/shadow && echo got it", needs: "root" },
  { what: "mounts something", script: "unshare -m sh -c 'mount -t tmpfs none /tmp' && echo got it", needs: "root" },
  {
    what: "adds to the system's programs",
    script: 'touch "/usr/bin/$ABSTRACT" && rm "/usr/bin/$ABSTRACT" && echo got it',
    needs: "root",
  },
];

describe.skipIf(noWall !== undefined)("an agent behind the wall", () => {
  beforeEach(async () => {
    for (const name of ["link", "out", "hard", "null", "zero", "sub/all"])
      await rm(at("tasks/1/tree", name), { force: true, recursive: true });
    await rm(at("proof"), { force: true });
    if (isRoot) await attack(openWall, "mknod zero c 1 5 && chmod 666 zero");
  });

  it.each(attacks)("never $what", async ({ what, script, needs }) => {
    const isTried = needs !== "root" || isRoot;
    if (!isTried) console.warn(`${what}: not tried without the wall, since that needs root`);
    expect(isTried ? await succeeds(openWall, script) : "not tried", "without the wall").not.toBe(false);
    await rm(at("proof"), { force: true });
    expect(await succeeds(wall, script), "behind the wall").toBe(false);
  });

  it("never talks to the loopback's ports when its network is allowed", async () => {
    const script = node('fetch("http://127.0.0.1:" + process.env.PORT).then((r) => r.text()).then(console.log)');
    expect(await succeeds(openWall, script, "allowed")).toBe(true);
    expect(await succeeds(wall, script, "allowed")).toBe(false);
  });

  it("never leaves a process behind", async () => {
    const script =
      "setsid sh -c 'while :; do echo > alive; sleep 0.05; done' > /dev/null 2>&1 & sleep 0.3; echo $! > /dev/null";
    const beats = async (behind: Wall) => {
      await attack(behind, script);
      await rm(at("tasks/1/tree/alive"), { force: true });
      await new Promise((resolve) => setTimeout(resolve, 400));
      return existsSync(at("tasks/1/tree/alive"));
    };
    expect(await beats(wall)).toBe(false);
    expect(await beats(openWall)).toBe(true);
    await attack(
      openWall,
      'for p in /proc/[0-9]*; do grep -aq "echo > alive" $p/cmdline && kill -9 "${p#/proc/}"; done',
    );
  });

  it("has nothing open that was not open before", async () => {
    const list = "ls /proc/self/fd | sort -n | tr '\\n' ' '";
    expect(await attack(wall, list)).toBe(await attack(openWall, list));
  });

  it("is nobody in particular, with no rights, in an almost empty system", async () => {
    // The programs that are shown may lie below root's home.
    const root = process.execPath.startsWith("/root/") ? ["/root"] : [];
    const folders = "/root /mnt /sys /var/lib /opt /run/* /home/* /etc/ssl/private";
    const said = await attack(
      wall,
      `id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t"; ls -d ${folders} 2>/dev/null; ulimit -c; echo $(ls /dev)`,
    );
    expect(said.split("\n")).toEqual([
      String(isRoot ? 1000 : process.getuid?.()),
      "CapEff:0000000000000000",
      "CapBnd:0000000000000000",
      "NoNewPrivs:1",
      "Seccomp:2",
      "/home/agent",
      ...root,
      "0",
      "core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero",
      "",
    ]);
  });

  it("can work: write its tree and its temporary folders, read the system, keep a home for the day", async () => {
    const script =
      'echo one > one && cat one && echo two > /tmp/two && cat /tmp/two && echo three > "$HOME/three" && cat "$HOME/three" && git init -q repo && ls repo/.git/HEAD';
    expect(await attack(wall, script)).toBe("one\ntwo\nthree\nrepo/.git/HEAD\n");
    expect(existsSync(at("home/three"))).toBe(false);
    await rm(at("tasks/1/tree/repo"), { recursive: true });
  });
});

const nested = () => at("tasks/1/tree/a/b/pointer");
const pinned = (): Room => ({ ...room(), readable: [nested()] });
const enterWith = (readable: string) => () => wall.enter({ ...room(), readable: [readable] }, ["true"]);

function inRoom(script: string): Promise<string> {
  const [file, ...args] = wall.enter(pinned(), ["/bin/sh", "-c", script]);
  return new Promise((resolve) => execFile(file, args, { env: variables }, (_error, stdout) => resolve(stdout)));
}

describe.skipIf(noWall !== undefined)("what is read-only in a writable folder", () => {
  beforeEach(async () => {
    await rm(at("tasks/1/tree/a"), { recursive: true, force: true });
    await mkdir(at("tasks/1/tree/a/b"), { recursive: true });
    await writeFile(nested(), "ours\n");
  });

  it.each([
    ["written", "echo theirs > a/b/pointer"],
    ["removed", "rm -f a/b/pointer"],
    ["replaced", "echo theirs > n; mv -f n a/b/pointer"],
    ["moved away with its folder", "mv a/b a/c"],
    ["moved away with the folder around that", "mv a x"],
    [
      "hidden by another folder",
      "mkdir -p n/b; echo theirs > n/b/pointer; mv -T --exchange a n || { mv a x && mv n a; }",
    ],
  ])("can't be %s", async (_how, script) => {
    await inRoom(script);
    expect(await readFile(nested(), "utf8")).toBe("ours\n");
    expect(await inRoom("cat a/b/pointer; echo more >> a/b/new && cat a/b/new")).toBe("ours\nmore\n");
  });

  it("is not looked for through a link that was put in its way", async () => {
    await rm(at("tasks/1/tree/a"), { recursive: true });
    await mkdir(at("elsewhere/b"), { recursive: true });
    await writeFile(at("elsewhere/b/pointer"), "got it\n");
    await symlink(at("elsewhere"), at("tasks/1/tree/a"));
    expect(() => wall.enter(pinned(), ["true"])).toThrow(expect.objectContaining({ code: "WALL_LINK" }));
    await rm(at("tasks/1/tree/a"));
  });

  it("can't be a folder that shows what has to stay hidden, or one that is not there", () => {
    expect(enterWith(folder.path)).toThrow(expect.objectContaining({ code: "WALL_EXPOSES" }));
    expect(enterWith(at("state"))).toThrow(expect.objectContaining({ code: "WALL_EXPOSES" }));
    expect(enterWith("/")).toThrow(expect.objectContaining({ code: "WALL_ROOM" }));
    expect(enterWith(at("missing"))).toThrow(expect.objectContaining({ code: "WALL_ROOM" }));
  });
});

describe.skipIf(noWall !== undefined)("a terminal that both sides share", () => {
  /** Types a command line into its own terminal, for whoever reads it next: the shell that started it, say. 0x5412 is TIOCSTI. */
  const typist = `perl -e 'for (split //, "touch $ENV{PROOF}\\n") { ioctl(STDIN, 0x5412, my $c = $_) or print "refused\\n" }'`;

  async function typesInto(behind: Wall, name: string): Promise<boolean> {
    await rm(at("proof"), { force: true });
    const [...argv] = behind.enter(room(), [
      "/bin/sh",
      "-c",
      `PROOF=${at("proof")}; export PROOF; ${typist}; stty size; echo [$TMUX]`,
    ]);
    const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    await writeFile(
      at(`${name}.sh`),
      `#!/bin/sh\n${quoted}\nread -r line && sh -c "$line"\necho over\nexec sleep 600\n`,
    );
    await chmod(at(`${name}.sh`), 0o755);
    await tmux.startSession({ name, cwd: folder.path, argv: [at(`${name}.sh`)] });
    let text = "";
    for (let tries = 0; tries < 200 && !/over|refused/.test(text); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const seen = await tmux.capture(name);
      text = seen.is === "seen" ? seen.text : "";
    }
    expect(text).toMatch(/4[78] 160\n(\[\]|\[.*tmux\.sock)/);
    expect(text.includes("tmux.sock")).toBe(behind === openWall);
    await tmux.endSession(name, { graceMs: 100 });
    return existsSync(at("proof"));
  }

  it("takes no typing from the inside", async () => {
    const allowedHere = await readFile("/proc/sys/dev/tty/legacy_tiocsti", "utf8").catch(() => "1");
    const isTried = allowedHere.trim() !== "0";
    if (!isTried) console.warn("this kernel refuses it anyway, so it was not tried without the wall");
    expect(isTried ? await typesInto(openWall, "typed") : "not tried").not.toBe(false);
    expect(await typesInto(wall, "refused")).toBe(false);
  });

  it("tells the inside when it changes its size, and takes its keys", async () => {
    const script = "trap 'stty size > size' WINCH; echo ready; while :; do read -r line && echo $line > typed; done";
    await tmux.startSession({ name: "sized", cwd: folder.path, argv: wall.enter(room(), ["/bin/bash", "-c", script]) });
    await vi.waitFor(async () =>
      expect(await tmux.capture("sized")).toMatchObject({ text: expect.stringContaining("ready") }),
    );
    await run("tmux", ["-S", tmux.socketPath, "resize-window", "-t", "=sized:", "-x", "90", "-y", "33"]);
    await run("tmux", ["-S", tmux.socketPath, "send-keys", "-t", "=sized:", "hello", "Enter"]);
    await vi.waitFor(
      async () => expect([await inTree("size"), await inTree("typed")]).toEqual(["33 90\n", "hello\n"]),
      10_000,
    );
    await tmux.endSession("sized", { graceMs: 100 });
  });
});

it("says what is missing, and the cure, when there is no wall to be had", async () => {
  const { findWall } = await import("../../../src/runner/sandbox/find-wall.ts");
  const options = { folder: join(tmpdir(), `cop-none-${process.pid}`), tools: [], hidden: [] };
  expect(await findWall({ ...options, program: "/no/bwrap" })).toMatchObject({
    is: "missing",
    cure: expect.stringContaining("bubblewrap"),
  });
  expect(await findWall({ ...options, program: "/bin/true" })).toMatchObject({ is: "missing" });
  const pretender = join(options.folder, "bwrap");
  await writeFile(pretender, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n', { mode: 0o755 });
  expect(await findWall({ ...options, program: pretender })).toMatchObject({ is: "missing" });
  await rm(options.folder, { recursive: true });
});
