import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { RunFolder } from "../../runner/agents/run-folder.ts";

/** What the adapter leaves in a run's folder for the program, and for itself after a restart. */
const factsShape = z.object({
  conversation: z.string(),
  prompt: z.string(),
  agentHome: z.string(),
  /** 1 is for people to watch, 0 is as fast as it goes. */
  pace: z.number().nonnegative(),
});
export type Facts = z.infer<typeof factsShape>;

export async function readFacts(run: RunFolder): Promise<Facts> {
  return factsShape.parse(JSON.parse(await readFile(run.facts, "utf8")));
}
