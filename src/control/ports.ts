import type { HeldFinding } from "../core/held.ts";
import type { Fact, NotedFact, Subject } from "../core/fact.ts";
import type { NamedEvent } from "../core/agent-event.ts";
import type { RosterLine } from "../core/assign.ts";
import type { Dependency } from "../core/depends.ts";
import type { PullChecks } from "../core/pull-checks.ts";
import type { OperatorPolicy } from "../core/policy.ts";
import type { Admission, ForgeSight, JobSight, SessionSight, WorkspaceSight } from "../core/sight.ts";
import type { MergedBase, Thread } from "../core/round-shape.ts";
import type { Decision } from "../core/steer-words.ts";
import type { Reply } from "../core/steering.ts";
import type { Asking, Flag, IssueRef, Message, Person, PullRef, Task, TaskRef, Usage } from "../core/task.ts";
import type { StateLabel } from "../core/trigger.ts";

/** All that the loop knows of the world. */
export interface World {
  readonly store: Store;
  readonly forge: Forge;
  readonly runner: Runner;
  readonly operator: OperatorPolicy;
  readonly log: Log;
  nowMs(): number;
  newConversation(): string;
}

export interface Log {
  debug(what: object, words: string): void;
  info(what: object, words: string): void;
  warn(what: object, words: string): void;
  error(what: object, words: string): void;
}

/** A task as saved, with the version that the next save has to name. */
export interface SavedTask {
  readonly task: Task;
  readonly version: number;
}

/** What is to be kept: the only part of the state that can't be looked up. */
export interface Store {
  load(taskId: string): Promise<SavedTask | undefined>;
  /**
   * Saves the task and marks the facts as taken by it, in one step. They are done when all tasks of the issue have taken them.
   * @returns the new version.
   * @throws KnownError STORE_CONFLICT when somebody else saved the task since it was loaded.
   */
  save(task: Task, version: number, done: readonly NotedFact[], atMs: number): Promise<number>;
  /** The tasks that may still need a pass. */
  live(): Promise<readonly TaskRef[]>;
  /** The tasks of an issue, the first one first; `besides` is left out. */
  tasksOf(issue: IssueRef, besides?: string): Promise<readonly Task[]>;
  /** What was decided about a task and why, oldest first. */
  journal(taskId: string): Promise<readonly Decision[]>;
  roster(): Promise<readonly RosterLine[]>;
  /** What all tasks have cost on a day of UTC. */
  spentUsd(day: string): Promise<number>;
  /** The tasks of a repository whose pull requests are in review, the oldest first. */
  withPulls(repositoryId: number): Promise<readonly Task[]>;
  /** Facts about a task's issue, or about the pull request that it opened, that it has not taken yet; in the order they came. */
  facts(task: TaskRef, pull: number | undefined): Promise<readonly NotedFact[]>;
  dropFacts(done: readonly NotedFact[], atMs: number): Promise<void>;
  /** Notes a fact durably. The same key twice is noted once. @returns whether it is new. */
  note(key: string, subject: Subject, fact: Fact, atMs: number): Promise<boolean>;
  /** Tasks with facts that no pass of theirs has taken yet, and issues that have no task so far. */
  tasksWithFacts(): Promise<readonly TaskRef[]>;
}

/** GitHub, as the loop sees it. Every call throws KnownError with `retry` when GitHub can't be asked now. */
export interface Forge {
  look(task: Task): Promise<ForgeSight>;
  /** May whoever labelled start a task, and with what text and settings? */
  admit(task: Task): Promise<Admission>;
  /** The trigger label and default agent in force for a repository. */
  triggerOf(issue: IssueRef): Promise<{ readonly label: string; readonly agent: string | undefined }>;
  /** How other issues of the repository stand. */
  lookAtOthers(issue: IssueRef, numbers: readonly number[]): Promise<readonly Dependency[]>;
  /** Shows that the label was seen. */
  greet(issue: IssueRef): Promise<void>;
  /** Makes or edits the one status comment. */
  say(task: Task, text: string): Promise<{ readonly commentId: number }>;
  /** Puts the label that shows the state on, and takes the one before off. */
  showState(task: Task, want: StateLabel | undefined, was: StateLabel | undefined): Promise<void>;
  /** Opens the pull request, or finds the one that is open already for this branch. */
  openPull(task: Task, pull: PullText): Promise<PullRef>;
  /** Closes the pull request, after a comment that says why; one that is not open stays as it is. */
  closePull(task: Task, pull: PullRef, text: string): Promise<void>;
  /** Asks these people to review; who asked for the work, when nobody is named. */
  askReview(task: Task, pull: PullRef, reviewers?: readonly string[]): Promise<void>;
  /** Whether a person's commands and reviews count. */
  mayCommand(issue: IssueRef, person: Person): Promise<boolean>;
  /** Shows at a comment whether what it says was done. */
  react(issue: IssueRef, commentId: number, isDone: boolean): Promise<void>;
  /** Makes a comment on an issue or pull request; the same key twice makes one. The id is 0 where nothing can be said. */
  comment(issue: IssueRef, on: number, key: string, text: string): Promise<{ readonly commentId: number }>;
  editComment(issue: IssueRef, commentId: number, text: string): Promise<void>;
  /** A comment of this repository; undefined when there is none. */
  readComment(issue: IssueRef, commentId: number): Promise<{ readonly by: string; readonly text: string } | undefined>;
  /** What these reviews say at lines of the change, where it is not resolved. */
  readThreads(task: Task, pull: PullRef, reviews: readonly number[]): Promise<readonly Thread[]>;
  /** Answers a thread once, and resolves it where we may. */
  answerThread(task: Task, pull: PullRef, thread: Thread, round: number): Promise<void>;
  /** How the checks of the pull request's newest commit stand. */
  readChecks(task: Task, pull: PullRef): Promise<PullChecks>;
  /** The end of a job's log; empty when there is none. */
  readCheckLog(issue: IssueRef, job: number): Promise<string>;
  /** Runs a job once more. @returns whether it does. */
  rerunCheck(issue: IssueRef, job: number): Promise<boolean>;
  /** Shows on the pull request that a round is under way, or over. @returns the check run; 0 when there is none to change. */
  showCheck(task: Task, check: number | undefined, round: number, isOver: boolean): Promise<number>;
}

