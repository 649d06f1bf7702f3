import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readSafely, writeWhole } from "../../runner/agents/safe-file.ts";
import type { Facts } from "./facts.ts";
import { figuresShape, noFigures } from "./figures.ts";

/** A conversation of the demo agent: all that it was told. What it does follows from that, so any session can take it up. */
const memoryShape = z.object({
  issue: z.object({ number: z.number(), title: z.string(), text: z.string() }),
  /** What it was told after the issue, in order. */
  told: z.array(z.string()),
  /** What people answered, by question. */
  answers: z.record(z.string(), z.string()),
  /** How many of its steps are done. */
  done: z.number(),
  figures: figuresShape,
});
export type Memory = z.infer<typeof memoryShape>;
export type Issue = Memory["issue"];

export function newMemory(issue: Issue): Memory {
  return { issue, told: [], answers: {}, done: 0, figures: noFigures };
}

const fileOf = ({ agentHome, conversation }: Facts): string => join(agentHome, `demo-${conversation}.json`);

export async function saveMemory(facts: Facts, memory: Memory): Promise<void> {
  await mkdir(facts.agentHome, { recursive: true, mode: 0o700 });
  await writeWhole(fileOf(facts), JSON.stringify(memory));
}

export async function loadMemory(facts: Facts): Promise<Memory | undefined> {
  const found = await readSafely(fileOf(facts), 10_000_000);
  if (found === "absent" || "odd" in found) return undefined;
  return memoryShape.parse(JSON.parse(found.text));
}

/** The issue of a brief file; undefined when the text is something else, such as feedback. */
export function issueIn(brief: string): Issue | undefined {
  const found = /^# Issue #(\d+): (.*)$/m.exec(brief.slice(0, 2000));
  if (found === null) return undefined;
  return { number: Number(found[1]), title: found[2] ?? "", text: brief.slice(found.index + found[0].length).trim() };
}
