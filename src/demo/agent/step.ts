import type { Question } from "../../core/agent-event.ts";

/** One thing that the demo agent does. Every one may be repeated: a killed session does its last one again. */
export type Step =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "read"; readonly file: string }
  | { readonly do: "edit"; readonly file: string; readonly from: string; readonly to: string }
  | { readonly do: "write"; readonly file: string; readonly text: string }
  | { readonly do: "run"; readonly command: readonly [string, ...string[]] }
  | { readonly do: "commit"; readonly message: string }
  | { readonly do: "ask"; readonly question: Question }
  | { readonly do: "submit"; readonly title: string; readonly body: string }
  | { readonly do: "answer-thread"; readonly thread: string; readonly answer: string }
  | { readonly do: "no-change"; readonly reason: string };

export const say = (text: string): Step => ({ do: "say", text });
export const read = (file: string): Step => ({ do: "read", file });
export const edit = (file: string, from: string, to: string): Step => ({ do: "edit", file, from, to });
export const write = (file: string, text: string): Step => ({ do: "write", file, text });
export const run = (...command: readonly [string, ...string[]]): Step => ({ do: "run", command });
export const commit = (message: string): Step => ({ do: "commit", message });
export const ask = (question: Question): Step => ({ do: "ask", question });
export const submit = (title: string, body: string): Step => ({ do: "submit", title, body });

/** Code is easier to read line by line than with escapes. */
export const lines = (...all: readonly string[]): string => all.join("\n");
