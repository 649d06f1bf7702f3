import { z } from "zod";

/** The demo asks no model. Its figures are made up, and its model's name says so wherever they are shown. */
export const madeUpModel = "demo-agent, figures made up";

export const figuresShape = z.object({
  turns: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  said: z.string(),
});
export type Figures = z.infer<typeof figuresShape>;

export const noFigures: Figures = {
  turns: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  said: "",
};

const systemPromptTokens = 14_200;

/** Counts one answer of the model that there is none of: some words in, some out, and all that went before from the cache. */
export function countAnswer(before: Figures, text: string): Figures {
  const output = 60 + Math.round(text.length / 3);
  const known = before.turns === 0 ? systemPromptTokens : 0;
  return {
    ...before,
    turns: before.turns + 1,
    inputTokens: before.inputTokens + 6,
    outputTokens: before.outputTokens + output,
    cacheReadTokens: before.cacheReadTokens + before.cacheWriteTokens,
    cacheWriteTokens: before.cacheWriteTokens + known + output,
  };
}

/** At $3, $15, $0.30 and $3.75 for a million tokens. */
export function costOf(figures: Figures): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = figures;
  return (inputTokens * 3 + outputTokens * 15 + cacheReadTokens * 0.3 + cacheWriteTokens * 3.75) / 1_000_000;
}
