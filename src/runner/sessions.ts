import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvent, NamedEvent } from "../core/agent-event.ts";
import { namesOf, startOfSession } from "../core/names.ts";
import * as prompt from "../core/prompt.ts";
import type { AgentState, SessionSight } from "../core/sight.ts";
import type { Reply } from "../core/steering.ts";
import type { Asking, Message, Task, Usage } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { AgentAdapter, Usage as AgentUsage, Look, RunSpec } from "./agents/agent.ts";
import { makeRunFolder, type RunFolder, runFolder } from "./agents/run-folder.ts";
import { writeWhole } from "./agents/safe-file.ts";
import { dropSpool } from "./agents/spool.ts";
import type { Places } from "./places.ts";
import type { SessionsSight, Tmux } from "./tmux.ts";

export type Agents = ReadonlyMap<string, AgentAdapter>;

/** The agents' sessions in tmux, and the talk with the agents in them. */
export interface Sessions {
  look(task: Task, all: SessionsSight, isAgentWanted: boolean): Promise<SessionSight>;
  /** What the conversation cost so far, and what was said last; at most so old. */
  usage(
    task: Task,
    maxAgeMs: number,
  ): Promise<{ readonly usage: Usage | "unknown"; readonly said: string | undefined }>;
  events(task: Task): Promise<readonly { readonly key: string; readonly event: NamedEvent }[]>;
  dropEvents(task: Task, keys: readonly string[]): Promise<void>;
  /** Starts the session; what it needs is asked for once its folder is there. */
  start(task: Task, specFor: (run: RunFolder) => Promise<RunSpec>): Promise<void>;
  tell(task: Task, message: Message, heldStop: string | undefined): Promise<"sent" | "not-reachable">;
  letStop(task: Task, event: string): Promise<void>;
  interrupt(task: Task): Promise<void>;
  reply(task: Task, asking: Asking, reply: Reply): Promise<"given" | "too-late">;
  screen(task: Task): Promise<string | undefined>;
}

export function createSessions(tmux: Tmux, agents: Agents, places: Places): Sessions {
  const agentOf = (task: Task) => adapterOf(agents, task.agent);
  const runOf = (task: Task) => runFolder(places.run(task));
  const used = new Map<string, { readonly run: string; readonly atMs: number; readonly found: AgentUsage }>();

  return {
    async look(task, all, isAgentWanted) {
      if (all.is === "unknown") return { is: "unknown" };
      const found = findSession(task, all.sessions);
      if (found === undefined) return { is: "absent" };
      const { sight, startedFor } = found;
      if (sight.is === "ended") return { is: "ended", status: endWords(sight), startedFor };
      if (sight.is !== "alive") return { is: "unknown" };
      const agent = isAgentWanted ? stateOf(await agentOf(task).look(runOf(task))) : "unknown";
      return { is: "alive", agent, startedFor };
    },

    async usage(task, maxAgeMs) {
      // Before its first sign the session may not even have its files.
      if (task.run?.begun !== true) return { usage: "unknown", said: undefined };
      const known = used.get(task.id);
      const isFresh = known?.run === places.run(task) && Date.now() - known.atMs < maxAgeMs;
      const found = isFresh ? known.found : await agentOf(task).usage(runOf(task));
      if (!isFresh) used.set(task.id, { run: places.run(task), atMs: Date.now(), found });
      return { usage: usageOf(task, found), said: found.said };
    },

    async events(task) {
      const found: { key: string; event: NamedEvent }[] = [];
      for (const folder of await runFoldersOf(task, places)) {
        for (const event of await agentOf(task).events(runFolder(join(places.task(task), folder)))) {
          const name = `${folder}/${event.name}`;
          found.push({ key: `${task.id}/${name}`, event: { name, atMs: Math.round(event.atMs), event: event.event } });
        }
      }
      return found;
    },

    async dropEvents(task, keys) {
      for (const [folder, names] of byFolder(task, keys)) {
        await dropSpool(runFolder(join(places.task(task), folder)), names);
      }
    },

    async start(task, specFor) {
      const run = await makeRunFolder(places.run(task));
      const launch = await agentOf(task).prepare(run, await specFor(run));
      const [program, ...rest] = launch.argv;
      if (program === undefined) throw new Error(`the agent ${task.agent} names no program to start`);
      await tmux.startSession({ name: namesOf(task).session, cwd: launch.cwd, argv: [program, ...rest] });
    },

    async tell(task, message, heldStop) {
      const agent = agentOf(task);
      const text = message.isFromPeople === true ? await asFile(runOf(task), message) : message.text;
      if (heldStop !== undefined) {
        const given = await answerStop(task, heldStop, { do: "go-on", why: text });
        if (given === "given") return "sent";
      }
      return (await agent.tell(runOf(task), text)) === "told" ? "sent" : "not-reachable";
    },

    async interrupt(task) {
      await tmux.sendKeys(namesOf(task).session, agentOf(task).interruptKeys);
    },

    async reply(task, asking, reply) {
      const [folder = "", name = ""] = (asking.event ?? "").split("/");
      if (folder !== namesOf(task).runFolder) return "too-late";
      return await agentOf(task).answer(runOf(task), { name, atMs: 0, event: eventOf(asking) }, reply);
    },

    async screen(task) {
      const captured = await tmux.capture(namesOf(task).session);
      return captured.is === "seen" ? captured.text : undefined;
    },

    async letStop(task, event) {
      await answerStop(task, event, { do: "rest" });
    },
  };

  async function answerStop(task: Task, named: string, reply: Parameters<AgentAdapter["answer"]>[2]) {
    const [folder = "", name = ""] = named.split("/");
    // Only the session of the newest start can still be waiting for an answer.
    if (folder !== namesOf(task).runFolder) return "too-late";
    const event = { kind: "turn-ended", said: "", backgroundTasks: 0, wasSentOn: false } as const;
    return await agentOf(task).answer(runOf(task), { name, atMs: 0, event }, reply);
  }
}

