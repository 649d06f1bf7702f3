import type { Usage } from "../agent.ts";
import { maxSaid } from "../own-event.ts";
import type { RunFolder } from "../run-folder.ts";
import { costOf, readStatus } from "./cost.ts";
import type { Facts } from "./facts.ts";
import { type Answer, readAnswers } from "./transcript.ts";

/** Tokens and words come from the conversation's file, the cost from the status line: only the CLI knows the prices. */
export async function readUsage(run: RunFolder, facts: Facts): Promise<Usage> {
  const answers = (await readAnswers(facts)).filter((one) => one.model !== "<synthetic>");
  const latest = await readStatus(run);
  const sum = (figure: (of: NonNullable<Answer["usage"]>) => number) =>
    answers.reduce((total, one) => total + (one.usage === undefined ? 0 : figure(one.usage)), 0);
  return {
    turns: answers.length,
    inputTokens: sum((of) => of.input_tokens),
    outputTokens: sum((of) => of.output_tokens),
    cacheReadTokens: sum((of) => of.cache_read_input_tokens),
    cacheWriteTokens: sum((of) => of.cache_creation_input_tokens),
    costUsd: costOf(facts, latest),
    model: answers.at(-1)?.model ?? latest.model?.id,
    said: answers.map(wordsOf).findLast((words) => words !== ""),
  };
}

function wordsOf(answer: Answer): string {
  const texts = answer.content.flatMap((part) => (part.type === "text" ? (part.text ?? []) : []));
  return texts.join("\n").slice(0, maxSaid);
}
