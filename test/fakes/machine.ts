import type { Delivery, Runner, RunnerSight, WantedSight, Unfinished } from "../../src/control/ports.ts";
import type { NamedEvent } from "../../src/core/agent-event.ts";
import { allowedAt } from "../../src/core/held.ts";
import { namesOf } from "../../src/core/names.ts";
import type { MergedBase } from "../../src/core/round-shape.ts";
import type { JobSight, SessionSight, WorkspaceSight } from "../../src/core/sight.ts";
import { noUsage, refOf, type Task, type TaskRef, type Usage } from "../../src/core/task.ts";
import { KnownError } from "../../src/errors.ts";
import { agents, type Behaviour } from "./agents.ts";
import { createFakeSession, type FakeSession } from "./session.ts";
import type { Timeline } from "./timeline.ts";

export interface FakeWorkspace {
  readonly folder: string;
  readonly baseSha: string;
  head: string;
  commits: number;
  uncommitted: number;
}

export interface FakeMachine {
  readonly runner: Runner;
  readonly workspaces: Map<string, FakeWorkspace>;
  /** By the name of the tmux session; one that ended stays until it is removed. */
  readonly sessions: Map<string, FakeSession>;
  /** What was saved before a workspace went. */
  readonly saved: { readonly folder: string; readonly head: string; readonly uncommitted: number }[];
  /** What must never happen, and did. */
  readonly violations: string[];
  /** Every session that was started, in order. */
  readonly started: string[];
  /** How the agents behave, by the number of the issue. */
  readonly behaviours: Map<number, Behaviour>;
  /** Whether a round of checks passes. */
  checksPass: (round: number) => boolean;
  setupPasses: boolean;
  /** What the conversation of an issue has cost by now; undefined where the agent does not tell. */
  usdOf: (number: number) => number | undefined;
  /** What its disk has left. */
  freeBytes: number;
  /** Whether the base can be merged into a branch without the agent. */
  baseMerges: boolean;
  /** What the gate has against commits, by how often they were offered. */
  findings: (offer: number) => readonly string[];
  /** Somebody answers what the agent of an issue asks, at its terminal. */
  answer(number: number): void;
  /** The machine's power goes, and comes back: sessions are gone, folders stay. */
  reboot(): void;
}

export interface MachineOptions {
  readonly timeline: Timeline;
  /** Branches as GitHub has them: what can be started from, and what was pushed. */
  readonly branches: Map<string, string>;
  /** Whether this look fails. */
  readonly isUnsure: () => boolean;
  /** An agent has something to tell. */
  readonly onEvent: (task: TaskRef) => void;
}

const jobMs = 4_000;

