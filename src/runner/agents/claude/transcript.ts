import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { listFolder, parseJson, readSafely } from "../safe-file.ts";
import type { Facts } from "./facts.ts";

const count = z.number().catch(0);

const line = z.object({
  type: z.literal("assistant"),
  message: z.object({
    id: z.string(),
    model: z.string().catch(""),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).catch([]),
    usage: z
      .object({
        input_tokens: count,
        output_tokens: count,
        cache_read_input_tokens: count,
        cache_creation_input_tokens: count,
      })
      .optional(),
  }),
});

/** One answer of the model, as the transcript has it. */
export type Answer = z.infer<typeof line>["message"];

const maxTranscriptBytes = 256 * 1024 * 1024;

/** The conversation's file, if there is one yet. Its folder's name is made of the working folder in ways that change. */
async function findTranscript(facts: Facts): Promise<string | undefined> {
  const projects = join(facts.stateDir, "projects");
  for (const project of await listFolder(projects)) {
    const file = `${facts.agentSessionId}.jsonl`;
    if ((await listFolder(join(projects, project))).includes(file)) return join(projects, project, file);
  }
  return undefined;
}

/**
 * Whether there is a conversation to go on with. The CLI refuses one without a message (it was killed before it sent
 * the first), and refuses its name to a new one as well; so what is left of it goes.
 */
export async function isConversationKnown(facts: Facts): Promise<boolean> {
  const path = await findTranscript(facts);
  if (path === undefined) return false;
  const read = await readSafely(path, maxTranscriptBytes);
  if (read !== "absent" && ("odd" in read || read.text.split("\n").some(isMessage))) return true;
  await rm(path, { force: true });
  return false;
}

function isMessage(text: string): boolean {
  return z.object({ type: z.enum(["user", "assistant"]) }).safeParse(parseJson(text)).success;
}

const costState = z.object({ type: z.literal("cost-state"), totalCostUSD: z.number() });

/** What the conversation had cost when the CLI last ended properly; it starts counting from there. */
export async function readCostState(facts: Facts): Promise<number | undefined> {
  const path = await findTranscript(facts);
  const read = path === undefined ? "absent" : await readSafely(path, maxTranscriptBytes);
  if (read === "absent" || "odd" in read) return undefined;
  const states = read.text.split("\n").filter((text) => text.includes('"cost-state"'));
  return states
    .map((text) => costState.safeParse(parseJson(text)).data?.totalCostUSD)
    .findLast((usd) => usd !== undefined);
}

/** Every answer of the model in the conversation and in those of its subagents; the conversation's own come last. */
export async function readAnswers(facts: Facts): Promise<Answer[]> {
  const main = await findTranscript(facts);
  if (main === undefined) return [];
  const folder = join(main.replace(/\.jsonl$/, ""), "subagents");
  const subagents = (await listFolder(folder))
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => join(folder, file));
  const texts = await Promise.all([...subagents, main].map((path) => readLines(path)));
  return onePerAnswer(texts.flat());
}

async function readLines(path: string): Promise<Answer[]> {
  const read = await readSafely(path, maxTranscriptBytes);
  if (read === "absent" || "odd" in read) return [];
  return read.text.split("\n").flatMap(readLine);
}

function readLine(text: string): Answer[] {
  // Most lines are something else, and they are long; the last one may be half written.
  if (!text.includes('"assistant"')) return [];
  const parsed = line.safeParse(parseJson(text));
  return parsed.success ? [parsed.data.message] : [];
}

/** The CLI writes a line for each part of an answer, and repeats the answer's figures in each. */
function onePerAnswer(lines: readonly Answer[]): Answer[] {
  const byId = new Map<string, Answer>();
  for (const one of lines) {
    const before = byId.get(one.id);
    byId.set(one.id, { ...one, content: [...(before?.content ?? []), ...one.content] });
  }
  return [...byId.values()];
}
