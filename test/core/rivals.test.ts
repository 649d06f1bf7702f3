import { describe, expect, it } from "vitest";
import { isAsked, isTask, ownerOf } from "../../src/core/rivals.ts";
import type { Task } from "../../src/core/task.ts";
import { askedByAnn, aTask } from "../fakes/a-task.ts";

const trigger = { label: "coppice", agent: "claude" };
const first = aTask();
const rival = aTask({
  id: "500-7-codex",
  rival: "codex",
  agent: "codex",
  asked: { ...askedByAnn, label: "coppice:codex" },
});
const over = { at: "done", atMs: 9, outcome: { is: "stopped-by", who: "ben", how: "removed the label" } } as const;

describe("a label", () => {
  it.each<[string, readonly Task[], string]>([
    ["coppice", [], "a new one for claude"],
    ["coppice:codex", [], "a new one for codex"],
    ["bug", [], "nobody's"],
    ["coppice:working", [first], "nobody's"],
    ["Coppice", [first], first.id],
    ["coppice:claude", [first], first.id],
    ["coppice:codex", [first], "a new one for codex"],
    ["coppice:codex", [first, rival], rival.id],
    ["coppice:codex", [{ ...first, phase: over }], first.id],
    ["coppice:codex", [{ ...first, phase: over }, rival], rival.id],
    ["coppice:other", [{ ...first, phase: over }, rival], first.id],
    ["coppice:other", [first, { ...rival, phase: over }], "a new one for other"],
    // A person chose another agent for it by a command.
    ["coppice", [{ ...first, agent: "codex" }], first.id],
    ["coppice:codex", [{ ...first, agent: "codex" }], first.id],
    ["coppice:claude", [{ ...first, agent: "codex" }], "a new one for claude"],
  ])("%s, among %#: %s", (label, tasks, whose) => {
    const owner = ownerOf(label, tasks, trigger);
    expect(isTask(owner) ? owner.id : owner === undefined ? "nobody's" : `a new one for ${owner.agent}`).toBe(whose);
  });
});

it.each<[string, Pick<Task, "asked" | "agent">, readonly string[], boolean]>([
  ["its own label is on", first, ["bug", "coppice", "coppice:working"], true],
  ["its label went", first, ["bug", "coppice:working"], false],
  ["only the rival's label is left", first, ["coppice:codex"], false],
  ["its agent is asked for by name", first, ["coppice:claude"], true],
  ["the first one's label is left", rival, ["coppice"], false],
  ["its own is left", rival, ["COPPICE:codex"], true],
  ["the first one's agent was changed by a command", { ...first, agent: "codex" }, ["coppice"], true],
])("whether a task is still asked for when %s", (_when, task, labels, isStill) => {
  expect(isAsked(task, labels, trigger)).toBe(isStill);
});
