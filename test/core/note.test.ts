import { expect, it } from "vitest";
import { type Note, takeNote } from "../../src/core/note.ts";
import type { Task } from "../../src/core/task.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, nowMs, submission } from "./states.ts";

const outbox = { id: "1-x", text: "Go on.", state: "to-send", sentAtMs: 0 } as const;
const working = admitted({
  run: aRun({ outbox, heldStop: "1-1-1/9", turn: "idle" }),
  phase: { at: "working", sinceMs: 0 },
});
const delivering = admitted({ run: aRun({ submitted: submission }), phase: { at: "delivering", sinceMs: 0 } });

it.each<[string, Task, Note, object]>([
  ["a greeting is not repeated", working, { of: "greet" }, { said: { greeted: true } }],
  [
    "a message that was told waits no more, and nor does the turn",
    working,
    { of: "tell", is: "sent" },
    { run: { outbox: { state: "sent" }, heldStop: undefined, turn: "busy", lastSignMs: nowMs } },
  ],
  [
    "a message that reached nobody goes with another start",
    working,
    { of: "tell", is: "not-reachable" },
    { run: { outbox: { state: "to-send" }, starts: 2, begun: false } },
  ],
  [
    "a session that was started with a message has it",
    working,
    { of: "start-session" },
    { run: { outbox: { state: "sent" } } },
  ],
  ["a turn that was let go is held no more", working, { of: "let-stop" }, { run: { heldStop: undefined } }],
  [
    "what was pushed is remembered",
    delivering,
    { of: "deliver", is: "pushed", sha: "sha-1" },
    { delivered: { sha: "sha-1" }, phase: { at: "delivering" } },
  ],
  [
    "what may not be pushed goes back to the agent",
    delivering,
    { of: "deliver", is: "refused", head: "sha-1", findings: [{ words: "a key" }] },
    { phase: { at: "working" }, run: { verifyRounds: 1, outbox: { state: "to-send" } } },
  ],
  [
    "a pull request is remembered",
    delivering,
    { of: "open-pull", ref: { number: 4, url: "u" } },
    { pull: { number: 4 } },
  ],
  ["a review is asked for once", delivering, { of: "ask-review" }, { said: { reviewAsked: true } }],
  [
    "a label is known once it is on",
    admitted({ said: { ...working.said, maybeLabels: ["working", "waiting"] } }),
    { of: "label", want: "waiting", was: "working" },
    { said: { label: "waiting", maybeLabels: ["waiting"] } },
  ],
  [
    "a label that is to be none is off",
    admitted({ said: { ...working.said, maybeLabels: ["working"] } }),
    { of: "label", want: undefined, was: "working" },
    { said: { label: undefined, maybeLabels: [] } },
  ],
  [
    "words are remembered, with when they were said",
    working,
    { of: "say", text: "Hello", commentId: 9 },
    { said: { text: "Hello", commentId: 9, atMs: nowMs } },
  ],
])("%s", (_name, before, note, after) => {
  expect(takeNote(before, note, operator, nowMs)).toMatchObject(after);
});

it("a base branch that there is not ends the run with those that there are", () => {
  const note = { of: "prepare-workspace", unknownBase: ["main", "next"] } as const;
  const { phase } = takeNote(admitted({ phase: { at: "preparing", sinceMs: 0 } }), note, operator, nowMs);
  expect(phase).toMatchObject({
    at: "stopped",
    outcome: { cause: "unknown-base", detail: "there is no branch `main` to start from; there are `main`, `next`" },
  });
});

it("what is refused too often ends the run", () => {
  const task = { ...delivering, run: aRun({ verifyRounds: operator.maxVerifyRounds }) };
  const { phase } = takeNote(
    task,
    { of: "deliver", is: "refused", head: "sha-1", findings: [{ words: "a key" }, { words: "a huge file" }] },
    operator,
    nowMs,
  );
  expect(phase).toMatchObject({ at: "stopped", outcome: { cause: "push-refused", detail: "a key; a huge file" } });
});
