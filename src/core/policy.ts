/** What the operator decides for this installation; the same for every repository. */
export interface OperatorPolicy {
  readonly triggerLabel: string;
  readonly agents: readonly string[];
  readonly defaultAgent: string;
  readonly model: string | undefined;
  readonly permissionMode: PermissionMode;
  readonly maxSessions: number;
  readonly maxSessionsPerRepository: number;
  readonly maxRunMs: number;
  /** Without one, there is no such limit. */
  readonly maxRunTurns: number | undefined;
  readonly maxRunTokens: number | undefined;
  readonly maxRunUsd: number | undefined;
  readonly maxTaskUsd: number | undefined;
  /** Over all tasks, in a day of UTC. */
  readonly maxDayUsd: number | undefined;
  /** How long a task that waits for a person keeps its slot. */
  readonly waitKeepsSlotMs: number;
  /** How long an agent may do nothing new before it is told so; 0 for as long as it likes. */
  readonly noProgressMs: number;
  readonly maxStopReminders: number;
  readonly maxVerifyRounds: number;
  readonly maxRestarts: number;
  /** Least time between two edits of one status comment. */
  readonly statusEveryMs: number;
  /** How long a session stays for people to look at after its work is delivered or given up. */
  readonly keepIdleSessionMs: number;
  /** What becomes of a question or permission that nobody answers. */
  readonly unanswered: "keep-waiting" | "deny" | "stop";
  readonly unansweredMs: number;
  /** Which reviews ask for work, besides those that request changes: that mention us, or every one. */
  readonly reviews: "mentions" | "all";
  /** How often what people want of an open pull request goes to the agent. */
  readonly maxReviewRounds: number;
  /** How long after the last check of a pull request ended more may still begin. */
  readonly checksSettleMs: number;
  /** How often failed checks of an open pull request go to the agent. */
  readonly maxCheckRounds: number;
  /** How often the agent is to resolve conflicts with the base. */
  readonly maxBaseRounds: number;
  /** How many pull requests of ours may be open in one repository. */
  readonly maxOpenPulls: number;
  /** With less left on the disk, no session is begun. */
  readonly minFreeBytes: number;
  /** How old the remembered sight of an issue may be before GitHub is asked again. */
  readonly sweepEveryMs: number;
}

export type PermissionMode = "acceptEdits" | "bypassPermissions" | "default";

/** What a repository says in `.github/coppice.yml` on its default branch. Absent values leave the operator's in force. */
export interface RepositoryPolicy {
  readonly triggerLabel?: string | undefined;
  readonly base?: string | undefined;
  readonly setup: readonly string[];
  readonly verify: readonly string[];
  readonly draft: boolean;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly instructions?: string | undefined;
  readonly maxSessions?: number | undefined;
  readonly maxRunMs?: number | undefined;
  readonly maxRunTurns?: number | undefined;
  readonly maxRunTokens?: number | undefined;
  readonly maxRunUsd?: number | undefined;
  readonly maxTaskUsd?: number | undefined;
  readonly maxStopReminders?: number | undefined;
  readonly maxVerifyRounds?: number | undefined;
  /** Checks of pull requests whose failure goes to the agent besides those that the base branch requires; `*` for all. */
  readonly checks?: readonly string[] | undefined;
  /** Whether a base that moved is merged into open pull requests. */
  readonly keepUpToDate?: boolean | undefined;
  /** What agents may change only where people allow it, besides what the operator protects. */
  readonly protectedPaths?: readonly string[] | undefined;
  /** Commands that the agent may run unasked, besides git and the verify commands. */
  readonly allow: readonly string[];
}

export const silentRepository: RepositoryPolicy = { setup: [], verify: [], draft: false, allow: [] };

/** The limits in force for one task: a repository may lower the operator's limits, never raise them. */
export function limitsOf(operator: OperatorPolicy, repository: RepositoryPolicy) {
  return {
    runMs: lower(repository.maxRunMs, operator.maxRunMs),
    turns: lower(repository.maxRunTurns, operator.maxRunTurns ?? noLimit),
    tokens: lower(repository.maxRunTokens, operator.maxRunTokens ?? noLimit),
    runUsd: lower(repository.maxRunUsd, operator.maxRunUsd ?? noLimit),
    taskUsd: lower(repository.maxTaskUsd, operator.maxTaskUsd ?? noLimit),
    dayUsd: operator.maxDayUsd ?? noLimit,
    stopReminders: lower(repository.maxStopReminders, operator.maxStopReminders),
    verifyRounds: lower(repository.maxVerifyRounds, operator.maxVerifyRounds),
    restarts: operator.maxRestarts,
  };
}

const noLimit = Number.POSITIVE_INFINITY;

function lower(own: number | undefined, most: number): number {
  return Math.min(own ?? most, most);
}
