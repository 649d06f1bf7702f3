/** What the stand-in knows. Records are never changed in place: a new one takes the old one's seat in its map. */

export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
  readonly name: string | null;
  readonly email: string | null;
}

export type Level = "read" | "write" | "admin";
export type Permissions = Readonly<Record<string, Level>>;

export interface App {
  readonly id: number;
  readonly clientId: string;
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  /** `<slug>[bot]`, in whose name the App acts. */
  readonly bot: User;
  readonly publicKey: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly createdMs: number;
}

export interface Installation {
  readonly id: number;
  readonly account: User;
  readonly repositories: "all" | readonly number[];
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly suspended: { readonly by: User; readonly atMs: number } | undefined;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Who acts: a person, or the App in the name of its bot. */
export interface Actor {
  readonly user: User;
  readonly app: App | undefined;
}

export type Role = "read" | "triage" | "write" | "maintain" | "admin";

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly description: string | null;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly defaultBranch: string;
  /** The repository that this is a copy of. */
  readonly forkOf: number | undefined;
  /** Private repositories of free plans have no draft pull requests. */
  readonly allowsDrafts: boolean;
  /** The bare repository on disk. */
  readonly folder: string;
  readonly createdMs: number;
  readonly pushedMs: number;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export type StateReason = "completed" | "not_planned" | "duplicate" | "reopened" | null;

/** An issue, or the part of a pull request that it shares with issues. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly author: Actor;
  readonly state: "open" | "closed";
  readonly stateReason: StateReason;
  readonly labels: readonly number[];
  readonly assignees: readonly User[];
  readonly locked: boolean;
  /** Who changed its body, and when. */
  readonly edits: readonly { readonly id: number; readonly by: User; readonly atMs: number }[];
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly closed: { readonly by: User; readonly atMs: number } | undefined;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly author: Actor;
  readonly body: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** What happened to an issue or a pull request, beside comments and reviews. */
export interface IssueEvent {
  readonly id: number;
  readonly issue: number;
  readonly event: string;
  readonly actor: Actor;
  readonly atMs: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const reactionContents = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"] as const;
export type ReactionContent = (typeof reactionContents)[number];

export interface Reaction {
  readonly id: number;
  readonly on: "issue" | "comment" | "review-comment";
  /** The issue's number, or the comment's id. */
  readonly of: number;
  readonly user: User;
  readonly content: ReactionContent;
  readonly createdMs: number;
}

/** What a pull request has beyond the issue of the same number. */
export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly isDraft: boolean;
  readonly head: PullEnd;
  readonly base: PullEnd;
  readonly requested: readonly User[];
  readonly merged: { readonly by: User; readonly atMs: number; readonly sha: string } | undefined;
  /** What git says of the two ends; worked out again whenever one of them moves. */
  readonly counts: PullCounts;
}

export interface PullCounts {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
  readonly isMergeable: boolean;
}

export interface PullEnd {
  readonly repository: number;
  readonly branch: string;
  /** The branch's tip; it stays what it was when the pull request was closed. */
  readonly sha: string;
}

/** What a branch asks of those who want to change it. */
export interface Protection {
  readonly branch: string;
  /** Checks that must have succeeded before a merge. */
  readonly contexts: readonly string[];
  /** The App that they have to be by; anybody's will do unless told. */
  readonly app?: number | undefined;
  /** Whether only pull requests may change it. */
  readonly refusesPushes: boolean;
  /** Whether a ruleset says so, which is the newer way; it is read by a call of its own. */
  readonly isRuleset: boolean;
}

export type Side = "LEFT" | "RIGHT";

/** Where a remark on a difference stands: a file, or lines of it. */
export interface Place {
  readonly path: string;
  /** None for a remark on the whole file. */
  readonly line: number | undefined;
  readonly startLine: number | undefined;
  readonly side: Side;
}

export interface Review {
  readonly id: number;
  readonly pull: number;
  readonly author: Actor;
  readonly body: string;
  readonly state: "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  readonly sha: string;
  readonly submittedMs: number | undefined;
}

export interface ReviewComment {
  readonly id: number;
  readonly pull: number;
  readonly review: number;
  readonly thread: number;
  readonly inReplyTo: number | undefined;
  readonly author: Actor;
  readonly body: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A conversation on one place of a pull request's difference. */
export interface Thread {
  readonly id: number;
  readonly pull: number;
  /** Where it was begun. */
  readonly origin: Place & { readonly sha: string; readonly hunk: string };
  /** Where that is by now; no line once it was changed since: the thread is outdated. */
  readonly place: Place;
  readonly isOutdated: boolean;
  readonly resolvedBy: User | undefined;
}

export type CheckStatus = "queued" | "in_progress" | "completed";

export const conclusions = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "stale",
  "timed_out",
] as const;
export type Conclusion = (typeof conclusions)[number];

/** The checks of one App on one commit. Its state is that of its runs. */
export interface CheckSuite {
  readonly id: number;
  readonly app: App;
  readonly branch: string | null;
  readonly commit: Commit;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: number;
  readonly name: string;
  readonly status: CheckStatus;
  readonly conclusion: Conclusion | null;
  readonly startedMs: number;
  readonly completedMs: number | undefined;
  readonly externalId: string;
  readonly detailsUrl: string | null;
  readonly output: { readonly title: string | null; readonly summary: string | null; readonly text: string | null };
  /** The identifiers of its buttons. */
  readonly actions: readonly string[];
}

/** A run of GitHub Actions; its jobs are check runs with the same ids. */
export interface WorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly number: number;
  readonly attempt: number;
  readonly suite: number;
  readonly event: string;
  readonly actor: User;
  readonly jobs: readonly number[];
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface Status {
  readonly id: number;
  readonly commit: Commit;
  readonly context: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: User;
  readonly createdMs: number;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly atMs: number;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}
