import type { OperatorPolicy } from "../../src/core/policy.ts";
import type { FailedCheck } from "../../src/core/pull-checks.ts";
import { type Asked, type IssueRef, newTask, type Task } from "../../src/core/task.ts";

export function anIssue(number = 7, repositoryId = 500): IssueRef {
  return { installationId: 9, repositoryId, owner: "acme", name: "shop", number };
}

export const askedByAnn: Asked = { by: { id: 1, login: "ann" }, atMs: 1_000, label: "coppice", text: undefined };

export function aTask(more: Partial<Task> = {}): Task {
  return { ...newTask(more.issue ?? anIssue(), askedByAnn, "claude", undefined), ...more };
}

export const operator: OperatorPolicy = {
  triggerLabel: "coppice",
  agents: ["claude", "codex"],
  defaultAgent: "claude",
  model: undefined,
  permissionMode: "acceptEdits",
  maxSessions: 3,
  maxSessionsPerRepository: 3,
  maxRunMs: 45 * 60_000,
  maxRunTurns: 500,
  maxRunTokens: undefined,
  maxRunUsd: 20,
  maxTaskUsd: 50,
  maxDayUsd: undefined,
  minFreeBytes: 1_000,
  noProgressMs: 20 * 60_000,
  waitKeepsSlotMs: 10 * 60_000,
  maxStopReminders: 2,
  maxVerifyRounds: 2,
  maxRestarts: 2,
  statusEveryMs: 10_000,
  keepIdleSessionMs: 10 * 60_000,
  unanswered: "keep-waiting",
  unansweredMs: 60 * 60_000,
  reviews: "mentions",
  maxReviewRounds: 2,
  checksSettleMs: 60_000,
  maxCheckRounds: 3,
  maxBaseRounds: 2,
  maxOpenPulls: 5,
  sweepEveryMs: 5 * 60_000,
};

export const aFailedCheck: FailedCheck = {
  key: "build",
  name: "build",
  url: "https://github.test/runs/1",
  isRequired: true,
  isOnBase: false,
  job: 71,
  attempt: 1,
  summary: "1 test failed",
};
