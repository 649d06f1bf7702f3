import type { NamedEvent } from "./agent-event.ts";
import type { IssueRef } from "./task.ts";

/** Somebody on GitHub, as a webhook names them. */
export interface Actor {
  readonly id: number;
  readonly login: string;
  readonly isBot: boolean;
}

/** Something that happened, noted in the inbox before anybody acts on it. Facts may come twice, late or not at all. */
export type Fact =
  | {
      readonly kind: "labelled";
      readonly label: string;
      readonly by: Actor;
      readonly atMs: number;
      readonly text: { readonly title: string; readonly body: string } | undefined;
    }
  | { readonly kind: "unlabelled"; readonly label: string; readonly by: Actor }
  /** Something about the issue or its pull request changed: look again. */
  | { readonly kind: "touched"; readonly what: string }
  /** A person's comment, when it was made, with commands or without; edits say nothing. */
  | {
      readonly kind: "commented";
      readonly commentId: number;
      /** The issue or pull request that it is on. */
      readonly on: number;
      readonly by: Actor;
      readonly text: string;
      readonly url: string;
      readonly atMs: number;
    }
  /** A review of the pull request was handed in. */
  | {
      readonly kind: "reviewed";
      readonly reviewId: number;
      readonly by: Actor;
      readonly verdict: "approved" | "changes-requested" | "commented";
      readonly mentionsUs: boolean;
      readonly text: string;
      readonly atMs: number;
    }
  | { readonly kind: "agent"; readonly run: number; readonly event: NamedEvent };

/** A fact with its place in the inbox. */
export interface NotedFact {
  readonly inboxId: number;
  readonly fact: Fact;
}

/** What a fact is about: an issue, or a pull request that some task opened. */
export interface Subject {
  readonly issue: IssueRef;
  readonly is: "issue" | "pull";
  /** The one task of the issue that it is about; all of them unless given. */
  readonly task?: string | undefined;
}
