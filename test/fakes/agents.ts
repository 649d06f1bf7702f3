import type { AgentEvent, TurnFailure } from "../../src/core/agent-event.ts";

/** One thing that an agent does in the terminal; each takes a moment. */
export type Step =
  | { readonly does: "tell"; readonly event: AgentEvent }
  | { readonly does: "edit" }
  | { readonly does: "commit" }
  /** Asks, and goes no further before somebody answers. */
  | { readonly does: "ask"; readonly event: AgentEvent }
  | { readonly does: "end-turn"; readonly said: string; readonly backgroundTasks: number }
  /** Sits there without a word, at its prompt or at a dialog. */
  | { readonly does: "sit"; readonly as: "idle" | "waiting" }
  | { readonly does: "exit"; readonly status: string };

/** What an agent knows when it decides on its next turn. */
export interface Circumstances {
  /** What it was told; undefined for the brief alone. */
  readonly told: string | undefined;
  /** How many turns it has ended in this task, over all its sessions. */
  readonly turn: number;
  /** How many sessions it had before in this task. */
  readonly session: number;
}

/** An agent: what it does in its next turn. */
export type Behaviour = (now: Circumstances) => readonly Step[];

const tell = (event: AgentEvent): Step => ({ does: "tell", event });
const edit: Step = { does: "edit" };
const commit: Step = { does: "commit" };
const endTurn: Step = { does: "end-turn", said: "Done.", backgroundTasks: 0 };
const submit = tell({ kind: "submitted", title: "Mend the shop", body: "It is mended." });
const noChange = tell({ kind: "no-change", reason: "It is right as it is." });
const useTool = tell({ kind: "tool-done", tool: "Edit", summary: "src/shop.ts", failed: false });
const turnFailed = (failure: TurnFailure, text: string): Step => tell({ kind: "turn-failed", failure, text });

const goodWork: readonly Step[] = [useTool, edit, commit, submit, endTurn];

/** By the turn, the last one for all that follow. */
function turns(...scripts: readonly (readonly Step[])[]): Behaviour {
  return ({ turn }) => scripts[Math.min(turn, scripts.length - 1)] ?? [];
}

export const agents = {
  good: () => goodWork,
  /** Works on while it has said that its turn is over. */
  withBackgroundTasks: turns([{ ...endTurn, backgroundTasks: 1 }, ...goodWork]),
  forgetsToSubmit: turns([useTool, edit, commit, endTurn], [submit, endTurn]),
  forgetsToCommit: turns([edit, submit, endTurn], [commit, endTurn]),
  neverSubmits: () => [edit, commit, endTurn],
  neverCommits: () => [useTool, endTurn],
  needsNoChange: () => [useTool, noChange, endTurn],
  needsNoChangeAndExits: () => [useTool, noChange, { does: "exit", status: "status 0" }],
  /** Runs and exits, like a program that is given one prompt. */
  exits: () => [useTool, edit, commit, submit, { does: "exit", status: "status 0" }],
  crashesOnce: ({ session }) =>
    session === 0 ? [useTool, edit, { does: "exit", status: "signal SIGKILL" }] : goodWork,
  alwaysCrashes: () => [useTool, { does: "exit", status: "status 1" }],
  outOfCredit: () => [turnFailed("credit", "Credit balance is too low")],
  outOfCreditAndExits: () => [turnFailed("credit", "Credit balance is too low"), { does: "exit", status: "status 1" }],
  notLoggedIn: () => [turnFailed("login", "Invalid API key")],
  wrongModel: () => [turnFailed("model", "There is no such model")],
  overloadedOnce: turns([turnFailed("provider", "Overloaded")], goodWork),
  overloaded: () => [turnFailed("provider", "Overloaded")],
  asksPermission: turns(
    [useTool, { does: "ask", event: { kind: "asks-permission", tool: "Bash", summary: "npm install" } }, ...goodWork],
    goodWork,
  ),
  asksQuestion: turns(
    [
      {
        does: "ask",
        event: {
          kind: "asks-question",
          questions: [
            { question: "Which colour?", header: "", multiSelect: false, options: [{ label: "Red", description: "" }] },
          ],
        },
      },
      ...goodWork,
    ],
    goodWork,
  ),
  sitsAtDialog: turns([useTool, { does: "sit", as: "waiting" }, ...goodWork], goodWork),
  /** Never ends its turn. */
  hangs: () => [useTool],
} satisfies Record<string, Behaviour>;
