import { mkdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Runner, RunnerSight } from "../control/ports.ts";
import { namesOf, startOfSession } from "../core/names.ts";
import { limitsOf, type OperatorPolicy } from "../core/policy.ts";
import * as prompt from "../core/prompt.ts";
import type { JobSight } from "../core/sight.ts";
import type { IssueRef, Task, TaskRef } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { AgentAdapter, RunSpec } from "./agents/agent.ts";
import { everydayEnvironment } from "./agents/launch.ts";
import type { RunFolder } from "./agents/run-folder.ts";
import { createJobs, type JobPlace } from "./job.ts";
import type { ModelAccess } from "./model-key/model-access.ts";
import type { Places } from "./places.ts";
import { type Agents, createSessions } from "./sessions.ts";
import { createTreeLook, endTree } from "./process-tree.ts";
import type { SessionSight as TmuxSight, Tmux } from "./tmux.ts";
import type { Room } from "./wall.ts";
import type { Walls } from "./walls.ts";
import { createWatches } from "./watches.ts";
import type { Workspaces } from "./workspaces.ts";

export interface RunnerOptions {
  readonly places: Places;
  readonly tmux: Tmux;
  readonly workspaces: Workspaces;
  readonly agents: ReadonlyMap<string, AgentAdapter>;
  readonly operator: OperatorPolicy;
  readonly walls: Walls;
  /** With whose login agents work, and where their model is. */
  readonly model: ModelAccess;
  /** Where the owner's own login lies, when agents work with it. */
  readonly ownLogin: readonly string[];
  /** Whether the operator lets the repository's own hooks and MCP servers run. */
  readonly isTrusted: (issue: IssueRef) => boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** An agent said something. */
  readonly onNews: (task: TaskRef) => void;
}

export interface OwnRunner extends Runner {
  /** Listens no more; sessions live on. */
  close(): void;
}

