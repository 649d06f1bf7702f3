import { execFileSync, spawn } from "node:child_process";
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { quote, writeLaunch } from "../../../src/runner/agents/launch.ts";
import type { RunFolder } from "../../../src/runner/agents/run-folder.ts";
import {
  awaitAnswer,
  dropSpool,
  putAnswer,
  putEvent,
  readSpool,
  watchSpool,
} from "../../../src/runner/agents/spool.ts";
import { temporaryRun } from "./temporary-run.ts";

let run: RunFolder;

beforeEach(async () => {
  run = await temporaryRun();
  await writeLaunch(run, { argv: ["true"], cwd: run.path, environment: {} });
});

const nothing = () => undefined;

/** Fires the hook script as an agent does; resolves with what it printed. */
function hook(event: object, seconds = 0, shell = "/bin/sh"): Promise<string> {
  const child = spawn(shell, [join(run.path, "hook.sh"), String(seconds)], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(event));
  return text(child.stdout);
}

const said = (reason: string) => ({ kind: "session-ended", reason });
const reasons = async () => (await readSpool(run, nothing)).map((one) => "reason" in one.event && one.event.reason);

function shells(): string[] {
  const known = ["dash", "bash", "ksh", "zsh", "busybox"];
  return ["sh", ...known.filter((shell) => execFileSync("sh", ["-c", `command -v ${shell} || true`]).length > 0)];
}

async function firstEvent() {
  return vi.waitFor(async () => {
    const [first] = await readSpool(run, nothing);
    if (first === undefined) throw new Error("no event yet");
    return first;
  }, 10_000);
}

describe("writing", () => {
  it.each(shells())("the hook script keeps the order of events under %s", async (shell) => {
    for (const reason of ["a", "b", "c"]) await hook(said(reason), 0, shell);
    expect(await reasons()).toEqual(["a", "b", "c"]);
  });

  it("the order goes on after everything was dropped", async () => {
    await hook(said("a"));
    const [first] = await readSpool(run, nothing);
    await dropSpool(run, [first?.name ?? ""]);
    await hook(said("b"));
    const [second] = await readSpool(run, nothing);
    expect(second?.event).toEqual(said("b"));
    expect(first?.name.localeCompare(second?.name ?? "")).toBe(-1);
  });

  it("hooks and our own programs share one order", async () => {
    await hook(said("a"));
    await putEvent(run, { kind: "session-ended", reason: "b" });
    await hook(said("c"));
    expect(await reasons()).toEqual(["a", "b", "c"]);
  });

  it("concurrent hooks lose nothing", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => hook(said(String(index)))));
    expect(await reasons()).toHaveLength(12);
    expect(new Set(await reasons()).size).toBe(12);
  });

  it("leaves nothing behind in the temporary folder", async () => {
    await hook(said("a"));
    expect(await readdir(join(run.spool, "tmp"))).toEqual([]);
  });
});

describe("answers", () => {
  it("a hook that waits prints the answer", async () => {
    const printed = hook(said("a"), 30);
    const { name } = await firstEvent();
    expect(await putAnswer(run, name, "go on")).toBe("given");
    expect(await printed).toBe("go on");
  });

  it("an answer that comes too late is known to be", async () => {
    expect(await hook(said("a"), 1)).toBe("");
    const { name } = await firstEvent();
    expect(await putAnswer(run, name, "go on")).toBe("too-late");
  });

  it("a hook ends with its agent, however long it would have waited", async () => {
    const script = quote(join(run.path, "hook.sh"));
    const agent = spawn("sh", ["-c", `echo '{}' | exec sh ${script} 600 & echo $!; wait`], { stdio: "pipe" });
    await firstEvent();
    const pid = Number(String(agent.stdout.read()));
    agent.kill("SIGKILL");
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 20_000 });
  });

  it("our own programs wait in the same way", async () => {
    const name = await putEvent(run, { kind: "other", what: "a question" });
    const waiting = awaitAnswer(run, name, 20_000);
    await putAnswer(run, name, "yes");
    expect(await waiting).toBe("yes");
    const late = await putEvent(run, { kind: "other", what: "another" });
    expect(await awaitAnswer(run, late, 10)).toBeUndefined();
    expect(await putAnswer(run, late, "yes")).toBe("too-late");
  });
});