export interface PullText {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly isDraft: boolean;
}

/** A machine that holds workspaces and sessions. */
export interface Runner {
  /** Workspace, session and jobs of a task, as far as asked for. */
  look(task: Task, want: WantedSight): Promise<RunnerSight>;
  /** The command by which a person attaches to the task's session. */
  attachCommand(task: Task): string;
  /** Whether agents and the repository's commands are kept behind a wall; the operator may have taken it away. */
  isWalled(task: Task): boolean;
  /** What the agent has said since it was last asked; given again until it is dropped. */
  events(task: Task): Promise<readonly { readonly key: string; readonly event: NamedEvent }[]>;
  dropEvents(task: Task, keys: readonly string[]): Promise<void>;
  prepare(
    task: Task,
  ): Promise<{ readonly is: "ready" } | { readonly is: "unknown-base"; readonly known: readonly string[] }>;
  startSetup(task: Task): Promise<void>;
  startSession(task: Task, say: string | undefined): Promise<void>;
  tell(task: Task, message: Message, heldStop: string | undefined): Promise<"sent" | "not-reachable">;
  letStop(task: Task, event: string): Promise<void>;
  startChecks(task: Task, round: number): Promise<void>;
  /** Takes the commits in and pushes the branch. */
  deliver(task: Task, head: string): Promise<Delivery>;
  /** Pushes what is committed so far to a branch of its own; what was delivered stays as it is. */
  pushUnfinished(task: Task): Promise<Unfinished>;
  /** Fetches what people pushed to the task's branch and puts our commits on top. @returns what came of it, in words. */
  bringIn(task: Task): Promise<string>;
  /** Merges the newest base into the task's branch, unless that conflicts. */
  mergeBase(task: Task): Promise<MergedBase>;
  /** Ends the agent's turn; its session stays. */
  interrupt(task: Task): Promise<void>;
  /** Answers what the agent asks. */
  reply(task: Task, asking: Asking, reply: Reply): Promise<"given" | "too-late">;
  /** The text of the agent's screen; undefined when there is none. */
  screen(task: Task): Promise<string | undefined>;
  endSession(task: Task): Promise<void>;
  /** What the disk has left where workspaces lie. */
  freeBytes(): Promise<number | "unknown">;
  /** Saves what the workspace holds under a ref, then removes it. */
  clearWorkspace(task: Task): Promise<void>;
}

export type Delivery =
  | {
      readonly is: "pushed";
      readonly sha: string;
      readonly flags?: readonly Flag[];
      readonly files?: readonly string[];
    }
  /** People had pushed to the branch: our commits are on top of theirs now, and not pushed yet. */
  | { readonly is: "brought-in" }
  | { readonly is: "refused"; readonly head: string; readonly findings: readonly HeldFinding[] };

/** What became of unfinished work that people asked for. */
export type Unfinished =
  | { readonly is: "pushed"; readonly branch: string }
  | { readonly is: "nothing" }
  | { readonly is: "refused"; readonly findings: readonly HeldFinding[] };

export interface WantedSight {
  readonly workspace: boolean;
  readonly session: boolean;
  readonly agent: boolean;
  readonly setup: boolean;
  readonly checks: boolean;
  /** Reading it costs more the longer the conversation is; `lately` is some seconds old. */
  readonly usage: "no" | "lately" | "now";
}

export interface RunnerSight {
  readonly workspace: WorkspaceSight;
  readonly session: SessionSight;
  readonly setup: JobSight;
  readonly checks: JobSight;
  readonly usage: Usage | "unknown";
  readonly said: string | undefined;
}