/** A machine with git and tmux, as far as the loop deals with it. It refuses what they refuse. */
export function createFakeMachine({ timeline, branches, isUnsure, onEvent }: MachineOptions): FakeMachine {
  const workspaces = new Map<string, FakeWorkspace>();
  const sessions = new Map<string, FakeSession>();
  const jobs = new Map<string, { readonly endsAtMs: number }>();
  const spool = new Map<string, { readonly key: string; readonly event: NamedEvent }[]>();
  const offers = new Map<string, number>();
  const conversations = new Map<string, { sessions: number; turns: number }>();
  let lastEvent = 0;
  let lastCommit = 0;

  const machine: FakeMachine = {
    runner: {
      look: async (task, want) => look(task, want),
      attachCommand: (task) => `tmux attach -r -t ${namesOf(task).session}`,
      isWalled: () => true,
      events: async (task) => (spool.get(task.id) ?? []).filter(({ event }) => event.name.startsWith(runOf(task))),
      dropEvents: async (task, keys) => {
        spool.set(
          task.id,
          (spool.get(task.id) ?? []).filter(({ key }) => !keys.includes(key)),
        );
      },
      prepare: async (task) => prepare(task),
      startSetup: async (task) => startJob(task, "setup"),
      startSession: async (task, say) => startSession(task, say),
      tell: async (task, message) => (sessionOf(task)?.tell(message.text) === true ? "sent" : "not-reachable"),
      letStop: async () => undefined,
      startChecks: async (task) => startJob(task, checksOf(task)),
      deliver: async (task, head) => deliver(task, head),
      pushUnfinished: async (task) => pushUnfinished(task),
      bringIn: async () => "",
      mergeBase: async (task) => mergeBase(task),
      interrupt: async (task) => sessionOf(task)?.interrupt(),
      reply: async (task) => (sessionOf(task)?.answer() === true ? "given" : "too-late"),
      freeBytes: async () => machine.freeBytes,
      screen: async (task) => (sessionOf(task) === undefined ? undefined : "the agent's screen"),
      endSession: async (task) => endSession(task),
      clearWorkspace: async (task) => clearWorkspace(task),
    },
    workspaces,
    sessions,
    saved: [],
    violations: [],
    started: [],
    behaviours: new Map(),
    checksPass: () => true,
    setupPasses: true,
    baseMerges: true,
    freeBytes: 1_000_000,
    usdOf: () => 0.25,
    findings: () => [],
    answer(number) {
      for (const session of sessions.values()) if (session.task.issue.number === number) void session.answer();
    },
    reboot() {
      for (const session of sessions.values()) session.end("the machine went down");
      sessions.clear();
      jobs.clear();
    },
  };
  return machine;

  function sessionOf(task: Task): FakeSession | undefined {
    return sessions.get(namesOf(task).session);
  }

  function sessionsOf(task: Task): readonly (readonly [string, FakeSession])[] {
    return [...sessions].filter(([, session]) => session.task.id === task.id);
  }

  function look(task: Task, want: WantedSight): RunnerSight {
    const { setupPasses, checksPass } = machine;
    const round = task.run?.verifyRounds ?? 0;
    const unknown = { is: "unknown" } as const;
    return {
      workspace: want.workspace && !isUnsure() ? lookAtWorkspace(task) : unknown,
      session: want.session && !isUnsure() ? lookAtSession(task, want.agent) : unknown,
      setup: want.setup && !isUnsure() ? lookAtJob(task, "setup", setupPasses) : unknown,
      checks: want.checks && !isUnsure() ? lookAtJob(task, checksOf(task), checksPass(round)) : unknown,
      said: undefined,
      usage: want.usage !== "no" && !isUnsure() ? usageOf(task) : "unknown",
    };
  }

  function usageOf(task: Task): Usage {
    return { ...noUsage, model: "fake-1", turns: 1, usd: machine.usdOf(task.issue.number) };
  }

  function lookAtWorkspace(task: Task): WorkspaceSight {
    const found = workspaces.get(namesOf(task).workspace);
    if (found === undefined) return { is: "absent" };
    const { baseSha, head, commits, uncommitted } = found;
    const numbers = { commitsAhead: commits, changedFiles: commits, additions: commits, deletions: 0, uncommitted };
    return {
      is: "there",
      baseSha,
      head,
      ...numbers,
      midOperation: undefined,
      lastSubject: commits > 0 ? "Mend it" : "",
    };
  }

  function lookAtSession(task: Task, isAgentWanted: boolean): SessionSight {
    const mine = sessionsOf(task).map(([, session]) => session);
    const found = mine.find(({ status }) => status === undefined) ?? sessionOf(task) ?? mine[0];
    if (found === undefined) return { is: "absent" };
    const { status, startedFor } = found;
    if (status !== undefined) return { is: "ended", status, startedFor };
    return { is: "alive", agent: isAgentWanted ? found.agent() : "unknown", startedFor };
  }

  function lookAtJob(task: Task, name: string, passes: boolean): JobSight {
    const job = jobs.get(`${namesOf(task).workspace}/${name}`);
    if (job === undefined) return { is: "absent" };
    if (timeline.nowMs() < job.endsAtMs) return { is: "running" };
    return passes ? { is: "passed" } : { is: "failed", command: "npm test", status: "status 1", tail: "1 test failed" };
  }

  function prepare(task: Task): Awaited<ReturnType<Runner["prepare"]>> {
    const folder = namesOf(task).workspace;
    const baseSha = branches.get(task.base?.branch ?? "");
    if (baseSha === undefined) return { is: "unknown-base", known: [...branches.keys()] };
    if (!workspaces.has(folder)) {
      workspaces.set(folder, { folder, baseSha, head: baseSha, commits: 0, uncommitted: 0 });
    }
    return { is: "ready" };
  }

  function workspaceOf(task: Task): FakeWorkspace {
    const found = workspaces.get(namesOf(task).workspace);
    if (found === undefined) throw refusal(`there is no workspace ${namesOf(task).workspace}`);
    return found;
  }

  function startJob(task: Task, name: string): void {
    const key = `${workspaceOf(task).folder}/${name}`;
    if (!jobs.has(key)) jobs.set(key, { endsAtMs: timeline.nowMs() + jobMs });
  }

  function startSession(task: Task, say: string | undefined): void {
    const workspace = workspaceOf(task);
    const { session: name, runFolder } = namesOf(task);
    const living = sessionsOf(task).filter(([, { status }]) => status === undefined);
    if (living.length > 0) violate(`a second session ${name} for task ${task.id} beside ${living[0]?.[0]}`);
    if (sessions.has(name)) throw refusal(`duplicate session: ${name}`);
    const id = `${task.id} ${task.run?.conversation}`;
    const past = conversations.get(id) ?? { sessions: 0, turns: 0 };
    conversations.set(id, past);
    const session = createFakeSession({
      task,
      startedFor: runFolder,
      timeline,
      past,
      behaviour: machine.behaviours.get(task.issue.number) ?? agents.good,
      changes: {
        edit: () => void (workspace.uncommitted += 1),
        commit: () => commit(workspace),
        tell: (event) => note(task, runFolder, event),
      },
    });
    sessions.set(name, session);
    machine.started.push(name);
    session.begin(say);
  }

  function commit(workspace: FakeWorkspace): void {
    lastCommit += 1;
    workspace.head = `sha-${lastCommit}`;
    workspace.commits += 1;
    workspace.uncommitted = 0;
  }

  function note(task: Task, folder: string, event: NamedEvent["event"]): void {
    lastEvent += 1;
    const name = `${folder}/${String(lastEvent).padStart(6, "0")}`;
    const one = { key: `${task.id}/${name}`, event: { name, atMs: timeline.nowMs(), event } };
    spool.set(task.id, [...(spool.get(task.id) ?? []), one]);
    onEvent(refOf(task));
  }

  function deliver(task: Task, head: string): Delivery {
    const workspace = workspaceOf(task);
    if (workspace.head !== head) throw refusal(`${workspace.folder} is no longer at ${head}`);
    const offer = (offers.get(task.id) ?? 0) + 1;
    offers.set(task.id, offer);
    const allowed = allowedAt(task, head);
    const found = machine.findings(offer).map((words, at) => ({ words, id: `0000000${at}` }));
    const findings = found.filter(({ id }) => !allowed.has(id));
    if (findings.length > 0) return { is: "refused", head, findings };
    branches.set(namesOf(task).branch, head);
    return { is: "pushed", sha: head };
  }

  function pushUnfinished(task: Task): Unfinished {
    const workspace = workspaces.get(namesOf(task).workspace);
    if (workspace === undefined || workspace.commits === 0) return { is: "nothing" };
    const branch = namesOf(task).unfinished;
    branches.set(branch, workspace.head);
    return { is: "pushed", branch };
  }

  function mergeBase(task: Task): MergedBase {
    if (!machine.baseMerges) return { words: "main conflicts with your branch: merge it", isLeft: true };
    commit(workspaceOf(task));
    return { words: "main was merged", isLeft: false };
  }

  function endSession(task: Task): void {
    for (const [name, session] of sessionsOf(task)) {
      session.end("ended");
      sessions.delete(name);
    }
  }

  function clearWorkspace(task: Task): void {
    const living = sessionsOf(task).filter(([, { status }]) => status === undefined);
    if (living.length > 0) violate(`the workspace of ${task.id} cleared under a living session`);
    const found = workspaces.get(namesOf(task).workspace);
    if (found === undefined) return;
    machine.saved.push({ folder: found.folder, head: found.head, uncommitted: found.uncommitted });
    workspaces.delete(found.folder);
  }

  function violate(words: string): never {
    machine.violations.push(words);
    throw refusal(words);
  }
}

/** What the names of a run's events begin with. */
function runOf(task: Task): string {
  return task.run === undefined ? "no run" : `${task.attempt}-${task.run.number}-`;
}

function refusal(words: string): KnownError {
  return new KnownError("RUNNER_REFUSED", words, { retry: "later" });
}

/** Each round of checks is a job of its own, so that an old result is not taken for a new one. */
function checksOf({ run }: Task): string {
  return `checks-${run?.number ?? 1}-${run?.round ?? 0}-${run?.verifyRounds ?? 0}`;
}