describe("reading what a hostile agent left", () => {
  const kinds: [string, (path: string) => Promise<unknown>][] = [
    ["a link", (path) => symlink("/etc/hostname", path)],
    ["a FIFO", async (path) => execFileSync("mkfifo", [path])],
    ["a folder", (path) => mkdir(join(path, "inner"), { recursive: true })],
    ["a huge file", async (path) => (await writeFile(path, ""), truncate(path, 2 ** 33))],
    ["broken JSON", (path) => writeFile(path, '{"kind":')],
    ["an empty file", (path) => writeFile(path, "")],
    ["a dangling link", (path) => symlink("/nowhere", path)],
  ];

  it.each(kinds)("%s is put aside and reported once, and the next event is read", async (_what, make) => {
    await make(join(run.spool, "0000000001-1.json"));
    await hook(said("next"));
    const [broken, next] = await readSpool(run, nothing);
    expect(broken?.event).toMatchObject({ kind: "other", what: expect.stringContaining("broken event file") });
    expect(next?.event).toEqual(said("next"));
    expect(await readSpool(run, nothing)).toHaveLength(1);
    expect(await readdir(run.quarantine)).toHaveLength(1);
  });

  it("files that are no events are put aside", async () => {
    await writeFile(join(run.spool, "notes.txt"), "x");
    await symlink("/etc", join(run.spool, "9-link"));
    expect(await readSpool(run, nothing)).toEqual([]);
    expect(await readdir(run.quarantine)).toHaveLength(2);
  });

  it("an event of an unknown shape is told as such", async () => {
    await hook({ hook_event_name: "Unheard" });
    expect((await readSpool(run, nothing))[0]?.event).toMatchObject({ kind: "other" });
  });

  it("long texts are cut", async () => {
    await hook({ kind: "submitted", title: "t".repeat(9000), body: "b".repeat(900_000) });
    const [event] = await readSpool(run, nothing);
    expect(JSON.stringify(event).length).toBeLessThan(70_000);
  });

  it("a flood is read in portions", async () => {
    for (let index = 1; index <= 250; index++) {
      await writeFile(join(run.spool, `${String(index).padStart(10, "0")}-1.json`), JSON.stringify(said(`${index}`)));
    }
    const first = await readSpool(run, nothing);
    await dropSpool(
      run,
      first.map((one) => one.name),
    );
    const rest = await readSpool(run, nothing);
    expect(first.length + rest.length).toBe(250);
    expect(rest[0]?.event).toEqual(said(String(first.length + 1)));
  });
});

it("a watcher hears of a new event at once, without polling", async () => {
  let heard = 0;
  const watching = watchSpool(run, () => heard++, 3_600_000);
  onTestFinished(() => watching.stop());
  await hook(said("a"));
  await vi.waitFor(() => expect(heard).toBeGreaterThan(0));
});

it("a watcher polls where watching does not work", async () => {
  let heard = 0;
  const watching = watchSpool({ ...run, spool: join(run.path, "missing") }, () => heard++, 10);
  onTestFinished(() => watching.stop());
  await vi.waitFor(() => expect(heard).toBeGreaterThan(1));
});

it("secrets are readable for the owner alone", async () => {
  await writeLaunch(run, { argv: ["true"], cwd: run.path, environment: { ANTHROPIC_API_KEY: "it's secret" } });
  expect(await readFile(run.env, "utf8")).toContain("secret");
  expect(await readFile(run.launch, "utf8")).not.toContain("secret");
});
