import type { BudgetLimit, Near, Spent } from "./budget.ts";
import { count, money } from "./figures.ts";

/** What is used up, in words for people. */
export function usedUpWords({ limit, used, allowed }: Spent): string {
  return `${whose[limit]} budget of ${amount(limit, allowed)} is used up (${amount(limit, used)} so far)`;
}

export function nearWords({ limit, allowed }: Near): string {
  return `More than 80 % of ${whose[limit]} budget of ${amount(limit, allowed)} is used.`;
}

/** How a person lets it go on. */
export function budgetHint(limit: BudgetLimit): string {
  switch (limit) {
    case "turns":
    case "tokens":
      return "`/coppice resume` allows as many again, `/coppice stop now` ends it.";
    case "run-usd":
      return "`/coppice budget +<n>` allows n dollars more, `/coppice resume` as much again, `/coppice stop now` ends it.";
    case "task-usd":
      return "`/coppice budget +<n>` allows n dollars more, `/coppice stop now` ends it.";
    case "day-usd":
      return "It goes on by itself at 00:00 UTC; `/coppice budget +<n>` allows n dollars more before, `/coppice stop now` ends it.";
    default:
      return limit satisfies never;
  }
}

const whose: Record<BudgetLimit, string> = {
  turns: "the run's",
  tokens: "the run's",
  "run-usd": "the run's",
  "task-usd": "the task's",
  "day-usd": "today's",
};

function amount(limit: BudgetLimit, of: number): string {
  switch (limit) {
    case "turns":
      return `${of} turns`;
    case "tokens":
      return `${count(of)} tokens`;
    case "run-usd":
    case "task-usd":
    case "day-usd":
      return money(of);
    default:
      return limit satisfies never;
  }
}
