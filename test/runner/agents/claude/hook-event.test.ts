import { describe, expect, it } from "vitest";
import type { AgentEvent } from "../../../../src/core/agent-event.ts";
import type { Reply } from "../../../../src/runner/agents/agent.ts";
import { readHookEvent } from "../../../../src/runner/agents/claude/hook-event.ts";
import { hookAnswer } from "../../../../src/runner/agents/claude/reply.ts";

const questions = [
  { question: "Which DB?", header: "DB", multiSelect: false, options: [{ label: "SQLite", description: "a file" }] },
];

describe("reading hooks", () => {
  it.each<[string, object, AgentEvent | undefined]>([
    [
      "a start",
      { hook_event_name: "SessionStart", source: "startup", model: "opus" },
      { kind: "session-started", how: "new", model: "opus" },
    ],
    [
      "a resumed conversation",
      { hook_event_name: "SessionStart", source: "resume" },
      { kind: "session-started", how: "resumed", model: "" },
    ],
    [
      "a compacted one",
      { hook_event_name: "SessionStart", source: "compact" },
      { kind: "session-started", how: "compacted", model: "" },
    ],
    ["a prompt", { hook_event_name: "UserPromptSubmit", prompt: "go" }, { kind: "prompt-taken", text: "go" }],
    [
      "a command, on one line",
      { hook_event_name: "PostToolUse", tool_name: "Bash", tool_input: { command: "git\n  status" } },
      { kind: "tool-done", tool: "Bash", summary: "git status", failed: false },
    ],
    [
      "a failed edit",
      { hook_event_name: "PostToolUseFailure", tool_name: "Edit", tool_input: { file_path: "/a", old_string: "x" } },
      { kind: "tool-done", tool: "Edit", summary: "/a", failed: true },
    ],
    [
      "a tool without a main point",
      { hook_event_name: "PostToolUse", tool_name: "Odd", tool_input: { x: 1 } },
      { kind: "tool-done", tool: "Odd", summary: '{"x":1}', failed: false },
    ],
    [
      "a permission, the command as it is",
      { hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: "curl\n  x" } },
      { kind: "asks-permission", tool: "Bash", summary: "curl\n  x" },
    ],
    [
      "a question",
      { hook_event_name: "PermissionRequest", tool_name: "AskUserQuestion", tool_input: { questions } },
      { kind: "asks-question", questions },
    ],
    [
      "a question of an unknown shape is at least a permission",
      { hook_event_name: "PermissionRequest", tool_name: "AskUserQuestion", tool_input: { text: "?" } },
      { kind: "asks-permission", tool: "AskUserQuestion", summary: '{"text":"?"}' },
    ],
    [
      "an end with work in the background",
      {
        hook_event_name: "Stop",
        stop_hook_active: true,
        last_assistant_message: "Waiting",
        background_tasks: [{ status: "running" }, { status: "completed" }, {}],
      },
      { kind: "turn-ended", said: "Waiting", backgroundTasks: 2, wasSentOn: true },
    ],
    [
      "an end of an older version",
      { hook_event_name: "Stop" },
      { kind: "turn-ended", said: "", backgroundTasks: 0, wasSentOn: false },
    ],
    [
      "a failure",
      { hook_event_name: "StopFailure", error: "billing_error", last_assistant_message: "Too low" },
      { kind: "turn-failed", failure: "credit", text: "Too low" },
    ],
    [
      "a failure with details only",
      { hook_event_name: "StopFailure", error: "invalid_request", error_details: "too long" },
      { kind: "turn-failed", failure: "refused", text: "too long" },
    ],
    [
      "a failure of a new kind",
      { hook_event_name: "StopFailure", error: "sunspots" },
      { kind: "turn-failed", failure: "other", text: "sunspots" },
    ],
    [
      "an end of session",
      { hook_event_name: "SessionEnd", reason: "other" },
      { kind: "session-ended", reason: "other" },
    ],
    ["an unknown hook", { hook_event_name: "PreCompact" }, undefined],
    ["no hook", { kind: "x" }, undefined],
  ])("%s", (_what, raw, event) => {
    expect(readHookEvent(raw)).toEqual(event);
  });
});

const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });

describe("answering hooks", () => {
  const asked: AgentEvent = { kind: "asks-question", questions };

  it.each<[Reply, object]>([
    [
      { do: "go-on", why: "No commit." },
      { decision: "block", reason: "No commit." },
    ],
    [{ do: "allow" }, decided({ behavior: "allow" })],
    [{ do: "deny", why: "No." }, decided({ behavior: "deny", message: "No." })],
    [
      { do: "choose", answers: { "Which DB?": "SQLite" } },
      decided({ behavior: "allow", updatedInput: { questions, answers: { "Which DB?": "SQLite" } } }),
    ],
  ])("%j", (reply, answer) => {
    expect(JSON.parse(hookAnswer(asked, reply))).toEqual(answer);
  });

  it.each<Reply>([{ do: "rest" }, { do: "nothing" }])("%j says nothing", (reply) => {
    expect(hookAnswer(asked, reply)).toBe("");
  });

  it("chooses no answers where no question was asked", () => {
    expect(() => hookAnswer({ kind: "other", what: "" }, { do: "choose", answers: {} })).toThrow("no questions");
  });
});
