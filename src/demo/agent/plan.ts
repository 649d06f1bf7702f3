import type { Memory } from "./memory.ts";
import type { Solution } from "./solution.ts";
import { anything } from "./solutions/anything.ts";
import { fahrenheit } from "./solutions/fahrenheit.ts";
import { plural } from "./solutions/plural.ts";
import { rooibos } from "./solutions/rooibos.ts";
import { commit, say, type Step } from "./step.ts";

const solutions: readonly Solution[] = [plural, fahrenheit, rooibos, anything];

/**
 * All that the agent does in a conversation, worked out anew from what it was told. Later words only add to the end, so the
 * number of done steps stays right over restarts.
 */
export function stepsOf(memory: Memory): readonly Step[] {
  const solution = solutions.find(({ title }) => title.test(memory.issue.title)) ?? anything;
  return [...solution.work(memory), ...memory.told.flatMap((text, at) => react(solution, memory, text, at))];
}

function remark(solution: Solution, memory: Memory, isFirst: boolean): readonly Step[] {
  return isFirst && solution.review.length > 0 ? [...solution.review, solution.submit(memory)] : [say(noMore)];
}

/** Each thread of a review is answered. */
function answers(text: string): readonly Step[] {
  const threads = [...text.matchAll(/^## Thread (\S+)$/gm)].flatMap(([, id]) => id ?? []);
  return threads.map((thread) => ({
    do: "answer-thread",
    thread,
    answer: "I have looked at this, and did what I can.",
  }));
}

type Said = "check-failed" | "not-handed-in" | "go-on" | "remark";

function react(solution: Solution, memory: Memory, text: string, at: number): readonly Step[] {
  const kind = kindOf(text);
  const isFirst = memory.told.findIndex((other) => kindOf(other) === kind) === at;
  switch (kind) {
    case "go-on":
      return [];
    case "not-handed-in":
      return [say("Right, I was not finished."), commit("Finish what was left"), solution.submit(memory)];
    case "check-failed":
      return isFirst ? [...solution.mend, solution.submit(memory)] : [say(atAnEnd)];
    case "remark":
      return [...remark(solution, memory, isFirst), ...answers(text)];
    default:
      return kind satisfies never;
  }
}

/** By the sentences that agents are told; whatever is none of them was said by a person. */
function kindOf(text: string): Said {
  if (/^Your session was restarted|model's service did not answer|lets you go on/.test(text)) return "go-on";
  if (/this round is not over/.test(text)) return "go-on";
  if (/the work is not handed in/.test(text)) return "not-handed-in";
  if (/check `.*` failed/.test(text)) return "check-failed";
  return "remark";
}

const atAnEnd = "I have tried what I know, and it still fails. A person should look at this one.";
const noMore = "I have read that. More than this I can't do: I am the demo's agent, and have no model to think with.";
