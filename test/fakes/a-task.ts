import { type Asked, type IssueRef, newTask, type Task } from "../../src/core/task.ts";

export function anIssue(number = 7, repositoryId = 500): IssueRef {
  return { installationId: 9, repositoryId, owner: "acme", name: "shop", number };
}

export const askedByAnn: Asked = { by: { id: 1, login: "ann" }, atMs: 1_000, label: "coppice", text: undefined };

export function aTask(more: Partial<Task> = {}): Task {
  return { ...newTask(more.issue ?? anIssue(), askedByAnn, "claude", undefined), ...more };
}
