import type { Task } from "./task.ts";

/** Every name that Coppice gives to things outside the store: worked out from the task alone, so that a repeated step finds what an earlier one made. */
export interface TaskNames {
  /** Folder of the workspace, and the last part of its branch. */
  readonly workspace: string;
  readonly branch: string;
  /** Where unfinished work is pushed to when people ask for it; no pull request is ever of it. */
  readonly unfinished: string;
  /** What the names of all tmux sessions of the task begin with; `_` follows, or nothing. */
  readonly sessions: string;
  /** tmux session of the agent. Another one for each start, so that an old session is not taken for the new one. */
  readonly session: string;
  /** Folder of the session's own files. */
  readonly runFolder: string;
}

export function namesOf(task: Pick<Task, "issue" | "rival" | "attempt" | "slug" | "run" | "namedAfter">): TaskNames {
  const attempt = task.attempt === 1 ? "" : `-${task.attempt}`;
  const rival = rivalSuffix(task);
  const workspace = `issue-${task.issue.number}-${task.slug}${rival}${attempt}`;
  const sessions = `${repositoryWord(task)}-${task.issue.number}${rival}`;
  const start = `${task.attempt}-${task.run?.number ?? 1}-${task.run?.starts ?? 1}`;
  return {
    workspace,
    branch: `coppice/${workspace}`,
    unfinished: `coppice/wip/${workspace}`,
    sessions,
    session: start === "1-1-1" ? sessions : `${sessions}_${start}`,
    runFolder: start,
  };
}

/** What tells the names of rivals from those of the issue's first task, which have none of it. */
export function rivalSuffix({ rival }: Pick<Task, "rival">): string {
  return rival === undefined ? "" : `-${safeWord(rival, 20)}`;
}

/** The number of the issue that a branch of ours is for; undefined when it is not ours. */
export function issueOfBranch(branch: string): number | undefined {
  const number = /^coppice\/issue-(\d+)-/.exec(branch)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The start that an agent's session was made for, read off its name; undefined when it is no agent's of this task. */
export function startOfSession(session: string, sessions: string): string | undefined {
  if (session === sessions) return "1-1-1";
  const start = session.startsWith(`${sessions}_`) ? session.slice(sessions.length + 1) : "";
  return /^\d+-\d+-\d+$/.test(start) ? start : undefined;
}

/** The start during which an agent said something: its run folder begins the event's name. */
export function startOfEvent(name: string): string | undefined {
  return /^(\d+-\d+-\d+)\//.exec(name)?.[1];
}

/** tmux sessions of two repositories of the same name must differ, so the repository's number is part of it. */
function repositoryWord(task: Pick<Task, "issue" | "namedAfter">): string {
  return `${safeWord(task.namedAfter ?? task.issue.name, 20) || "repository"}-${task.issue.repositoryId.toString(36)}`;
}

/**
 * A few safe words out of any text: `[a-z0-9-]`, at most 32 characters, never empty. Nothing else of an issue's title
 * reaches a branch, a folder or a tmux name.
 */
export function slugOf(title: string): string {
  return safeWord(title.normalize("NFKD").replace(/[\u0300-\u036f]/g, ""), 32) || "task";
}

function safeWord(text: string, most: number): string {
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return words.slice(0, most).replace(/^-+|-+$/g, "");
}

/** The hidden marker by which any other comment of ours is found again. */
export function keyMarker(key: string): string {
  return `<!-- coppice:${key.replace(/[^\w./-]/g, "")} -->`;
}

/** The hidden marker by which the status comment is found again. */
export function statusMarker(taskId: string): string {
  return `<!-- coppice:status task=${taskId} -->`;
}
