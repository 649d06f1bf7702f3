import { describe, expect, it } from "vitest";
import { agentAskedBy, baseNamedIn, stateLabels } from "../../src/core/trigger.ts";

it.each<[string, string | undefined]>([
  ["coppice", "claude"],
  ["Coppice", "claude"],
  [" coppice ", "claude"],
  ["coppice:codex", "codex"],
  ["coppice: codex", "codex"],
  ["COPPICE:Codex", "codex"],
  ["coppice:", undefined],
  ["coppiced", undefined],
  ["bug", undefined],
  ["", undefined],
  ...stateLabels.map((state) => [`coppice:${state}`, undefined] satisfies [string, undefined]),
])("the label %j asks for %j", (label, agent) => {
  expect(agentAskedBy(label, "coppice", "claude")).toBe(agent);
});

it("the trigger may have any name", () => {
  expect(agentAskedBy("Do it, robot!", "do it, robot!", "claude")).toBe("claude");
  expect(agentAskedBy("coppice", "do it, robot!", "claude")).toBeUndefined();
});

describe("a base branch", () => {
  it.each([
    ["Base: next", "next"],
    ["It is broken.\n\nbase:   `release/1.x`  \nThanks", "release/1.x"],
    ["\tBASE: next\r\nmore", "next"],
    ["Base: next\nBase: other", "next"],
    ["Our database: mysql", undefined],
    ["Base: two words", undefined],
    ["> Base: next", undefined],
    ["Base:", undefined],
    ["Base:\nnext", undefined],
    [`Base: ${"x".repeat(300)}`, undefined],
    ["", undefined],
  ])("is read off %j as %j", (body, base) => {
    expect(baseNamedIn(body)).toBe(base);
  });
});
