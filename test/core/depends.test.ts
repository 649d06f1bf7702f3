import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circleOf, dependenciesIn, holding, holdSlot } from "../../src/core/depends.ts";
import type { Task } from "../../src/core/task.ts";
import { newRun } from "../../src/core/run.ts";
import { aTask } from "../fakes/a-task.ts";

it.each<[string, readonly number[]]>([
  ["Depends on #3", [3]],
  ["depends on: #3, #4 and #5", [3, 4, 5]],
  ["Blocked by #12.", [12]],
  ["BLOCKED BY  #1 #2", [1, 2]],
  ["- Depends on #3\n- Blocked by #3\n* depends on #4", [3, 4]],
  ["It is broken.\r\n\r\nDepends on #7\r\nThanks", [7]],
  ["Depends on #7 (see there), not on #8", [7]],
  ["Depends on #7, and & #8", [7]],
  ["This depends on #7", []],
  ["> Depends on #7", []],
  ["    depends on the weather", []],
  ["Depends on acme/shop#7", []],
  ["Depends on #7a", []],
  ["Depends on\n#7", []],
  ["Depends on #0", []],
  ["", []],
])("the text %j names %j", (text, numbers) => {
  expect(dependenciesIn(text)).toEqual(numbers);
});

describe("whatever a text says", () => {
  it("its numbers are few, whole, above nothing, each there once, and found at once", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: "binary" }),
            fc.constantFrom("Depends on ", "Blocked by", "#3", ", ", "\n", " and ", "#999999999999"),
          ),
        ),
        (parts) => {
          const found = dependenciesIn(parts.join(""));
          expect(found.length).toBeLessThanOrEqual(10);
          expect(new Set(found).size).toBe(found.length);
          expect(found.every((number) => Number.isSafeInteger(number) && number > 0)).toBe(true);
        },
      ),
    );
    const longMs = performance.now();
    dependenciesIn(`Depends on ${"#1, ".repeat(50_000)}`);
    dependenciesIn(`Depends${" ".repeat(100_000)}on`);
    expect(performance.now() - longMs).toBeLessThan(2_000);
  });

  it("numbers that are written down are read back, in their order", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 999_999 }), { minLength: 1, maxLength: 10 });
    const words = fc.constantFrom("Depends on ", "blocked by: ", "- Depends on ");
    fc.assert(
      fc.property(
        fc.string(),
        words,
        numbers,
        fc.constantFrom(", ", " and ", " ", ", and "),
        (before, how, all, comma) => {
          const text = `${before.replaceAll("#", "")}\n${how}${all.map((number) => `#${number}`).join(comma)}\nDone.`;
          expect(dependenciesIn(text)).toEqual(all);
        },
      ),
    );
  });
});

function queued(body: string, more: Partial<Task> = {}): Task {
  return aTask({ phase: { at: "queued", sinceMs: 0 }, brief: { title: "t", body, comments: [], leftOut: 0 }, ...more });
}

const free = { free: true, ahead: 0, why: "a slot is free" };
const nobody = new Map<number, readonly number[]>();
const said = (task: Task, others = nobody) => {
  const slot = holdSlot(free, task, others);
  return slot.free ? "free" : slot.why;
};

it.each<[string, Task, RegExp]>([
  ["names nobody", queued("Mend it"), /^free$/],
  ["was not looked at yet", queued("Depends on #3"), /looks at the issues/],
  ["waits", queued("Depends on #3", { dependencies: [{ number: 3, state: "open" }] }), /^waits for #3 to be done$/],
  ["has all it needs", queued("Depends on #3", { dependencies: [{ number: 3, state: "done" }] }), /^free$/],
  [
    "waits for what will not be",
    queued("Depends on #3", { dependencies: [{ number: 3, state: "not-planned" }] }),
    /#3, which was closed without being done; correct/,
  ],
  [
    "waits for nothing that there is",
    queued("Depends on #3", { dependencies: [{ number: 3, state: "not-there" }] }),
    /#3, which is not there; correct/,
  ],
  [
    "waits for itself",
    queued("Depends on #7", { dependencies: [{ number: 7, state: "open" }] }),
    /^#7 waits for #7: a circle/,
  ],
  ["is in a later round", queued("Depends on #3", { run: newRun(1, "c", 0) }), /^free$/],
  ["is blocked on GitHub", queued("Mend it", { blockedBy: 2 }), /2 open issues that block it/],
])("a task that %s says so", (_how, task, words) => {
  expect(said(task)).toMatch(words);
});

it("a circle is told the way round", () => {
  const task = queued("Depends on #3", { dependencies: [{ number: 3, state: "open" }] });
  const others = new Map([
    [3, [4, 5]],
    [5, [7]],
    [4, [3]],
  ]);
  expect(said(task, others)).toContain("#7 waits for #3 waits for #5 waits for #7: a circle");
  expect(
    circleOf(
      7,
      [3],
      new Map([
        [3, [4]],
        [4, [3]],
      ]),
    ),
  ).toBeUndefined();
});

it("who waits is known by the numbers that are still open", () => {
  const dependencies = [
    { number: 3, state: "done" },
    { number: 4, state: "open" },
  ] as const;
  expect(holding(queued("Depends on #3, #4", { dependencies }))).toEqual([4]);
  expect(holding(queued("Depends on #3, #4"))).toEqual([3, 4]);
  expect(holding(queued("Depends on #3", { phase: { at: "working", sinceMs: 0 } }))).toEqual([]);
});
