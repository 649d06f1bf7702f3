import type { Wish } from "./steering.ts";

/** One go at what is wanted of an open pull request: by a review, by words, by failed checks, or because its base moved. */
export interface Round {
  readonly number: number;
  readonly wishes: readonly Wish[];
  /** What the reviewers wrote at lines of the change; undefined until it was read. */
  readonly threads: readonly Thread[] | undefined;
  /** What came of fetching the commits that people pushed; undefined until it was done. */
  readonly broughtIn: string | undefined;
  /** What came of merging the base; undefined until it was done, or when it is not wanted. */
  readonly base?: MergedBase | undefined;
  /** The check run by which the pull request shows it; undefined when there is none, 0 when GitHub takes none. */
  readonly check: number | undefined;
}

export interface MergedBase {
  /** What the agent is to know, or to do; empty when there is nothing. */
  readonly words: string;
  /** Whether the agent has to do it. */
  readonly isLeft: boolean;
}

/** A conversation at a line of the change. */
export interface Thread {
  readonly id: string;
  /** The comment that it began with. */
  readonly comment: number;
  readonly path: string;
  readonly line: number | undefined;
  readonly comments: readonly { readonly by: string; readonly text: string }[];
  /** The agent's answer. */
  readonly answer: { readonly text: string; readonly isResolved: boolean } | undefined;
  /** Whether people have seen it. */
  readonly isAnswered: boolean;
}
