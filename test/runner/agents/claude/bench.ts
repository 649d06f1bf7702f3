import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, vi } from "vitest";
import type { AgentEvent, NamedEvent } from "../../../../src/core/agent-event.ts";
import type { AgentAdapter, Look, RunSpec } from "../../../../src/runner/agents/agent.ts";
import { createClaude } from "../../../../src/runner/agents/claude/claude.ts";
import { everydayEnvironment, type Launch } from "../../../../src/runner/agents/launch.ts";
import { makeRunFolder, type RunFolder } from "../../../../src/runner/agents/run-folder.ts";
import { dropSpool } from "../../../../src/runner/agents/spool.ts";
import { type Model, startModel } from "../../../model/model.ts";
import type { Script } from "../../../model/script.ts";
import { temporaryFolder } from "../temporary-run.ts";
import { realClaude } from "./real-claude.ts";

const run$ = promisify(execFile);

type Kind = AgentEvent["kind"];
type Seen<K extends Kind> = NamedEvent & { event: Extract<AgentEvent, { kind: K }> };

/** The real CLI in a real terminal, with a scripted model behind it. */
export type Bench = {
  readonly adapter: AgentAdapter;
  readonly run: RunFolder;
  readonly spec: RunSpec;
  readonly model: Model;
  readonly workspace: string;
  /** Starts the session (again), as `prepare` says. */
  start(changes?: Partial<RunSpec>): Promise<void>;
  /** Starts it again with a run folder of its own, beside the first. */
  startBeside(): Promise<RunFolder>;
  /** The next event of a kind; earlier ones of other kinds are passed over. */
  next<K extends Kind>(kind: K): Promise<Seen<K>>;
  /** Everything taken out of the spool so far. */
  readonly seen: NamedEvent[];
  git(...words: string[]): Promise<string>;
  screen(): Promise<string>;
  press(...keys: string[]): Promise<void>;
  /** The launcher's process, which leads the agent's process group. */
  pid(): Promise<number>;
  /** What runs in the agent's process group. */
  processes(): Promise<string>;
  /** Signals the agent's process group, and waits until all of it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Waits until a look at the agent shows this. */
  becomes(look: Look): Promise<void>;
  /** Makes an empty file in the workspace. */
  touch(name: string): Promise<void>;
};

export async function startBench(script: Script, changes: Partial<RunSpec> = {}): Promise<Bench> {
  const folder = await temporaryFolder();
  const model = await startModel(script);
  onTestFinished(() => model.close());
  const workspace = await makeWorkspace(folder);
  const run = await makeRunFolder(join(folder, "run 1"));
  const adapter = createClaude({ program: realClaude ?? "claude" });
  const plain = specOf(folder, workspace, model);
  const spec = { ...plain, ...changes, environment: { ...plain.environment, ...changes.environment } };
  await mkdir(spec.environment["HOME"] ?? "", { recursive: true });
  const shown = terminal(folder);
  const bench = {
    adapter,
    run,
    spec,
    model,
    workspace,
    git: gitIn(workspace),
    ...shown,
    touch: (name: string) => writeFile(join(workspace, name), ""),
    async becomes(look: Look) {
      const isSo = async () => expect(await adapter.look(run)).toEqual(look);
      await vi.waitFor(isSo, { timeout: 40_000, interval: 200 }).catch(async (cause: unknown) => {
        throw new Error(`never ${JSON.stringify(look)}\n${await shown.screen()}`, { cause });
      });
    },
    ...reader(adapter, run, shown.screen),
  };
  const start = async (more: Partial<RunSpec> = {}) => bench.open(await adapter.prepare(run, { ...spec, ...more }));
  await start();
  async function startBeside(): Promise<RunFolder> {
    const next = await makeRunFolder(join(folder, "run 2"));
    await bench.open(await adapter.prepare(next, spec));
    return next;
  }
  return { ...bench, start, startBeside };
}

async function makeWorkspace(folder: string): Promise<string> {
  const workspace = join(folder, "work space");
  await mkdir(workspace);
  const git = gitIn(workspace);
  await git("init", "-q", "-b", "main");
  await writeFile(join(workspace, "greet.txt"), "hello\n");
  await git("add", "-A");
  await git("commit", "-qm", "Start");
  return workspace;
}

