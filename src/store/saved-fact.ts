import { z } from "zod";
import type { AgentEvent } from "../core/agent-event.ts";
import type { Fact } from "../core/fact.ts";
import type { IssueRef } from "../core/task.ts";
import { issueShape, parseJson } from "./saved-task.ts";

/** @returns undefined when the text does not hold a fact. */
export function factOf(json: string): Fact | undefined {
  const saved = parseJson(json);
  return isFact(saved) ? saved : undefined;
}

function isFact(saved: unknown): saved is Fact {
  return factShape.safeParse(saved).success;
}

/** @returns undefined when the text does not name an issue. */
export function issueNamedIn(json: string): IssueRef | undefined {
  const parsed = issueShape.safeParse(parseJson(json));
  return parsed.success ? parsed.data : undefined;
}

const actor = z.looseObject({ id: z.number(), login: z.string(), isBot: z.boolean() });
const text = z.string();

/** What the fold of events relies on; the runner has looked closer when it read them. */
const eventShapes = {
  "session-started": z.looseObject({ kind: z.literal("session-started") }),
  "prompt-taken": z.looseObject({ kind: z.literal("prompt-taken") }),
  "tool-done": z.looseObject({ kind: z.literal("tool-done") }),
  "asks-permission": z.looseObject({ kind: z.literal("asks-permission"), tool: text, summary: text }),
  "asks-question": z.looseObject({
    kind: z.literal("asks-question"),
    questions: z.array(z.looseObject({ question: text, options: z.array(z.looseObject({ label: text })) })),
  }),
  "turn-ended": z.looseObject({ kind: z.literal("turn-ended"), said: text, backgroundTasks: z.number() }),
  "turn-failed": z.looseObject({ kind: z.literal("turn-failed"), text }),
  "session-ended": z.looseObject({ kind: z.literal("session-ended") }),
  submitted: z.looseObject({ kind: z.literal("submitted"), title: text, body: text }),
  "thread-answered": z.looseObject({
    kind: z.literal("thread-answered"),
    thread: text,
    answer: text,
    resolved: z.boolean(),
  }),
  "no-change": z.looseObject({ kind: z.literal("no-change"), reason: text }),
  other: z.looseObject({ kind: z.literal("other") }),
} satisfies { [kind in AgentEvent["kind"]]: z.ZodType<{ kind: kind }> };

const event = z.union(Object.values(eventShapes));

const factShapes = {
  labelled: z.looseObject({
    kind: z.literal("labelled"),
    label: text,
    by: actor,
    atMs: z.number(),
    text: z.looseObject({ title: text, body: text }).optional(),
  }),
  unlabelled: z.looseObject({ kind: z.literal("unlabelled"), label: text, by: actor }),
  touched: z.looseObject({ kind: z.literal("touched"), what: text }),
  commented: z.looseObject({
    kind: z.literal("commented"),
    commentId: z.number(),
    on: z.number(),
    by: actor,
    text,
    atMs: z.number(),
  }),
  reviewed: z.looseObject({
    kind: z.literal("reviewed"),
    reviewId: z.number(),
    by: actor,
    verdict: text,
    mentionsUs: z.boolean(),
    text,
  }),
  agent: z.looseObject({
    kind: z.literal("agent"),
    run: z.number(),
    event: z.looseObject({ name: text, atMs: z.number(), event }),
  }),
} satisfies { [kind in Fact["kind"]]: z.ZodType<{ kind: kind }> };

const factShape = z.union(Object.values(factShapes));
