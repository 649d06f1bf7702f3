/** What an agent tells us while it works, in our words whatever the agent is. Read from the run's spool. */
export type AgentEvent =
  | { readonly kind: "session-started"; readonly resumed: boolean }
  | { readonly kind: "prompt-taken"; readonly text: string }
  | { readonly kind: "tool-done"; readonly name: string; readonly summary: string }
  | { readonly kind: "asks-permission"; readonly tool: string; readonly summary: string }
  | { readonly kind: "asks-question"; readonly questions: readonly Question[] }
  | { readonly kind: "turn-ended"; readonly said: string; readonly backgroundTasks: number }
  | { readonly kind: "turn-failed"; readonly cause: FailureCause; readonly text: string }
  | { readonly kind: "session-ended"; readonly reason: string }
  | { readonly kind: "submitted"; readonly title: string; readonly body: string }
  | { readonly kind: "no-change"; readonly reason: string };

export interface Question {
  readonly text: string;
  readonly options: readonly string[];
}

/** Why a turn failed, as far as the agent can say. */
export type FailureCause = "credit" | "login" | "rate-limit" | "server" | "model" | "refused" | "too-long" | "unknown";

/** An event with the name of its spool file: its identity, and the address for an answer. */
export interface NamedEvent {
  readonly name: string;
  readonly atMs: number;
  readonly event: AgentEvent;
}
