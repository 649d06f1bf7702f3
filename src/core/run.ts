import type { NamedEvent } from "./agent-event.ts";
import { called } from "./progress.ts";
import type { Asking, Message, Run } from "./task.ts";

export function newRun(number: number, conversation: string, nowMs: number): Run {
  return {
    number,
    conversation,
    startedAtMs: nowMs,
    waitedMs: 0,
    turn: "starting",
    turns: 0,
    lastSaid: "",
    asking: undefined,
    submitted: undefined,
    noChange: undefined,
    failure: undefined,
    heldStop: undefined,
    backgroundTasks: 0,
    outbox: undefined,
    reminders: 0,
    verifyRounds: 0,
    restarts: 0,
    failures: 0,
    round: 0,
    starts: 1,
    begun: false,
    conversed: false,
    lastSignMs: nowMs,
  };
}

/** Takes one event of the agent into the run. Events come in order, and each once. */
export function foldEvent(run: Run, named: NamedEvent): Run {
  const seen: Run = { ...run, begun: true, lastSignMs: Math.max(run.lastSignMs, named.atMs) };
  const { event } = named;
  switch (event.kind) {
    case "session-started":
    case "other":
      return seen;
    case "prompt-taken":
      return { ...busy(seen), conversed: true, failure: undefined };
    case "tool-done":
      return { ...busy(seen), failures: 0, progress: called(run.progress, event.tool, event.summary, named.atMs) };
    case "asks-permission":
      return { ...seen, asking: { kind: "permission", event: named.name, tool: event.tool, summary: event.summary } };
    case "asks-question":
      return { ...seen, asking: { kind: "question", event: named.name, questions: event.questions } };
    case "turn-ended":
      return {
        ...seen,
        turn: "idle",
        conversed: true,
        turns: run.turns + 1,
        lastSaid: event.said || run.lastSaid,
        asking: undefined,
        heldStop: named.name,
        backgroundTasks: event.backgroundTasks,
        failures: 0,
      };
    case "turn-failed":
      return {
        ...seen,
        turn: "idle",
        asking: undefined,
        heldStop: undefined,
        failures: run.failedFor === event.failure ? run.failures + 1 : 1,
        failedFor: event.failure,
        failure: { cause: event.failure, text: event.text, atMs: named.atMs },
      };
    case "session-ended":
      return { ...seen, asking: undefined, heldStop: undefined };
    case "submitted":
      return { ...busy(seen), submitted: { title: event.title, body: event.body, isWhole: true }, noChange: undefined };
    case "thread-answered":
      return busy(seen);
    case "no-change":
      return { ...busy(seen), noChange: event.reason, submitted: undefined };
    default:
      return event satisfies never;
  }
}

/** The last words of a session that is to be gone: what it handed in counts, how it was doing does no more. */
export function foldEarlierEvent(run: Run, named: NamedEvent): Run {
  const { conversed, turns, lastSaid, submitted, noChange } = foldEvent(run, named);
  return { ...run, conversed, turns, lastSaid, submitted, noChange };
}

/** Any sign of work means that nothing is asked any more, whoever answered it and where. */
function busy(run: Run): Run {
  return { ...run, turn: "busy", asking: undefined, heldStop: undefined };
}

export function withMessage(run: Run, kind: string, text: string): Run {
  const message: Message = { id: `${run.number}-${kind}`, text, state: "to-send", sentAtMs: 0 };
  return { ...run, outbox: message };
}

/** The same, with words of people in it. */
export function withPeoplesWords(run: Run, kind: string, text: string): Run {
  const waiting = run.outbox?.state === "to-send" ? `${run.outbox.text}\n\n` : "";
  const told = withMessage(run, kind, `${waiting}${text}`);
  return told.outbox === undefined ? told : { ...told, outbox: { ...told.outbox, isFromPeople: true } };
}

/** People want more of the same conversation: what was counted against its limits begins anew. */
export function anotherGo(run: Run, nowMs: number): Run {
  return {
    ...run,
    round: run.round + 1,
    startedAtMs: nowMs,
    waitedMs: 0,
    noChange: undefined,
    failure: undefined,
    asking: undefined,
    reminders: 0,
    verifyRounds: 0,
    restarts: 0,
    failures: 0,
    lastSignMs: nowMs,
  };
}

/** The message is on its way: the agent is at work until it gives a sign that it is not. */
export function messageSent(run: Run, nowMs: number): Run {
  if (run.outbox === undefined) return run;
  return {
    ...run,
    outbox: { ...run.outbox, state: "sent", sentAtMs: nowMs },
    turn: "busy",
    heldStop: undefined,
    failure: undefined,
    lastSignMs: nowMs,
  };
}

/** The next session of the same conversation: what the agent said it had submitted still counts. */
export function restarted(run: Run, nowMs: number): Run {
  return {
    ...run,
    starts: run.starts + 1,
    begun: false,
    turn: "starting",
    asking: undefined,
    heldStop: undefined,
    failure: undefined,
    backgroundTasks: 0,
    lastSignMs: nowMs,
  };
}

export function askingAtTerminal(summary: string): Asking {
  return { kind: "terminal", event: undefined, summary };
}
