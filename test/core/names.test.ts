import * as fc from "fast-check";
import { expect, it } from "vitest";
import { namesOf, slugOf, startOfEvent, startOfSession, statusMarker } from "../../src/core/names.ts";
import { anIssue } from "../fakes/a-task.ts";
import { admitted, aRun } from "./states.ts";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom("../../etc", "-rf", "a:b.c", "$(x)", "\u0000", "ß Ünï", "🌱", "CON", ".git", "@{u}", "x.lock"),
);

it("nothing of a title or a repository's name but letters, digits and dashes gets into any name", () => {
  fc.assert(
    fc.property(anyText, anyText, fc.integer({ min: 1, max: 9 }), (title, name, starts) => {
      const names = namesOf({
        issue: { ...anIssue(), name },
        attempt: starts,
        slug: slugOf(title),
        run: aRun({ starts, number: starts }),
      });
      for (const value of Object.values(names)) expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9_/-]{0,80}$/);
      for (const value of [names.workspace, names.session, names.runFolder]) expect(value).not.toContain("/");
      expect(names.branch).toMatch(/^coppice\/issue-7-[a-z0-9][a-z0-9-]*$/);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ["Mend the shop", "mend-the-shop"],
  ["  Übergröße: 10 % zu groß!  ", "ubergro-e-10-zu-gro"],
  ["修复商店", "task"],
  ["", "task"],
  ["-----", "task"],
  ["a very long title that goes on and on and on", "a-very-long-title-that-goes-on-a"],
])("the title %j becomes %j", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

it("two tasks, attempts or starts never share a name that must be their own", () => {
  const tasks = [
    admitted(),
    admitted({ issue: anIssue(8) }),
    admitted({ issue: anIssue(7, 501) }),
    admitted({ attempt: 2 }),
    admitted({ run: aRun({ starts: 2 }) }),
    admitted({ run: aRun({ number: 2 }) }),
  ];
  expect(new Set(tasks.map((task) => namesOf(task).session)).size).toBe(tasks.length);
  const [first, , , second] = tasks;
  expect(first && namesOf(first).branch).not.toBe(second && namesOf(second).branch);
});

it("names stay the same when the repository's owner changes, or it is worked on", () => {
  const task = admitted({ run: aRun() });
  const later = admitted({
    run: aRun({ turns: 9, restarts: 1 }),
    issue: { ...anIssue(), owner: "other" },
    why: "other",
  });
  expect(namesOf(later)).toEqual(namesOf(task));
});

it("a session's name tells for which start it was made", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 99 }),
      (attempt, number, starts) => {
        const { session, sessions, runFolder } = namesOf(admitted({ attempt, run: aRun({ number, starts }) }));
        expect(startOfSession(session, sessions)).toBe(runFolder);
      },
    ),
  );
  const { sessions } = namesOf(admitted());
  expect(startOfSession(`${sessions}_1-setup`, sessions)).toBeUndefined();
  expect(startOfSession(`${sessions}0`, sessions)).toBeUndefined();
  expect(startOfSession("other", sessions)).toBeUndefined();
});

it("an event's name tells during which start it came", () => {
  expect(startOfEvent("1-2-3/1700000000000-1")).toBe("1-2-3");
  expect(startOfEvent("1700000000000-1")).toBeUndefined();
});

it("the marker of the status comment is hidden, and the task's own", () => {
  expect(statusMarker("500-7")).toMatch(/^<!-- .*500-7 -->$/);
  expect(statusMarker("500-71")).not.toContain(statusMarker("500-7"));
});
