import type { Ask } from "./ask.ts";

export type ToolCall = { readonly type: "tool_use"; readonly name: string; readonly input: Record<string, unknown> };
export type Part = { readonly type: "text"; readonly text: string } | ToolCall;

export type Tokens = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
};

/** The ways in which the real API and the way to it fail. */
export type Fault = "login" | "credit" | "rate-limit" | "overloaded" | "server" | "hang" | "cut" | "refusal";

/** One answer of the model: what it says and which tools it calls, or how the request fails. */
export type Turn =
  | { readonly parts: readonly Part[]; readonly tokens?: Tokens }
  | { readonly fault: Fault; readonly forever?: boolean };

/** What a model that makes up its mind per request is given: the request so far. */
export type Play = (ask: Ask) => Turn | Promise<Turn>;

/** A list is played once from start to end, one turn a request; a function in it, or in its place, answers by what it sees. */
export type Script = readonly (Turn | Play)[] | Play;

export const say = (text: string): Turn => ({ parts: [{ type: "text", text }] });

export const call = (name: string, input: Record<string, unknown>): Turn => ({
  parts: [{ type: "tool_use", name, input }],
});

export const bash = (command: string): Turn => call("Bash", { command, description: "run a command" });

export const write = (filePath: string, content: string): Turn => call("Write", { file_path: filePath, content });

export const submit = (title: string, body: string): Turn => call("mcp__coppice__submit_pull_request", { title, body });

export const noChange = (reason: string): Turn => call("mcp__coppice__no_change_needed", { reason });

export const question = (text: string, options: readonly string[]): Turn =>
  call("AskUserQuestion", {
    questions: [
      {
        question: text,
        header: "Choice",
        multiSelect: false,
        options: options.map((label) => ({ label, description: `Take ${label}` })),
      },
    ],
  });

export const costing = (turn: Turn, tokens: Tokens): Turn => ("parts" in turn ? { ...turn, tokens } : turn);

/** Fails once; the CLI tries again on most faults, so `forever` is what makes a turn fail for good. */
export const fail = (fault: Fault, forever = false): Turn => ({ fault, forever });
