import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { AgentEvent, NamedEvent } from "../../../src/core/agent-event.ts";
import type { RunSpec } from "../../../src/runner/agents/agent.ts";
import { createClaude } from "../../../src/runner/agents/claude/claude.ts";
import { everydayEnvironment } from "../../../src/runner/agents/launch.ts";
import { makeRunFolder } from "../../../src/runner/agents/run-folder.ts";
import { dropSpool } from "../../../src/runner/agents/spool.ts";
import { createNetwork } from "../../../src/runner/sandbox/network.ts";
import { ownPrograms } from "../../../src/runner/sandbox/own-programs.ts";
import { createTmux } from "../../../src/runner/tmux.ts";
import type { Room } from "../../../src/runner/wall.ts";
import { startModel } from "../../model/model.ts";
import { bash, say, type Script, submit, write } from "../../model/script.ts";
import { realClaude } from "../agents/claude/real-claude.ts";
import { aRepository, baseOf, git } from "../git/a-repository.ts";
import { realWall, temporaryFolder, whyNoWall } from "./real-wall.ts";

const noWall = await whyNoWall();

/** The whole journey of one run: a workspace, the wall around it, the real CLI in a terminal behind it, a scripted model outside. */
async function startBench(script: Script) {
  const folder = await temporaryFolder();
  const model = await startModel(script);
  const tmux = createTmux({ socketPath: join(folder.path, "tmux.sock") });
  onTestFinished(async () => {
    await tmux.endServer({ graceMs: 3000 });
    await model.close();
    await folder[Symbol.asyncDispose]();
  });
  const allowed = { hosts: [], localPorts: [Number(new URL(model.url).port)] };
  const network = createNetwork({ tmux, folder: join(folder.path, "net"), allowed });
  await network.open();
  const tools = [realClaude ?? "", ...ownPrograms()];
  const wall = await realWall({ folder: join(folder.path, "wall"), tools, network: network.way });
  const { store, upstream } = await aRepository({ wall });
  const workspace = await store.createWorkspace("issue-7", await baseOf(store));
  await writeFile(join(workspace.path, "../../../../secret.txt"), "for nobody in there");
  const run = await makeRunFolder(join(folder.path, "run"));
  const agentHome = join(folder.path, "agent");
  const adapter = createClaude({ program: realClaude ?? "claude" });
  const spec: RunSpec = {
    agentSessionId: crypto.randomUUID(),
    brief: "# Issue #7: Say good day\n",
    prompt: "Work on the GitHub issue in the file {brief} (read it first).",
    instructions: "You work in a test of Coppice.",
    workspaceDir: workspace.path,
    agentHome,
    permissionMode: "bypassPermissions",
    allowedCommands: [],
    environment: {
      ...everydayEnvironment(process.env),
      HOME: "/nobody",
      TERM: "screen-256color",
      ...workspace.environment,
    },
    login: { by: "api-key", key: "sk-test-a-key-of-more-than-twenty-characters" },
    baseUrl: model.url,
  };
  // The folders of the agent are made by `prepare`; the wall wants to see them before.
  await adapter.prepare(run, spec);
  const room: Room = {
    cwd: workspace.path,
    writable: [...workspace.paths.writable, run.spool, agentHome],
    readable: [...workspace.paths.readable, run.path],
    network: "allowed",
  };
  const launch = await adapter.prepare(run, { ...spec, wrap: wall.enter(room, ["last"]).slice(0, -1) });
  const startedMs = performance.now();
  const [program = "", ...rest] = launch.argv;
  await tmux.startSession({ name: "agent", cwd: launch.cwd, argv: [program, ...rest] });
  const events: NamedEvent[] = [];
  const next = (kind: AgentEvent["kind"]) =>
    vi.waitFor(
      async () => {
        const fresh = await adapter.events(run);
        events.push(...fresh);
        await dropSpool(
          run,
          fresh.map((one) => one.name),
        );
        const seen = await tmux.capture("agent");
        const found = events.findIndex((one) => one.event.kind === kind);
        const [event] = found < 0 ? [] : events.splice(0, found + 1).slice(-1);
        if (event === undefined)
          throw new Error(`no ${kind} yet; the screen shows:\n${seen.is === "seen" ? seen.text : seen.is}`);
        return event;
      },
      { timeout: 45_000, interval: 100 },
    );
  return { adapter, run, next, tmux, model, store, workspace, upstream, startedMs };
}

describe.skipIf(noWall !== undefined || realClaude === undefined)("the real CLI behind the wall", () => {
  it("works unasked, commits on its branch, hands in, and is told more without typing", async () => {
    const bench = await startBench([
      write("greet.txt", "good day\n"),
      bash(
        "id -un; echo $HOME; cat ../../../../secret.txt; git add -A && git commit -qm 'Say good day' && git log --oneline | head -1",
      ),
      bash(
        `curl -sS -m 3 http://example.com/ 2>&1; curl -sS -m 3 http://127.0.0.1:22/ 2>&1; echo; stat -c %U greet.txt`,
      ),
      submit("Say good day", "It does now."),
      say("All done."),
      bash("git stash list; git branch --show-current"),
      say("Told."),
    ]);
    expect((await bench.next("session-started")).event).toMatchObject({ how: "new" });
    console.log(
      `from the start of the session to the agent's first sign: ${Math.round(performance.now() - bench.startedMs)} ms`,
    );
    expect((await bench.next("submitted")).event).toMatchObject({ title: "Say good day" });
    const ended = await bench.next("turn-ended");
    expect(ended.event).toMatchObject({ said: "All done." });
    await bench.adapter.answer(bench.run, ended, { do: "rest" });
    const seen = bench.model.asks.at(-1)?.all ?? "";
    expect(seen).toContain("agent\n/home/agent\ncat: ../../../../secret.txt: No such file or directory\n");
    expect(seen).toContain("not on the list of allowed hosts\ncurl: (7) Failed to connect to 127.0.0.1 port 22");
    expect(seen).toContain("\n\nagent");
    const look = await bench.store.lookWorkspace("issue-7");
    expect(look).toMatchObject({ is: "there" });
    expect(git(bench.workspace.path, "log", "-1", "--format=%s")).toBe("Say good day");
    expect(await readFile(join(bench.workspace.path, "greet.txt"), "utf8")).toBe("good day\n");
    await vi.waitFor(async () => expect(await bench.adapter.look(bench.run)).toBe("idle"), {
      timeout: 30_000,
      interval: 200,
    });
    expect(await bench.adapter.tell(bench.run, "Which branch is it?")).toBe("told");
    expect((await bench.next("turn-ended")).event).toMatchObject({ said: "Told." });
    expect(bench.model.asks.at(-1)?.all).toContain("coppice/issue-7");
    await bench.tmux.endSession("agent");
    expect((await readFile(bench.run.exit, "utf8")).trim()).toMatch(/^(143|0)$/);
  });
});
