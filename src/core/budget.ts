import { limitsOf, type OperatorPolicy } from "./policy.ts";
import type { Run, Task, Usage } from "./task.ts";

/** What a model was used for, in figures that add up. */
export interface Figures {
  readonly turns: number;
  readonly tokens: number;
  readonly usd: number;
}

/** What the task has used besides its newest conversation, and what people allowed it beyond its limits. */
export interface Spending {
  /** The conversation that the task's usage is of. */
  readonly conversation: string | undefined;
  /** Used by the conversations before it. */
  readonly earlier: Figures;
  /** All that was used when the run began, and which run that was, by its start. */
  readonly before: Figures;
  readonly runStartedAtMs: number;
  /** How much more a person allows. */
  readonly moreUsd: number;
  /** The limit that is nearly used up. */
  readonly near: Near | undefined;
  /** What was used on one day of UTC. */
  readonly today: { readonly day: string; readonly usd: number };
}

export type BudgetLimit = "turns" | "tokens" | "run-usd" | "task-usd" | "day-usd";

export interface Near {
  readonly limit: BudgetLimit;
  readonly allowed: number;
}

export interface Spent extends Near {
  readonly used: number;
}

const nothing: Figures = { turns: 0, tokens: 0, usd: 0 };

export const noSpending: Spending = {
  conversation: undefined,
  earlier: nothing,
  before: nothing,
  runStartedAtMs: 0,
  moreUsd: 0,
  near: undefined,
  today: { day: "", usd: 0 },
};

/** From which share of a limit on people are told that it is nearly used up. */
const nearShare = 0.8;

/** Takes what the conversation has used so far into the task. A conversation that is new to it counts from nothing. */
export function countUsage(task: Task, run: Run, usage: Usage, nowMs: number): Task {
  const { spending } = task;
  const isNew = spending.conversation !== undefined && spending.conversation !== run.conversation;
  const earlier = isNew ? sum(spending.earlier, figuresOf(task.usage)) : spending.earlier;
  const before = runBegan(task, run);
  const addedUsd = Math.max(0, sum(earlier, figuresOf(usage)).usd - usedBy(task).usd);
  const day = dayOf(nowMs);
  const today = { day, usd: (spending.today.day === day ? spending.today.usd : 0) + addedUsd };
  return {
    ...task,
    usage,
    spending: { ...spending, conversation: run.conversation, earlier, before, runStartedAtMs: run.startedAtMs, today },
  };
}

/** A run's limits count from its beginning. */
function runBegan(task: Task, run: Run): Figures {
  return task.spending.runStartedAtMs === run.startedAtMs ? task.spending.before : usedBy(task);
}

/** All that the task has used. */
function usedBy({ spending, usage }: Task): Figures {
  return sum(spending.earlier, figuresOf(usage));
}

/** What is not known counts as nothing here; it is never shown so. */
function figuresOf({ turns, inputTokens, outputTokens, cachedTokens, usd }: Usage): Figures {
  return { turns, tokens: inputTokens + outputTokens + cachedTokens, usd: usd ?? 0 };
}

function sum(a: Figures, b: Figures): Figures {
  return { turns: a.turns + b.turns, tokens: a.tokens + b.tokens, usd: a.usd + b.usd };
}

/** The limit that is used up, if one is; `todayUsd` is what all tasks have cost today, where that is known. */
export function usedUp(task: Task, operator: OperatorPolicy, todayUsd: number | "unknown"): Spent | undefined {
  return spentOf(task, operator, todayUsd).find(({ used, allowed }) => used >= allowed);
}

/** Whether nothing is to begin today any more. */
export function dayUsedUp(task: Task, operator: OperatorPolicy, todayUsd: number | "unknown"): Spent | undefined {
  const spent = usedUp(task, operator, todayUsd);
  return spent?.limit === "day-usd" ? spent : undefined;
}

/** The task, knowing which limit is nearly used up, so that it is said once and then stands. */
export function warned(task: Task, operator: OperatorPolicy, todayUsd: number | "unknown"): Task {
  const found = spentOf(task, operator, todayUsd).find(({ used, allowed }) => used >= allowed * nearShare);
  const { near } = task.spending;
  if (found?.limit === near?.limit && found?.allowed === near?.allowed) return task;
  const next = found === undefined ? undefined : { limit: found.limit, allowed: found.allowed };
  return { ...task, spending: { ...task.spending, near: next } };
}

function spentOf(task: Task, operator: OperatorPolicy, todayUsd: number | "unknown"): readonly Spent[] {
  const { spending } = task;
  const limits = limitsOf(operator, task.policy);
  const all = usedBy(task);
  const more = spending.moreUsd;
  const spent: readonly Spent[] = [
    { limit: "turns", used: all.turns - spending.before.turns, allowed: limits.turns },
    { limit: "tokens", used: all.tokens - spending.before.tokens, allowed: limits.tokens },
    { limit: "run-usd", used: all.usd - spending.before.usd, allowed: limits.runUsd + more },
    { limit: "task-usd", used: all.usd, allowed: limits.taskUsd + more },
    { limit: "day-usd", used: todayUsd === "unknown" ? 0 : todayUsd, allowed: limits.dayUsd + more },
  ];
  return spent.filter(({ allowed }) => allowed < Number.POSITIVE_INFINITY);
}

/** A person lets the run have as much again. */
export function anotherHelping(task: Task): Task {
  return { ...task, spending: { ...task.spending, before: usedBy(task), near: undefined } };
}

/** The day of UTC, as `2027-01-31`. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

export function nextDayMs(nowMs: number): number {
  const dayMs = 86_400_000;
  return (Math.floor(nowMs / dayMs) + 1) * dayMs;
}
