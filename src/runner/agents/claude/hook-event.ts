import { z } from "zod";
import type { AgentEvent, TurnFailure } from "../../../core/agent-event.ts";
import { maxSaid, maxSummary, questionShape } from "../own-event.ts";

const text = z.string().catch("");
const input = z.record(z.string(), z.unknown()).catch({});

/** What Claude Code's hooks write (seen with 2.1.330), as far as we read it. */
const hookEvent = z.discriminatedUnion("hook_event_name", [
  z.object({ hook_event_name: z.literal("SessionStart"), source: text, model: text }),
  z.object({ hook_event_name: z.literal("UserPromptSubmit"), prompt: text }),
  z.object({ hook_event_name: z.literal("PostToolUse"), tool_name: text, tool_input: input }),
  z.object({ hook_event_name: z.literal("PostToolUseFailure"), tool_name: text, tool_input: input, error: text }),
  z.object({ hook_event_name: z.literal("PermissionRequest"), tool_name: text, tool_input: input }),
  z.object({
    hook_event_name: z.literal("Stop"),
    stop_hook_active: z.boolean().catch(false),
    last_assistant_message: text,
    background_tasks: z.array(z.looseObject({ status: z.string().optional() })).catch([]),
  }),
  z.object({
    hook_event_name: z.literal("StopFailure"),
    error: text,
    last_assistant_message: text,
    error_details: text,
  }),
  z.object({ hook_event_name: z.literal("SessionEnd"), reason: text }),
]);

type HookEvent = z.infer<typeof hookEvent>;
type HookName = HookEvent["hook_event_name"];

/** The hooks that we ask for, and how long each waits for our answer. An unknown name would stop the CLI with a dialog. */
export const hookWaits: Readonly<Record<HookName, number>> = {
  SessionStart: 0,
  UserPromptSubmit: 0,
  PostToolUse: 0,
  PostToolUseFailure: 0,
  PermissionRequest: 24 * 60 * 60,
  Stop: 20,
  StopFailure: 0,
  SessionEnd: 0,
};

/** Reads a hook's event in our words; undefined when it is none. */
export function readHookEvent(raw: unknown): AgentEvent | undefined {
  const parsed = hookEvent.safeParse(raw);
  return parsed.success ? translate(parsed.data) : undefined;
}

function translate(hook: HookEvent): AgentEvent {
  switch (hook.hook_event_name) {
    case "SessionStart":
      return { kind: "session-started", how: howStarted(hook.source), model: short(hook.model) };
    case "UserPromptSubmit":
      return { kind: "prompt-taken", text: long(hook.prompt) };
    case "PostToolUse":
      return { kind: "tool-done", tool: short(hook.tool_name), summary: summarise(hook.tool_input), failed: false };
    case "PostToolUseFailure":
      return { kind: "tool-done", tool: short(hook.tool_name), summary: summarise(hook.tool_input), failed: true };
    case "PermissionRequest":
      return asks(hook.tool_name, hook.tool_input);
    case "Stop":
      return {
        kind: "turn-ended",
        said: long(hook.last_assistant_message),
        backgroundTasks: hook.background_tasks.filter((task) => (task.status ?? "running") === "running").length,
        wasSentOn: hook.stop_hook_active,
      };
    case "StopFailure":
      return {
        kind: "turn-failed",
        failure: failureOf(hook.error),
        text: long(hook.last_assistant_message || hook.error_details || hook.error),
      };
    case "SessionEnd":
      return { kind: "session-ended", reason: short(hook.reason) };
    default:
      return hook satisfies never;
  }
}

function howStarted(source: string): "new" | "resumed" | "compacted" {
  if (source === "resume") return "resumed";
  return source === "compact" ? "compacted" : "new";
}

function asks(tool: string, toolInput: Record<string, unknown>): AgentEvent {
  const asked = z.object({ questions: z.array(questionShape).min(1) }).safeParse(toolInput);
  if (tool === "AskUserQuestion" && asked.success) return { kind: "asks-question", questions: asked.data.questions };
  return { kind: "asks-permission", tool: short(tool), summary: long(detail(toolInput)) };
}

function failureOf(error: string): TurnFailure {
  const known: Record<string, TurnFailure> = {
    authentication_failed: "login",
    oauth_org_not_allowed: "login",
    billing_error: "credit",
    rate_limit: "rate-limit",
    server_error: "provider",
    overloaded: "provider",
    model_not_found: "model",
    invalid_request: "refused",
    max_output_tokens: "answer-too-long",
  };
  return known[error] ?? "other";
}

const long = (value: string) => (value.length > maxSaid ? `${value.slice(0, maxSaid)}…` : value);
const short = (value: string) => (value.length > maxSummary ? `${value.slice(0, maxSummary)}…` : value);

const summarise = (toolInput: Record<string, unknown>): string => short(detail(toolInput).replaceAll(/\s+/g, " "));

/** What a tool works on: its command or file where it has one, else all that it was given. */
function detail(toolInput: Record<string, unknown>): string {
  const main = toolInput["command"] ?? toolInput["file_path"] ?? toolInput["pattern"] ?? toolInput["url"];
  return typeof main === "string" ? main : JSON.stringify(toolInput);
}
