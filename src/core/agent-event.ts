/** One question of an agent to a person, with the answers that it offers. */
export type Question = {
  readonly question: string;
  readonly header: string;
  readonly multiSelect: boolean;
  readonly options: readonly { readonly label: string; readonly description: string }[];
};

/** Why a turn failed, as far as it matters for what to do next. */
export type TurnFailure =
  /** The key or login is not accepted: a person must act. */
  | "login"
  /** No money on the account: a person must act. */
  | "credit"
  /** Too many requests or a used-up plan: passes with time. */
  | "rate-limit"
  /** The provider is down, overloaded or out of reach: passes with time. */
  | "provider"
  /** The configured model does not exist for this account. */
  | "model"
  /** The provider refused this very request: too long, or against its rules. */
  | "refused"
  /** The answer was longer than the model can give. */
  | "answer-too-long"
  | "other";

/** What an agent tells about itself, in our words. It comes from the agent's side of the wall: claims, not proof. */
export type AgentEvent =
  | { readonly kind: "session-started"; readonly how: "new" | "resumed" | "compacted"; readonly model: string }
  /** The agent took this text as input: from us, or typed by a person. */
  | { readonly kind: "prompt-taken"; readonly text: string }
  | { readonly kind: "tool-done"; readonly tool: string; readonly summary: string; readonly failed: boolean }
  | { readonly kind: "asks-permission"; readonly tool: string; readonly summary: string }
  | { readonly kind: "asks-question"; readonly questions: readonly Question[] }
  /** The agent rests. Work still running in the background will wake it again. `wasSentOn`: we had answered its last end with "go on". */
  | {
      readonly kind: "turn-ended";
      readonly said: string;
      readonly backgroundTasks: number;
      readonly wasSentOn: boolean;
    }
  /** The agent gave up on a turn and sits at its prompt. */
  | { readonly kind: "turn-failed"; readonly failure: TurnFailure; readonly text: string }
  | { readonly kind: "session-ended"; readonly reason: string }
  | { readonly kind: "submitted"; readonly title: string; readonly body: string }
  | { readonly kind: "no-change"; readonly reason: string }
  /** The answer to a reviewer's thread. */
  | { readonly kind: "thread-answered"; readonly thread: string; readonly answer: string; readonly resolved: boolean }
  /** A kind that this version does not know, or that nobody needs. */
  | { readonly kind: "other"; readonly what: string };

/** An event with the name of its spool file: its identity, and the address for an answer. */
export interface NamedEvent {
  readonly name: string;
  readonly atMs: number;
  readonly event: AgentEvent;
}