/** This machine: workspaces, sessions and jobs. */
export function createRunner(options: RunnerOptions): OwnRunner {
  const { places, tmux, workspaces, operator, agents } = options;
  const sessions = createSessions(tmux, agents satisfies Agents, places);
  const jobs = createJobs(tmux);
  const watches = createWatches(places, options.onNews);

  function jobOf(task: Task, name: string): JobPlace {
    return { name: `${namesOf(task).sessions}_${task.attempt}-${name}`, folder: places.job(task, name) };
  }

  function environmentOf(task: Task): Record<string, string> {
    const everyday = everydayEnvironment(options.environment);
    return {
      ...everyday,
      ...workspaces.at(task).environment,
      ...cacheVariables(places.cache(task)),
      COPPICE_TASK: places.task(task),
    };
  }

  async function startJob(task: Task, name: string, commands: readonly string[]): Promise<void> {
    const workspace = workspaces.at(task);
    await workspaces.mend(task);
    await options.walls.open();
    await jobs.startJob({
      ...jobOf(task, name),
      cwd: workspace.path,
      commands,
      environment: { ...environmentOf(task), TERM: "dumb", CI: "true" },
      wall: options.walls.of(task.issue),
      room: await roomOf(task, [], []),
      timeLimitMs: limitsOf(operator, task.policy).runMs,
    });
  }

  return {
    async look(task, want): Promise<RunnerSight> {
      watches.keep(task);
      const all = want.session ? await tmux.lookAll() : undefined;
      const [workspace, session, setup, checks, used] = await Promise.all([
        want.workspace ? workspaces.look(task) : ({ is: "unknown" } as const),
        all === undefined ? ({ is: "unknown" } as const) : sessions.look(task, all, want.agent),
        want.setup ? lookJob(jobOf(task, setupName)) : ({ is: "unknown" } as const),
        want.checks ? lookJob(jobOf(task, checksName(task))) : ({ is: "unknown" } as const),
        want.usage === "no" ? unused : sessions.usage(task, want.usage === "now" ? 0 : latelyMs),
      ]);
      return { workspace, session, setup, checks, ...used };
    },

    attachCommand: (task) => tmux.attachCommand(namesOf(task).session, { readOnly: true }),
    isWalled: (task) => !options.walls.isOff(task.issue),
    events: sessions.events,
    dropEvents: sessions.dropEvents,
    prepare: workspaces.prepare,
    startSetup: (task) => startJob(task, setupName, task.policy.setup),
    async startSession(task, say) {
      await endJobs(task);
      await endLeftovers(task);
      await workspaces.mend(task);
      await options.walls.open();
      await sessions.start(task, (run) => runSpec(task, say, run));
      // Its folder is there only now.
      watches.keep(task);
    },
    close: watches.stop,
    tell: sessions.tell,
    letStop: sessions.letStop,
    interrupt: sessions.interrupt,
    reply: sessions.reply,
    screen: sessions.screen,
    freeBytes: () => freeBytesAt(places.home),
    bringIn: workspaces.bringIn,
    mergeBase: workspaces.mergeBase,
    startChecks: (task) => startJob(task, checksName(task), task.policy.verify),
    async deliver(task, head) {
      await endJobs(task);
      return await workspaces.deliver(task, head);
    },

    pushUnfinished: workspaces.pushUnfinished,

    async endSession(task) {
      await endSessions(task, () => true);
      await endLeftovers(task);
      await options.model.revoke(task.id);
    },

    async clearWorkspace(task) {
      // Set-up or checks may still be at work in it.
      await endSessions(task, () => true);
      await endLeftovers(task);
      await options.model.revoke(task.id);
      await workspaces.clear(task);
      await rm(places.task(task), { recursive: true, force: true });
    },
  };

  /**
   * When tmux was killed, or a session by hand, an agent's processes may live on where no wall ends them. Two agents must not work in one
   * workspace, so they end before the next one starts.
   */
  async function endLeftovers(task: Task): Promise<void> {
    const all = await sessionsOf(task);
    if (all.some(([, sight]) => sight.is !== "ended")) return;
    const left = await endTree(createTreeLook({ pid: -1, born: undefined, marks: [[markOf(task)]] }), 2000);
    if (left.length === 0) return;
    const pids = left.map(({ pid }) => pid).join(", ");
    throw new KnownError("SESSION_LEFTOVERS", `processes ${pids} of #${task.issue.number} do not end`, {
      hint: "They are left of an earlier session. Look at them with `ps -fp`.",
      retry: "later",
    });
  }

  /** What all processes of the task have in their environment: by it those are found that left their session and lost their parent. */
  function markOf(task: Task): string {
    return `COPPICE_TASK=${places.task(task)}`;
  }

  /** Ends sessions of the task: the agent's, and those of jobs. */
  async function endSessions(task: Task, isMeant: (name: string) => boolean): Promise<void> {
    for (const [name] of await sessionsOf(task)) {
      if (!isMeant(name)) continue;
      const isAgents = startOfSession(name, namesOf(task).sessions) !== undefined;
      await tmux.endSession(name, isAgents ? { mark: markOf(task) } : {});
    }
  }

  async function sessionsOf(task: Task): Promise<[name: string, sight: TmuxSight][]> {
    const all = await tmux.lookAll();
    if (all.is === "unknown") {
      throw new KnownError(
        "SESSION_UNSEEN",
        `tmux could not be asked for the sessions of #${task.issue.number}: ${all.why}`,
        {
          retry: "later",
        },
      );
    }
    return [...all.sessions].filter(([name]) => isSessionOf(task, name));
  }

  /** A job that is over has its result in a file; its session would only be in the way of those who look for agents. */
  async function endJobs(task: Task): Promise<void> {
    await endSessions(task, (name) => startOfSession(name, namesOf(task).sessions) === undefined);
  }

  async function lookJob(place: JobPlace): Promise<JobSight> {
    const sight = await jobs.lookJob(place);
    // A job that was cut off has no result: as good as never started.
    return sight.is === "lost" ? { is: "absent" } : sight;
  }

  /** The wall's words in front of the agent's command. */
  async function wrapOf(task: Task, run: RunFolder): Promise<readonly string[]> {
    const home = places.agentHome(task);
    await mkdir(home, { recursive: true, mode: 0o700 });
    const room = await roomOf(task, [run.spool, home, ...options.ownLogin], [run.path]);
    return options.walls.of(task.issue).enter(room, ["agent"]).slice(0, -1);
  }

  /** What every command of the task may write and read, and more. The folders that a wall shows must be there. */
  async function roomOf(task: Task, writable: readonly string[], readable: readonly string[]): Promise<Room> {
    const { path, paths } = workspaces.at(task);
    const cache = places.cache(task);
    await mkdir(cache, { recursive: true, mode: 0o700 });
    return {
      cwd: path,
      writable: [...paths.writable, cache, ...writable],
      readable: [...paths.readable, ...readable],
      network: "allowed",
    };
  }

  async function runSpec(task: Task, say: string | undefined, run: RunFolder): Promise<RunSpec> {
    const workspace = workspaces.at(task);
    const { brief, policy } = task;
    if (task.run === undefined || brief === undefined)
      throw new Error(`task ${task.id} has nothing to start a session for`);
    const model = task.steering.model ?? policy.model ?? operator.model;
    return {
      agentSessionId: task.run.conversation,
      brief: say ?? prompt.briefFile(task.issue, brief),
      prompt: say === undefined ? prompt.first : prompt.news,
      instructions: prompt.instructions(task.issue, workspace.branch, policy.verify, {
        instructions: policy.instructions,
        guide: await workspaces.readBase(task, "CLAUDE.md"),
      }),
      workspaceDir: workspace.path,
      agentHome: places.agentHome(task),
      permissionMode: operator.permissionMode,
      allowedCommands: [...gitCommands, ...policy.verify, ...policy.allow],
      ...(model === undefined ? {} : { model }),
      environment: environmentOf(task),
      wrap: await wrapOf(task, run),
      login: await options.model.grant(task.id),
      ...(options.model.baseUrl === undefined ? {} : { baseUrl: options.model.baseUrl }),
      ...(await trustedFiles(task)),
    };
  }

  /** A repository's hooks and servers are programs: only those that the operator trusts, and only as of the base branch. */
  async function trustedFiles(task: Task): Promise<Pick<RunSpec, "repository">> {
    if (!options.isTrusted(task.issue)) return {};
    const [settings, servers] = await Promise.all(
      [".claude/settings.json", ".mcp.json"].map((path) => workspaces.readBase(task, path)),
    );
    return { repository: { settings, servers } };
  }
}

