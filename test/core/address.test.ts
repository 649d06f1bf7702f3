import { expect, it } from "vitest";
import { commandsFor } from "../../src/core/address.ts";
import { spokenIn } from "../../src/core/command.ts";
import { newRun } from "../../src/core/run.ts";
import type { Task } from "../../src/core/task.ts";
import { aTask } from "../fakes/a-task.ts";

const over = { at: "done", atMs: 9, outcome: { is: "closed" } } as const;
const asking = { run: { ...newRun(1, "c", 0), asking: { kind: "terminal", event: undefined, summary: "?" } as const } };
const claude = (more: Partial<Task> = {}) => aTask({ agent: "claude", ...more });
const codex = (more: Partial<Task> = {}) => aTask({ id: "500-7-codex", rival: "codex", agent: "codex", ...more });

/** What each of the two does. */
function heard(text: string, first: Task, second: Task, isOnPull = false): readonly string[] {
  const tell = (task: Task, rival: Task) =>
    commandsFor(task, [rival], spokenIn(text), isOnPull)
      .map((one) => one.do)
      .join();
  return [tell(first, second), tell(second, first)];
}

it.each<[string, Task, Task, readonly string[]]>([
  ["/coppice stop", claude(), codex(), ["stop", "stop"]],
  ["/coppice @codex stop", claude(), codex(), ["", "stop"]],
  ["/coppice @Claude stop now\n/coppice @codex status", claude(), codex(), ["stop", "status"]],
  ["/coppice @other stop", claude(), codex(), ["not-understood", ""]],
  ["/coppice stop", claude(), codex({ phase: over }), ["stop", ""]],
  ["/coppice retry", claude({ phase: over }), codex({ phase: over }), ["retry", "retry"]],
  ["/coppice help", claude(), codex(), ["help", ""]],
  ["/coppice nonsense", claude(), codex(), ["not-understood", ""]],
  ["/coppice approve", claude(), codex(asking), ["", "approve"]],
  ["/coppice approve", claude(asking), codex(), ["approve", ""]],
  ["/coppice approve", claude(), codex(), ["approve", ""]],
  // Nobody's question is answered by accident.
  ["/coppice approve", claude(asking), codex(asking), ["not-understood", ""]],
  ["/coppice @codex approve", claude(asking), codex(asking), ["", "approve"]],
  ["/coppice agent other", claude(), codex(), ["not-understood", ""]],
  ["/coppice agent other", claude({ phase: over }), codex(), ["", "agent"]],
])("of %j claude and codex hear what is for each (%#)", (text, first, second, what) => {
  expect(heard(text, first, second)).toEqual(what);
});

it("on a pull request the one that opened it is meant, and another's name is cleared up", () => {
  expect(commandsFor(codex(), [claude()], spokenIn("/coppice stop"), true)).toEqual([{ do: "stop", isNow: false }]);
  expect(commandsFor(codex(), [claude()], spokenIn("/coppice @claude stop"), true)).toMatchObject([
    { do: "not-understood" },
  ]);
});

it("where only one agent works on an issue, its name may be said or not", () => {
  expect(commandsFor(claude(), [], spokenIn("/coppice @claude stop"), false)).toEqual([{ do: "stop", isNow: false }]);
  expect(commandsFor(claude(), [], spokenIn("/coppice @codex stop"), false)).toMatchObject([{ do: "not-understood" }]);
});
