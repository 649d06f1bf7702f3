import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { AgentEvent, NamedEvent } from "../../../src/core/agent-event.ts";
import { createDemoAgent } from "../../../src/demo/agent/adapter.ts";
import { sampleFiles } from "../../../src/demo/sample/history.ts";
import { everydayEnvironment } from "../../../src/runner/agents/launch.ts";
import { makeRunFolder, type RunFolder } from "../../../src/runner/agents/run-folder.ts";
import { dropSpool } from "../../../src/runner/agents/spool.ts";
import { createTmux } from "../../../src/runner/tmux.ts";

export const agent = createDemoAgent({ pace: 0 });

/** A workspace with the sample in it, a tmux server of its own, and a bot that only reads events. */
export async function startBench() {
  const folder = await mkdtemp(join(tmpdir(), "coppice-demo-"));
  const tmux = createTmux({ socketPath: join(folder, "tmux.sock") });
  onTestFinished(async () => {
    await tmux.endServer({ graceMs: 500 });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const workspace = join(folder, "work");
  for (const [path, text] of sampleFiles()) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("-c", "user.name=Mira", "-c", "user.email=mira@example.com", "commit", "--quiet", "--message=Sample");

  let sessions = 0;
  const seen: AgentEvent[] = [];

  async function git(...words: readonly string[]): Promise<string> {
    return (await execa("git", words, { cwd: workspace, all: true })).all;
  }

  /** Starts a session of the one conversation, as the runner would. */
  async function start(brief: string, prompt = "Work on the GitHub issue in the file {brief} (read it first).") {
    sessions += 1;
    const run = await makeRunFolder(join(folder, `run-${sessions}`));
    const launch = await agent.prepare(run, {
      agentSessionId: "b6f1f3a0-6d2c-4a51-9b4e-0d6a5b2a3c4d",
      brief,
      prompt,
      instructions: "",
      workspaceDir: workspace,
      agentHome: join(folder, "agent"),
      permissionMode: "acceptEdits",
      allowedCommands: [],
      environment: everydayEnvironment(process.env),
      login: { by: "owner" },
    });
    const [program = "", ...rest] = launch.argv;
    await tmux.startSession({ name: `demo-${sessions}`, cwd: launch.cwd, argv: [program, ...rest] });
    return { run, session: `demo-${sessions}` };
  }

  /** Takes events until one is of this kind, and hands that one back. */
  async function next<K extends AgentEvent["kind"]>(
    run: RunFolder,
    kind: K,
  ): Promise<NamedEvent & { event: AgentEvent & { kind: K } }> {
    for (const untilMs = Date.now() + 40_000; Date.now() < untilMs; await sleep(50)) {
      for (const named of await agent.events(run)) {
        await dropSpool(run, [named.name]);
        seen.push(named.event);
        if (isOf(named, kind)) return named;
      }
    }
    const screen = await tmux.capture(`demo-${sessions}`);
    throw new Error(`no ${kind} came; the screen shows:\n${"text" in screen ? screen.text : screen.is}`);
  }

  async function passesTests(): Promise<boolean> {
    return !(await execa("node", ["--test"], { cwd: workspace, reject: false })).failed;
  }

  return {
    tmux,
    workspace,
    seen,
    git,
    start,
    next,
    passesTests,
    commits: async () => (await git("log", "--format=%s", "--reverse")).split("\n").slice(1),
    file: (path: string) => readFile(join(workspace, path), "utf8"),
    type: (session: string, ...keys: string[]) =>
      execa("tmux", ["-S", tmux.socketPath, "send-keys", "-t", session, ...keys]),
  };
}

function isOf<K extends AgentEvent["kind"]>(
  named: NamedEvent,
  kind: K,
): named is NamedEvent & { event: AgentEvent & { kind: K } } {
  return named.event.kind === kind;
}

export const briefOf = (number: number, title: string, body = "Please."): string =>
  `# Issue #${number}: ${title}\n\n${body}\n`;
