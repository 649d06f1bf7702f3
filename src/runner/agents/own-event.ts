import { z } from "zod";
import type { AgentEvent } from "../../core/agent-event.ts";

/** Texts of an agent are cut to what a person can use, so that no event grows without limit. */
export const maxSaid = 20_000;
export const maxSummary = 300;
export const maxTitle = 200;
export const maxBody = 60_000;

const cut = (max: number) => z.string().transform((text) => (text.length > max ? `${text.slice(0, max)}…` : text));
const summary = cut(maxSummary);

export const questionShape = z.object({
  question: z.string(),
  header: z.string().default(""),
  multiSelect: z.boolean().default(false),
  options: z.array(z.object({ label: z.string(), description: z.string().default("") })).default([]),
});

const failures = ["login", "credit", "rate-limit", "provider", "model", "refused", "answer-too-long", "other"] as const;

const ownEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("session-started"), how: z.enum(["new", "resumed", "compacted"]), model: summary }),
  z.object({ kind: z.literal("prompt-taken"), text: cut(maxSaid) }),
  z.object({ kind: z.literal("tool-done"), tool: summary, summary, failed: z.boolean() }),
  z.object({ kind: z.literal("asks-permission"), tool: summary, summary: cut(maxSaid) }),
  z.object({ kind: z.literal("asks-question"), questions: z.array(questionShape) }),
  z.object({
    kind: z.literal("turn-ended"),
    said: cut(maxSaid),
    backgroundTasks: z.number(),
    wasSentOn: z.boolean(),
  }),
  z.object({ kind: z.literal("turn-failed"), failure: z.enum(failures), text: cut(maxSaid) }),
  z.object({ kind: z.literal("session-ended"), reason: summary }),
  z.object({ kind: z.literal("submitted"), title: cut(maxTitle), body: cut(maxBody) }),
  z.object({ kind: z.literal("thread-answered"), thread: summary, answer: cut(maxSaid), resolved: z.boolean() }),
  z.object({ kind: z.literal("no-change"), reason: cut(maxSaid) }),
  z.object({ kind: z.literal("other"), what: summary }),
]) satisfies z.ZodType<AgentEvent>;

/** An event in our own words, as our MCP server and agents of ours write it; undefined when it is not one. */
export function readOwnEvent(raw: unknown): AgentEvent | undefined {
  const parsed = ownEvent.safeParse(raw);
  return parsed.success ? parsed.data : undefined;
}