/** What people wrote is handed over in a file: in a prompt, parts of it could mean something to the agent's program. */
async function asFile(run: RunFolder, message: Message): Promise<string> {
  await writeWhole(run.brief, message.text);
  return prompt.newsInFile(message.id).replace("{brief}", () => run.brief);
}

/** The event that asked, as far as an answer to it needs to know. */
function eventOf(asking: Asking): AgentEvent {
  switch (asking.kind) {
    case "question":
      return { kind: "asks-question", questions: asking.questions };
    case "permission":
      return { kind: "asks-permission", tool: asking.tool, summary: asking.summary };
    case "terminal":
      return { kind: "other", what: "its terminal" };
    default:
      return asking satisfies never;
  }
}

function usageOf(task: Task, found: AgentUsage): Usage {
  return {
    model: found.model,
    turns: found.turns,
    inputTokens: found.inputTokens,
    outputTokens: found.outputTokens,
    cachedTokens: found.cacheReadTokens + found.cacheWriteTokens,
    usd: found.costUsd,
    workedMs: task.usage.workedMs,
  };
}

function adapterOf(agents: Agents, name: string): AgentAdapter {
  const agent = agents.get(name);
  if (agent !== undefined) return agent;
  throw new KnownError("AGENT_UNKNOWN", `there is no agent named "${name}" on this machine`, {
    hint: `Known agents: ${[...agents.keys()].join(", ")}.`,
    retry: "later",
  });
}

type TmuxSight = SessionsSight & { is: "seen" };
type OneSight = TmuxSight["sessions"] extends ReadonlyMap<string, infer Sight> ? Sight : never;

/** The task's session; of several (an old one that is still there) the living one, so that none is started beside it. */
function findSession(task: Task, sessions: TmuxSight["sessions"]): { sight: OneSight; startedFor: string } | undefined {
  const names = namesOf(task);
  const mine = [...sessions].flatMap(([name, sight]) => {
    const startedFor = startOfSession(name, names.sessions);
    return startedFor === undefined ? [] : [{ sight, startedFor }];
  });
  const old = mine.find((one) => one.startedFor !== names.runFolder && one.sight.is !== "ended");
  return old ?? mine.find((one) => one.startedFor === names.runFolder) ?? mine[0];
}

function endWords(sight: { readonly status: number | undefined; readonly signal: string | undefined }): string {
  if (sight.signal !== undefined) return `signal ${sight.signal}`;
  return sight.status === undefined ? "status not known" : `status ${sight.status}`;
}

function stateOf(look: Look): AgentState {
  return typeof look === "string" ? look : "waiting";
}

/** The folders of this run's sessions, oldest first. */
async function runFoldersOf(task: Task, places: Places): Promise<string[]> {
  const { run } = task;
  if (run === undefined) return [];
  const wanted = new RegExp(`^${task.attempt}-${run.number}-(\\d+)$`);
  const folders = (await namesIn(places.task(task))).filter((name) => wanted.test(name));
  return folders.toSorted((a, b) => startNumber(a) - startNumber(b));
}

function startNumber(folder: string): number {
  return Number(folder.split("-")[2]);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function byFolder(task: Task, keys: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const key of keys) {
    const [folder = "", name = ""] = key.slice(task.id.length + 1).split("/");
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  return folders;
}
