import type { Question, TurnFailure } from "./agent-event.ts";
import { noSpending, type Spending, type Spent } from "./budget.ts";
import type { Dependency } from "./depends.ts";
import { type RepositoryPolicy, silentRepository } from "./policy.ts";
import { nothingWatched, type PullWatch } from "./pull-watch.ts";
import type { Progress } from "./progress.ts";
import type { Round } from "./round-shape.ts";
import { noSteering, type Steering } from "./steering.ts";
import type { StateLabel } from "./trigger.ts";

/** Where an issue lives. The repository's number stays when it is renamed; owner and name are as last seen. */
export interface IssueRef {
  readonly installationId: number;
  readonly repositoryId: number;
  readonly owner: string;
  readonly name: string;
  readonly number: number;
}

/** Which of an issue's tasks is meant: the first one, or that of another agent which competes with it. */
export interface TaskRef extends IssueRef {
  readonly rival?: string | undefined;
}

export interface Person {
  readonly id: number;
  readonly login: string;
}

/** Our record of one labelled issue, from label to merged or closed. */
export interface Task {
  readonly id: string;
  readonly issue: IssueRef;
  /** The agent by which the names of this task differ from those of the issue's first one, which has none. */
  readonly rival?: string | undefined;
  readonly agent: string;
  /** How often this issue was labelled anew after an end, starting at 1. */
  readonly attempt: number;
  readonly asked: Asked;
  /** A few safe words of the title as of the label; empty until the issue was read. */
  readonly slug: string;
  /** What the repository was called when sessions were first named, if it was renamed since. */
  readonly namedAfter?: string | undefined;
  readonly phase: Phase;
  /** Why the task is where it is, in words for an operator. */
  readonly why: string;
  /** What keeps its next step from working at the moment; it is tried again. */
  readonly trouble: string | undefined;
  readonly brief: Brief | undefined;
  readonly base: Base | undefined;
  /** How the issues stand that its text names as to be done first; undefined before they were looked at. */
  readonly dependencies?: readonly Dependency[] | undefined;
  /** How many open issues block it by GitHub's own means. */
  readonly blockedBy?: number | undefined;
  readonly policy: RepositoryPolicy;
  /** What is wrong with the repository's settings file, if anything: the last good one is in force then. */
  readonly settingsMistakes: readonly string[];
  readonly run: Run | undefined;
  /** Labelled again after the end, or while ending: what the next attempt starts from. */
  readonly again: Asked | undefined;
  readonly delivered: Delivered | undefined;
  readonly pull: PullRef | undefined;
  readonly usage: Usage;
  readonly spending: Spending;
  readonly said: Said;
  readonly steering: Steering;
  /** The round that the run is in, when people wanted something beyond the issue. */
  readonly round: Round | undefined;
  /** What was done about the checks and the base of its pull request. */
  readonly watch: PullWatch;
}

export interface Asked {
  readonly by: Person;
  readonly atMs: number;
  readonly label: string;
  /** Title and body as the label's webhook carried them; absent when the label was found by the sweep. */
  readonly text: { readonly title: string; readonly body: string } | undefined;
  /** When it was labelled before, and people were asked to read it again; what was changed until then, they have read since. */
  readonly warnedAtMs?: number | undefined;
}

export type Phase =
  /** Labelled, but not yet known whether by somebody who may, nor what the issue says. */
  | { readonly at: "asked" }
  | { readonly at: "queued"; readonly sinceMs: number }
  | { readonly at: "preparing"; readonly sinceMs: number }
  | { readonly at: "working"; readonly sinceMs: number }
  | { readonly at: "waiting"; readonly sinceMs: number; readonly on: Asking }
  /** The agent rests in the middle of its work; its session stays for a while, its conversation for good. */
  | {
      readonly at: "paused";
      readonly sinceMs: number;
      readonly cause: PauseCause;
      readonly was: "working" | "waiting" | "checking" | "delivering";
      readonly isInterrupted: boolean;
    }
  | { readonly at: "checking"; readonly sinceMs: number }
  | { readonly at: "delivering"; readonly sinceMs: number }
  | { readonly at: "in-review"; readonly sinceMs: number }
  /** Given up, or stopped by its limits: the workspace stays for people until the issue is closed or the label goes. */
  | { readonly at: "stopped"; readonly sinceMs: number; readonly outcome: Outcome }
  /** Decided; the session ends, work is saved and the workspace removed. */
  | { readonly at: "ending"; readonly outcome: Outcome }
  | { readonly at: "done"; readonly atMs: number; readonly outcome: Outcome };

