import type { Task } from "./task.ts";

/** Every name that Coppice gives to things outside the store: worked out from the task alone, so that a repeated step finds what an earlier one made. */
export interface TaskNames {
  /** Folder of the workspace, and the last part of its branch. */
  readonly workspace: string;
  readonly branch: string;
  /** tmux session of the agent. */
  readonly session: string;
  /** Folder of the session's own files; another one for each start. */
  readonly runFolder: string;
}

export function namesOf(task: Pick<Task, "issue" | "attempt" | "slug" | "run">): TaskNames {
  const attempt = task.attempt === 1 ? "" : `-${task.attempt}`;
  const workspace = `issue-${task.issue.number}-${task.slug}${attempt}`;
  return {
    workspace,
    branch: `coppice/${workspace}`,
    session: `${repositoryWord(task)}-${task.issue.number}`,
    runFolder: `${task.attempt}-${task.run?.number ?? 0}-${task.run?.starts ?? 0}`,
  };
}

/** tmux sessions of two repositories of the same name must differ, so the repository's number is part of it. */
function repositoryWord(task: Pick<Task, "issue">): string {
  return `${safeWord(task.issue.name, 20) || "repository"}-${task.issue.repositoryId.toString(36)}`;
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

/** The hidden marker by which the status comment is found again. */
export function statusMarker(taskId: string): string {
  return `<!-- coppice:status task=${taskId} -->`;
}