/** Not to know is no reason to hold anything back. */
async function freeBytesAt(folder: string): Promise<number | "unknown"> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (error instanceof Error && "code" in error) return "unknown";
    throw error;
  }
}

/** Behind the wall the home is a new one each time; these programs keep what they fetch elsewhere when they are told to. */
function cacheVariables(folder: string): Record<string, string> {
  return { XDG_CACHE_HOME: folder, npm_config_cache: join(folder, "npm") };
}

const setupName = "setup";
const latelyMs = 10_000;
const unused = { usage: "unknown", said: undefined } as const;

/** Each round of checks is a job of its own, so that an old result is not taken for a new one. */
function checksName(task: Task): string {
  const { number = 1, round = 0, verifyRounds = 0 } = task.run ?? {};
  return `checks-${number}-${round}-${verifyRounds}`;
}

function isSessionOf(task: Task, name: string): boolean {
  const { sessions } = namesOf(task);
  return name === sessions || name.startsWith(`${sessions}_`);
}

/** What an agent may do with git unasked: all that stays in its workspace. */
const gitCommands = [
  "git add",
  "git branch",
  "git checkout",
  "git cherry-pick",
  "git commit",
  "git diff",
  "git log",
  "git merge",
  "git mv",
  "git rebase",
  "git reset",
  "git restore",
  "git rev-parse",
  "git rm",
  "git show",
  "git stash",
  "git status",
  "git switch",
];