export type PhaseName = Phase["at"];

/** Why the agent rests, and what lets it go on: a person's word, or a time. */
export type PauseCause =
  /** `saidAtMs`: when the person said it, by GitHub's clock. */
  | { readonly is: "person"; readonly by: string; readonly saidAtMs: number }
  | { readonly is: "budget"; readonly spent: Spent; readonly untilMs: number | undefined }
  | { readonly is: "usage-limit"; readonly untilMs: number };

export type Outcome =
  | { readonly is: "merged" }
  | { readonly is: "closed" }
  /** Another agent's pull request for the same issue was merged. */
  | { readonly is: "outdone"; readonly agent: string; readonly pull: PullRef }
  | { readonly is: "no-change-needed"; readonly reason: string }
  | { readonly is: "stopped-by"; readonly who: string; readonly how: string }
  /** Not started. Quiet when whoever labelled it may not: strangers get no answer. */
  | { readonly is: "refused"; readonly reason: string; readonly isQuiet: boolean }
  /** Nothing can be done or said there any more: the App was taken off, or the repository is gone. */
  | { readonly is: "unreachable"; readonly reason: string }
  | { readonly is: "gave-up"; readonly cause: GaveUp; readonly detail: string };

export type GaveUp =
  | "agent-failed"
  | "out-of-credit"
  | "login"
  | "nothing-committed"
  | "no-progress"
  | "checks-fail"
  | "limit-reached"
  | "unknown-base"
  | "set-up-failed"
  | "push-refused"
  | "repository-unavailable";

/** What the agent waits for a person to say. */
export type Asking =
  | { readonly kind: "permission"; readonly event: string; readonly tool: string; readonly summary: string }
  | { readonly kind: "question"; readonly event: string; readonly questions: readonly Question[] }
  | { readonly kind: "terminal"; readonly event: undefined; readonly summary: string };

/** The issue as the agent gets it, frozen when labelled. */
export interface Brief {
  readonly title: string;
  readonly body: string;
  readonly comments: readonly { readonly by: string; readonly atMs: number; readonly text: string }[];
  /** How many comments were left out because their authors have no write access, or wrote after the label. */
  readonly leftOut: number;
  /** Whether the issue's text was another one already when we read it: the agent has the one that was labelled. */
  readonly wasChanged?: boolean;
}

export interface Base {
  readonly branch: string;
  /** Whether the issue itself named it, and so should be told when it is unknown. */
  readonly named: boolean;
  /** The commit that the workspace was made from; set once it is made. */
  readonly sha: string | undefined;
}

/** One stretch of agent work, folded from the agent's events. */
export interface Run {
  readonly number: number;
  /** The agent's own id of the conversation; kept over restarts so that it can be resumed. */
  readonly conversation: string;
  readonly startedAtMs: number;
  /** Time in `waiting`, which does not count against the run's limit. */
  readonly waitedMs: number;
  readonly turn: "starting" | "busy" | "idle";
  readonly turns: number;
  readonly lastSaid: string;
  readonly asking: Asking | undefined;
  readonly submitted: Submission | undefined;
  readonly noChange: string | undefined;
  readonly failure: { readonly cause: TurnFailure; readonly text: string; readonly atMs: number } | undefined;
  /** The turn end whose hook may still be held open for our answer. */
  readonly heldStop: string | undefined;
  readonly backgroundTasks: number;
  readonly outbox: Message | undefined;
  readonly reminders: number;
  readonly verifyRounds: number;
  /** The newest commit when the repository's checks last began. */
  readonly checkedHead?: string | undefined;
  readonly restarts: number;
  /** How many turns in a row failed, and for which cause. */
  readonly failures: number;
  readonly failedFor?: TurnFailure | undefined;
  readonly progress?: Progress | undefined;
  /** How often people wanted more, within one run; part of the names of its jobs. */
  readonly round: number;
  /** Sessions started so far; part of the run folder's name, so that what an earlier session left is not taken for this one's. */
  readonly starts: number;
  /** Whether the newest of them gave a sign of life. */
  readonly begun: boolean;
  /** Whether the agent has taken a prompt, so that there is a conversation to resume. */
  readonly conversed: boolean;
  /** When the agent last gave any sign. */
  readonly lastSignMs: number;
}

/** The pull request in the agent's words; not whole when the agent stopped without handing it in. */
export interface Submission {
  readonly title: string;
  readonly body: string;
  readonly isWhole: boolean;
}

