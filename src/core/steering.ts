import type { Allowance, Held } from "./held.ts";
import type { Task } from "./task.ts";

/** What people said on GitHub about a task, as far as it still has an effect. */
export interface Steering {
  /** Comments with commands that were taken in, but not yet answered. */
  readonly owed: readonly Acknowledgement[];
  /** The last thing that a person changed, for the status comment: "aiko stopped it". */
  readonly last: string | undefined;
  /** A person's answer that is still to reach the agent. */
  readonly reply: OwedReply | undefined;
  /** The answer that reached it last; whoever answers the same later hears so. */
  readonly answered: { readonly event: string; readonly by: string; readonly words: string } | undefined;
  /** The comment in which a question of the agent was put to people. */
  readonly question: AskedQuestion | undefined;
  /** Wanted for the next attempt, or where it still can be, for this one. */
  readonly agent: string | undefined;
  readonly base: string | undefined;
  /** Wanted for the next session. */
  readonly model: string | undefined;
  /** Comments by others that a person wants the agent to have. */
  readonly takes: readonly Take[];
  /** What people want beyond the issue: each is collected, and all together begin the next round. */
  readonly wishes: readonly Wish[];
  /** Comments written after the label that did not reach the agent, oldest first. */
  readonly leftOut: readonly LeftOut[];
  /** What kept the newest commits from being pushed. */
  readonly held: Held | undefined;
  readonly allowed: readonly Allowance[];
  /** Whether the text was changed after it was frozen. */
  readonly isEdited: boolean;
}

export const noSteering: Steering = {
  owed: [],
  last: undefined,
  reply: undefined,
  answered: undefined,
  question: undefined,
  agent: undefined,
  base: undefined,
  model: undefined,
  takes: [],
  wishes: [],
  leftOut: [],
  held: undefined,
  allowed: [],
  isEdited: false,
};

/** The reaction and the answer that a comment still gets. */
export interface Acknowledgement {
  readonly comment: number;
  /** The issue or pull request that it is on. */
  readonly on: number;
  readonly isDone: boolean;
  readonly answers: readonly Answer[];
}

/** A part of an answer; some are looked up only when it is given. */
export type Answer =
  | { readonly is: "words"; readonly text: string }
  | { readonly is: "status" | "why" | "logs" | "diff" | "pushed-diff" };

/** How a person answers what an agent asks. */
export type Reply =
  | { readonly do: "allow" }
  | { readonly do: "deny"; readonly why: string }
  /** The label chosen (or free text) for each question, by the question's text. */
  | { readonly do: "choose"; readonly answers: Readonly<Record<string, string>> };

export interface OwedReply {
  readonly event: string;
  readonly by: string;
  /** What was answered, in words for people. */
  readonly words: string;
  readonly reply: Reply;
}

export interface AskedQuestion {
  readonly event: string;
  readonly commentId: number;
  readonly text: string;
  /** Whether the comment says how it was answered. */
  readonly isClosed: boolean;
}

export interface Take {
  readonly by: string;
  /** The id of the comment, read off its link. */
  readonly comment: number;
}

export interface LeftOut {
  readonly comment: number;
  readonly url: string;
}

export type Wish =
  | { readonly is: "words"; readonly by: string; readonly text: string }
  | { readonly is: "review"; readonly id: number; readonly by: string; readonly text: string }
  /** A check failed on a commit of ours. */
  | {
      readonly is: "check";
      readonly sha: string;
      readonly key: string;
      readonly name: string;
      readonly url: string;
      readonly summary: string;
      readonly log: string;
    }
  /** The base moved: it is to be merged into the branch. */
  | { readonly is: "base"; readonly why: "conflict" | "behind" };

export function withSteering(task: Task, changes: Partial<Steering>): Task {
  return { ...task, steering: { ...task.steering, ...changes } };
}

export function withWish(task: Task, wish: Wish): Task {
  return withSteering(task, { wishes: [...task.steering.wishes, wish] });
}
