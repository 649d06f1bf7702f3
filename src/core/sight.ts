import type { Dependency } from "./depends.ts";
import type { PullChecks } from "./pull-checks.ts";
import type { Thread } from "./round-shape.ts";
import type { Brief, PullRef, Task, Usage } from "./task.ts";
import type { Place, Unreachable } from "./whereabouts.ts";
import type { RepositoryPolicy } from "./policy.ts";

/** What a pass sees of the world around one task. Each part may be `unknown`: then nothing is concluded from it. */
export interface Sight {
  readonly forge: ForgeSight | "unknown";
  readonly admission: Admission | "unknown";
  readonly workspace: WorkspaceSight;
  readonly session: SessionSight;
  readonly setup: JobSight;
  readonly checks: JobSight;
  readonly usage: Usage | "unknown";
  /** The last words of the agent, also in the middle of a turn. */
  readonly said: string | undefined;
  readonly slot: Slot;
  /** What other tasks know of the account that this one's agent works with. */
  readonly account: Account;
  /** What all tasks have cost on this day of UTC; looked up where there is a limit for it. */
  readonly todayUsd: number | "unknown";
  /** Who of those that speak in new facts may decide about the task, by their numbers. */
  readonly trusted: readonly number[];
  /** What reviewers wrote at lines, when a round begins. */
  readonly threads: readonly Thread[] | "unknown";
  /** Whether so many sessions are idle that this task's has to make room. */
  readonly isCrowdedOut: boolean;
  /** How the checks of the pull request stand. */
  readonly pullChecks: PullChecks | "unknown";
  /** The command by which a person attaches to the session. */
  readonly attach: string;
  /** Whether a wall stands between the agent and the machine. */
  readonly isWalled: boolean;
  /** How the issues stand that have to be done first. */
  readonly dependencies: readonly Dependency[] | "unknown";
  /** The other tasks of the issue. */
  readonly rivals: readonly Task[];
  /** The one of them whose pull request was merged. */
  readonly winner: Task | undefined;
  /** Tasks with open pull requests in the same repository, where it matters. */
  readonly neighbours: readonly Task[];
}

export interface ForgeSight {
  readonly issue: "open" | "closed" | "locked" | "gone";
  /** How it came to be closed or gone, where GitHub tells: "was closed as not planned". */
  readonly how?: string | undefined;
  readonly place?: Place | undefined;
  readonly unreachable?: Unreachable | undefined;
  readonly labels: readonly string[];
  /** How many open issues block it by GitHub's own means. */
  readonly blockedBy?: number | undefined;
  readonly pull:
    | "none"
    | {
        readonly ref: PullRef;
        readonly state: "open" | "merged" | "closed";
        readonly headSha: string;
        /** Whether it can be merged; GitHub works that out some time after each push. */
        readonly merge: "clean" | "conflict" | "unknown";
        /** How many commits of the base it lacks; undefined where that was not looked up. */
        readonly behind: number | undefined;
      };
}

/** The answer to "may this label start a task, and with what text and settings?" */
export type Admission =
  | { readonly is: "refused"; readonly reason: string; readonly isQuiet: boolean }
  | {
      readonly is: "admitted";
      readonly brief: Brief;
      readonly baseBranch: string;
      readonly baseNamed: boolean;
      readonly blockedBy?: number | undefined;
      readonly policy: RepositoryPolicy;
      readonly mistakes: readonly string[];
    };

export type WorkspaceSight =
  | { readonly is: "unknown" }
  | { readonly is: "absent" }
  | {
      readonly is: "there";
      readonly baseSha: string;
      readonly head: string;
      readonly commitsAhead: number;
      readonly changedFiles: number;
      readonly additions: number;
      readonly deletions: number;
      /** Files that are changed or new but in no commit. */
      readonly uncommitted: number;
      /** By this it can be told whether they were written again. */
      readonly changes?: string;
      readonly midOperation: string | undefined;
      readonly lastSubject: string;
    };

export type SessionSight =
  | { readonly is: "unknown" }
  | { readonly is: "absent" }
  | { readonly is: "alive"; readonly agent: AgentState; readonly startedFor: string | undefined }
  | { readonly is: "ended"; readonly status: string; readonly startedFor: string | undefined };

export type AgentState = "busy" | "idle" | "waiting" | "unknown";

export type JobSight =
  | { readonly is: "unknown" }
  | { readonly is: "absent" }
  | { readonly is: "running" }
  | { readonly is: "passed" }
  | { readonly is: "failed"; readonly command: string; readonly status: string; readonly tail: string };

/** Whether a queued task may start now, and if not, how many are before it. */
export interface Slot {
  readonly free: boolean;
  readonly ahead: number;
  readonly why: string;
}

export interface Account {
  /** Until when it is at its usage limit; in the past, or 0, when it is not. */
  readonly limitedUntilMs: number;
  /** How many tasks rest because of that. */
  readonly resting: number;
  /** When one of its tasks last began, or moved on. */
  readonly lastMovedMs: number;
}

export const unseen: Sight = {
  forge: "unknown",
  admission: "unknown",
  workspace: { is: "unknown" },
  session: { is: "unknown" },
  setup: { is: "unknown" },
  checks: { is: "unknown" },
  usage: "unknown",
  trusted: [],
  threads: "unknown",
  isCrowdedOut: false,
  pullChecks: "unknown",
  said: undefined,
  account: { limitedUntilMs: 0, resting: 0, lastMovedMs: 0 },
  todayUsd: "unknown",
  slot: { free: false, ahead: 0, why: "not looked yet" },
  attach: "",
  isWalled: true,
  dependencies: "unknown",
  rivals: [],
  winner: undefined,
  neighbours: [],
};