/** What the agent is to be told next; it goes by whichever way is open (held hook, inbox, resume). */
export interface Message {
  readonly id: string;
  readonly text: string;
  /** People wrote parts of it: the agent gets it as a file, so that nothing in it is taken for a command of its program. */
  readonly isFromPeople?: boolean | undefined;
  readonly state: "to-send" | "sent";
  /** When it was sent; 0 before. */
  readonly sentAtMs: number;
}

export interface Delivered {
  readonly sha: string;
  readonly flags?: readonly Flag[];
  /** The paths that it changes; a bounded number of them. */
  readonly files?: readonly string[];
}

/** A changed path that reviewers should look at twice: it decides what is installed, run or who reviews. */
export interface Flag {
  readonly path: string;
  readonly why: string;
}

export interface PullRef {
  readonly number: number;
  readonly url: string;
}

export interface Usage {
  readonly model: string | undefined;
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** Undefined where the agent does not tell. */
  readonly usd: number | undefined;
  readonly workedMs: number;
}

/** What was said on GitHub, so that it is said once. */
export interface Said {
  readonly greeted: boolean;
  readonly commentId: number | undefined;
  readonly text: string | undefined;
  readonly atMs: number;
  /** The label that is known to show the state. */
  readonly label: StateLabel | undefined;
  /** Labels that may be on the issue: putting one on may have worked though nobody heard of it. */
  readonly maybeLabels: readonly StateLabel[];
  readonly reviewAsked: boolean;
  /** Whether we closed the pull request because another one was merged. */
  readonly pullClosed?: boolean | undefined;
  /** What reviewers were told on the pull request about others beside it; the comment's id is 0 where nothing can be said. */
  readonly beside?: { readonly commentId: number; readonly text: string } | undefined;
}

export const noUsage: Usage = {
  model: undefined,
  turns: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  usd: undefined,
  workedMs: 0,
};

const nothingSaid: Said = {
  greeted: false,
  commentId: undefined,
  text: undefined,
  atMs: 0,
  label: undefined,
  maybeLabels: [],
  reviewAsked: false,
};

/** The task of an issue: the repository's number and the issue's, so it survives renames; and what tells rivals apart. */
export function taskId({ repositoryId, number, rival }: Pick<TaskRef, "repositoryId" | "number" | "rival">): string {
  return `${repositoryId}-${number}${rival === undefined ? "" : `-${rival}`}`;
}

export function refOf({ issue, rival }: Pick<Task, "issue" | "rival">): TaskRef {
  return rival === undefined ? issue : { ...issue, rival };
}

export function newTask(ref: TaskRef, asked: Asked, agent: string, before: Task | undefined): Task {
  const { rival, ...issue } = ref;
  return {
    id: taskId(ref),
    issue,
    ...(rival === undefined ? {} : { rival }),
    agent,
    attempt: (before?.attempt ?? 0) + 1,
    asked: wasWarned(before) ? { ...asked, warnedAtMs: before.asked.atMs } : asked,
    slug: "",
    phase: { at: "asked" },
    why: `labelled ${asked.label} by ${asked.by.login}`,
    trouble: undefined,
    brief: undefined,
    base: undefined,
    policy: before?.policy ?? silentRepository,
    settingsMistakes: [],
    run: undefined,
    again: undefined,
    delivered: undefined,
    pull: undefined,
    usage: noUsage,
    // What was used today counts over all attempts.
    spending: { ...noSpending, today: before?.spending.today ?? noSpending.today },
    // The status comment stays the same one over all attempts.
    said: {
      ...nothingSaid,
      greeted: before?.said.greeted ?? false,
      commentId: before?.said.commentId,
      label: before?.said.label,
      maybeLabels: before?.said.maybeLabels ?? [],
    },
    steering: { ...noSteering, ...keptSteering(before) },
    round: undefined,
    watch: nothingWatched,
  };
}

/** A refusal in words was said to somebody who may label, and who has read the issue again by now. */
function wasWarned(before: Task | undefined): before is Task {
  return before?.phase.at === "done" && before.phase.outcome.is === "refused" && !before.phase.outcome.isQuiet;
}

/** What people wanted of the next attempt, and what they are still to hear. */
function keptSteering(before: Task | undefined): Partial<Steering> {
  if (before === undefined) return {};
  const { owed, agent, base, model } = before.steering;
  return { owed, agent, base, model };
}

export function isOver(task: Task): boolean {
  return task.phase.at === "done";
}
