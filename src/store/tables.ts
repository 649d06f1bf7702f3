import type { GaveUp, PhaseName } from "../core/task.ts";
import type { Generated, Kysely, Transaction } from "kysely";

/** Every type here is one that SQLite and PostgreSQL both have: text, integers for times in milliseconds, JSON as text. */
export interface Tables {
  readonly tasks: TasksTable;
  readonly inbox: InboxTable;
  readonly inbox_taken: InboxTakenTable;
  readonly journal: JournalTable;
  readonly repositories: RepositoriesTable;
  readonly leases: LeasesTable;
  readonly marks: MarksTable;
}

export type Database = Kysely<Tables>;
export type Change = Transaction<Tables>;

/** Columns beside `json` are what is searched by; they are worked out from the task at each save. */
export interface TasksTable {
  id: string;
  version: number;
  installation_id: number;
  repository_id: number;
  owner: string;
  name: string;
  number: number;
  /** What tells it from the first task of its issue, which has an empty one. */
  rival: string;
  /** JSON: the numbers of the issues that hold it back. */
  waits_for: string;
  pull_number: number | null;
  phase: PhaseName;
  why: string;
  /** 1 while a pass may still have something to do. */
  is_live: number;
  asked_at_ms: number;
  max_sessions: number | null;
  /** Since when it is in its phase, where it matters. */
  since_ms: number;
  agent: string;
  /** Until when it rests because its agent's account is at its usage limit; 0 when it does not. */
  limited_until_ms: number;
  /** Why it was given up, while it is in that phase. */
  gave_up: GaveUp | null;
  /** What it has cost on the day of UTC on which it was last counted. */
  spent_day: string;
  spent_usd: number;
  saved_at_ms: number;
  json: string;
}

export interface InboxTable {
  id: Generated<number>;
  key: string;
  repository_id: number;
  kind: "issue" | "pull";
  number: number;
  issue: string;
  /** The one task of the issue that it is about; null: all of them. */
  task_id: string | null;
  fact: string;
  noted_at_ms: number;
  done_at_ms: number | null;
}

/** Facts that are for several tasks, and which of them have taken them already. */
export interface InboxTakenTable {
  inbox_id: number;
  task_id: string;
}

export interface JournalTable {
  id: Generated<number>;
  task_id: string;
  at_ms: number;
  phase: string;
  why: string;
}

export interface RepositoriesTable {
  repository_id: number;
  settings: string | null;
  mistakes: string;
  read_at_ms: number;
}

export interface LeasesTable {
  name: string;
  owner: string;
  boot: string;
  pid_space: string;
  pid: number;
  expires_at_ms: number;
}

/** How far we have come with what is not about one task. */
export interface MarksTable {
  name: string;
  value: number;
}
