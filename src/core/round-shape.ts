import type { Wish } from "./steering.ts";

/** One go at what people wanted beyond the issue: a review, or words. */
export interface Round {
  readonly number: number;
  readonly wishes: readonly Wish[];
  /** What the reviewers wrote at lines of the change; undefined until it was read. */
  readonly threads: readonly Thread[] | undefined;
  /** What came of fetching the commits that people pushed; undefined until it was done. */
  readonly broughtIn: string | undefined;
  /** The check run by which the pull request shows it; undefined when there is none, 0 when GitHub takes none. */
  readonly check: number | undefined;
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
