import type { AgentEvent } from "../../src/core/agent-event.ts";
import type { AgentState } from "../../src/core/sight.ts";
import type { Task } from "../../src/core/task.ts";
import type { Behaviour, Step } from "./agents.ts";
import type { Timeline } from "./timeline.ts";

/** A tmux session with an agent in it. */
export interface FakeSession {
  readonly task: Task;
  readonly startedFor: string;
  /** How it ended; undefined while it lives. */
  readonly status: string | undefined;
  agent(): AgentState;
  begin(say: string | undefined): void;
  /** @returns whether there was anybody to hear it. */
  tell(text: string): boolean;
  /** Somebody answers. @returns whether it had asked. */
  answer(): boolean;
  /** Ends the turn without a word. */
  interrupt(): void;
  end(status: string): void;
}

export interface SessionOptions {
  readonly task: Task;
  readonly startedFor: string;
  readonly timeline: Timeline;
  readonly behaviour: Behaviour;
  /** What came before in the same conversation. A turn that was cut off is done again. */
  readonly past: { sessions: number; turns: number };
  readonly changes: { edit(): void; commit(): void; tell(event: AgentEvent): void };
}

const stepMs = 700;

export function createFakeSession({
  task,
  startedFor,
  timeline,
  behaviour,
  past,
  changes,
}: SessionOptions): FakeSession {
  let script: readonly Step[] = [];
  let state: AgentState = "busy";
  let status: string | undefined;
  let cancel: (() => void) | undefined;
  const sessionsBefore = past.sessions;
  past.sessions += 1;

  function begin(say: string | undefined): void {
    changes.tell({ kind: "session-started", how: sessionsBefore === 0 ? "new" : "resumed", model: "fake-1" });
    take(say);
  }

  /** Takes a prompt; what it was about to do is forgotten. */
  function take(told: string | undefined): void {
    changes.tell({ kind: "prompt-taken", text: told ?? "the brief" });
    script = behaviour({ told, turn: past.turns, session: sessionsBefore });
    goOn();
  }

  function goOn(): void {
    state = "busy";
    cancel?.();
    cancel = timeline.after(stepMs, next);
  }

  function next(): void {
    const [step] = script;
    script = script.slice(1);
    if (step !== undefined && status === undefined) play(step);
  }

  function play(step: Step): void {
    switch (step.does) {
      case "edit":
      case "commit":
        changes[step.does]();
        return goOn();
      case "tell":
        changes.tell(step.event);
        if (step.event.kind !== "turn-failed") return goOn();
        past.turns += 1;
        return script[0]?.does === "exit" ? goOn() : rest("idle");
      case "ask":
        changes.tell(step.event);
        return rest("waiting");
      case "end-turn": {
        const { said, backgroundTasks } = step;
        if (backgroundTasks === 0) past.turns += 1;
        changes.tell({ kind: "turn-ended", said, backgroundTasks, wasSentOn: false });
        return backgroundTasks > 0 ? goOn() : rest("idle");
      }
      case "sit":
        return rest(step.as);
      case "exit":
        return end(step.status);
      default:
        return step satisfies never;
    }
  }

  function rest(as: AgentState): void {
    state = as;
    cancel?.();
  }

  function end(how: string): void {
    if (status !== undefined) return;
    cancel?.();
    status = how;
    // A killed agent has no last word.
    if (!how.startsWith("signal")) changes.tell({ kind: "session-ended", reason: "other" });
  }

  return {
    task,
    startedFor,
    get status() {
      return status;
    },
    agent: () => state,
    begin,
    tell(text) {
      if (status !== undefined) return false;
      take(text);
      return true;
    },
    answer() {
      if (status !== undefined || state !== "waiting") return false;
      changes.tell({ kind: "tool-done", tool: "Bash", summary: "done", failed: false });
      goOn();
      return true;
    },
    interrupt: () => rest("idle"),
    end,
  };
}
