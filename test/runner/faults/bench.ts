import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newRun } from "../../../src/core/run.ts";
import type { Task } from "../../../src/core/task.ts";
import type { AgentAdapter } from "../../../src/runner/agents/agent.ts";
import { writeLaunch } from "../../../src/runner/agents/launch.ts";
import { type Places, placesIn } from "../../../src/runner/places.ts";
import { createRunner, type OwnRunner } from "../../../src/runner/runner.ts";
import { createTmux, type Tmux } from "../../../src/runner/tmux.ts";
import { openWall, type Wall } from "../../../src/runner/wall.ts";
import { createWorkspaces } from "../../../src/runner/workspaces.ts";
import { aTask, operator } from "../../fakes/a-task.ts";
import { type Bench as GitBench, aRepository, baseOf } from "../git/a-repository.ts";

/** The real runner on a real repository, with a shell script as the agent. */
export interface Bench extends GitBench {
  readonly runner: OwnRunner;
  readonly tmux: Tmux;
  readonly places: Places;
  /** With a workspace and a run. */
  readonly task: Task;
  readonly tree: string;
  /** The task's next start, as after a restart. */
  readonly again: Task;
  start(task?: Task): Promise<void>;
}

export async function aRunner(script: string, wall: Wall = openWall): Promise<Bench> {
  const bench = await aRepository();
  const places = placesIn(join(bench.root, "home"));
  const tmux = createTmux({ socketPath: places.tmuxSocket });
  const workspaces = createWorkspaces({
    keepSavedMs: Number.POSITIVE_INFINITY,
    places,
    wallFor: () => wall,
    remoteOf: () => ({ url: `${bench.server.url}/sample.git`, token: async () => "none" }),
    identity: { name: "Agent", email: "agent@example.com" },
    protectedPaths: [],
    holdsOwnSecret: () => false,
    onProgress: () => {},
  });
  const runner = createRunner({
    places,
    tmux,
    workspaces,
    agents: new Map([["script", scripted(script)]]),
    operator,
    walls: { of: () => wall, isOff: () => false, open: async () => {} },
    model: {
      baseUrl: undefined,
      grant: async () => ({ by: "owner" }),
      revoke: async () => {},
      keep: async () => {},
    },
    isTrusted: () => false,
    ownLogin: [],
    environment: process.env,
    onNews: () => {},
  });
  onTestFinished(async () => {
    runner.close();
    await tmux.endServer({ graceMs: 100 });
  });
  const task = aTask({
    agent: "script",
    slug: "mend",
    brief: { title: "Mend it", body: "", comments: [], leftOut: 0 },
    base: { ...(await baseOf(bench.store)), named: false },
    run: newRun(1, "conversation", 0),
  });
  await runner.prepare(task);
  const again = { ...task, run: { ...newRun(1, "conversation", 0), starts: 2 } };
  const start = (which = task) => runner.startSession(which, undefined);
  return { ...bench, runner, tmux, places, task, again, start, tree: workspaces.at(task).path };
}

function scripted(script: string): AgentAdapter {
  return {
    name: "script",
    interruptKeys: ["C-c"],
    check: async () => ({ program: "/bin/sh", version: "1" }),
    prepare: (run, spec) =>
      writeLaunch(run, {
        argv: ["/bin/sh", "-c", script],
        cwd: spec.workspaceDir,
        environment: spec.environment,
        ...(spec.wrap && { wrap: spec.wrap }),
      }),
    events: async () => [],
    answer: async () => "too-late",
    look: async () => "unknown",
    tell: async () => "not-reachable",
    usage: async () => ({
      turns: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0,
      model: undefined,
      said: undefined,
    }),
  };
}

/** A process's number that it wrote itself into a file of the workspace. */
export function pidIn(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const pid = Number(readFileSync(path, "utf8").trim());
  return pid > 0 ? pid : undefined;
}
