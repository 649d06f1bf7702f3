import { budgetHint, usedUpWords } from "./budget-words.ts";
import { utc } from "./figures.ts";
import type { PauseCause } from "./task.ts";

/** Why it rests. */
export function pauseWords(cause: PauseCause): string {
  switch (cause.is) {
    case "person":
      return `${cause.by} interrupted the agent`;
    case "budget":
      return usedUpWords(cause.spent);
    case "usage-limit":
      return `the agent's account is at its usage limit until ${utc(cause.untilMs)}`;
    default:
      return cause satisfies never;
  }
}

/** What a person can do about it. */
export function pauseHint(cause: PauseCause): string {
  switch (cause.is) {
    case "person":
      return "`/coppice resume` goes on, `/coppice stop now` ends it.";
    case "budget":
      return budgetHint(cause.spent.limit);
    case "usage-limit":
      return "It goes on by itself then; `/coppice resume` tries it at once, `/coppice stop now` ends it.";
    default:
      return cause satisfies never;
  }
}