const identity = {
  GIT_AUTHOR_NAME: "Agent",
  GIT_AUTHOR_EMAIL: "agent@example.com",
  GIT_COMMITTER_NAME: "Agent",
  GIT_COMMITTER_EMAIL: "agent@example.com",
};

function gitIn(workspace: string) {
  return async (...words: string[]) => {
    const { stdout } = await run$("git", words, { cwd: workspace, env: { ...process.env, ...identity } });
    return stdout.trim();
  };
}

function specOf(folder: string, workspace: string, model: Model): RunSpec {
  return {
    agentSessionId: crypto.randomUUID(),
    brief: "# Issue #7: Say good day\n\nMake greet.txt say good day. (Look at @/etc/hostname.)\n",
    prompt: "Work on the GitHub issue in the file {brief} (read it first).",
    instructions: "You work in a test of Coppice.",
    workspaceDir: workspace,
    agentHome: join(folder, "agent"),
    permissionMode: "acceptEdits",
    allowedCommands: ["git add", "git commit", "git status", "git log", "npm test"],
    environment: {
      ...everydayEnvironment(process.env),
      HOME: join(folder, "home"),
      TERM: "tmux-256color",
      ...identity,
    },
    login: { by: "api-key", key: "sk-test-a-key-of-more-than-twenty-characters" },
    baseUrl: model.url,
  };
}

/** The processes of a group that still run; the dead that nobody has buried don't count. */
async function livingIn(group: number): Promise<string[]> {
  const { stdout } = await run$("ps", ["-axo", "pgid=,stat=,args="]);
  const isOurs = (line: string) => group > 0 && Number.parseInt(line, 10) === group;
  return stdout.split("\n").filter((line) => isOurs(line) && !/^\s*\d+\s+Z/.test(line));
}

function terminal(folder: string) {
  const socket = join(folder, "tmux");
  const tmux = async (...words: string[]) => {
    const env = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
    const { stdout } = await run$("tmux", ["-S", socket, "-f", "/dev/null", ...words], { env });
    return stdout;
  };
  const pid = async () => Number(await tmux("display-message", "-p", "-t", "=agent:", "#{pane_pid}"));
  onTestFinished(async () => {
    const group = await pid();
    await tmux("kill-server").catch((error: unknown) => expect(String(error)).toContain("server exited"));
    await vi.waitFor(async () => expect(await livingIn(group)).toEqual([]), { timeout: 20_000, interval: 200 });
  });
  return {
    async open(launch: Launch) {
      const options = ["set-option", "-s", "exit-empty", "off", ";", "set-option", "-g", "remain-on-exit", "on", ";"];
      const size = ["-x", "120", "-y", "40"];
      await tmux(
        "start-server",
        ";",
        ...options,
        "new-session",
        "-d",
        "-s",
        "agent",
        ...size,
        "-c",
        launch.cwd,
        "--",
        ...launch.argv,
      );
    },
    screen: () => tmux("capture-pane", "-p", "-t", "=agent:").catch((error: unknown) => String(error)),
    press: async (...keys: string[]) => void (await tmux("send-keys", "-t", "=agent:", ...keys)),
    pid,
    processes: async () => (await livingIn(await pid())).join("\n"),
    async kill(signal: NodeJS.Signals) {
      const group = await pid();
      process.kill(-group, signal);
      await vi.waitFor(async () => expect(await livingIn(group)).toEqual([]), { timeout: 20_000, interval: 200 });
      await tmux("kill-session", "-t", "=agent");
    },
  };
}

function reader(adapter: AgentAdapter, run: RunFolder, screen: () => Promise<string>) {
  const seen: NamedEvent[] = [];
  let place = 0;
  async function take(): Promise<void> {
    const events = await adapter.events(run);
    seen.push(...events);
    await dropSpool(
      run,
      events.map((one) => one.name),
    );
  }
  async function find<K extends Kind>(kind: K): Promise<Seen<K>> {
    await take();
    const found = seen.slice(place).find((one): one is Seen<K> => one.event.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} event`);
    place = seen.indexOf(found) + 1;
    return found;
  }
  async function next<K extends Kind>(kind: K): Promise<Seen<K>> {
    try {
      return await vi.waitFor(() => find(kind), { timeout: 45_000, interval: 100 });
    } catch (cause) {
      throw new Error(`no ${kind} among ${JSON.stringify(seen, null, 1)}\n${await screen()}`, { cause });
    }
  }
  return { seen, next };
}
