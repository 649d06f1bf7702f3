import { expect, it } from "vitest";
import { besides } from "../../src/core/beside.ts";
import { type Sight, unseen } from "../../src/core/sight.ts";
import type { Task } from "../../src/core/task.ts";
import { aTask, anIssue } from "../fakes/a-task.ts";

function inReview(number: number, files: readonly string[], more: Partial<Task> = {}): Task {
  return aTask({
    id: `500-${number}`,
    issue: anIssue(number),
    phase: { at: "in-review", sinceMs: 0 },
    pull: { number: number + 100, url: "u" },
    delivered: { sha: "s", files },
    ...more,
  });
}

const own = inReview(7, ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"]);
const told = (sight: Partial<Sight>, task = own) => besides(task, { ...unseen, ...sight })[0]?.text;

it("nothing is said of pull requests that change other files, nor of its own", () => {
  expect(told({ neighbours: [own, inReview(8, ["z.ts"]), inReview(9, [])] })).toBeUndefined();
});

it("pull requests that change the same files are named in one line, with some of the files", () => {
  expect(told({ neighbours: [own, inReview(8, ["a.ts", "z.ts"]), inReview(9, own.delivered?.files ?? [])] })).toBe(
    "⚠️ Touches the same files as #108 (`a.ts`), #109 (`a.ts`, `b.ts`, `c.ts` and 2 more): the one merged last may conflict.",
  );
});

it("a rival is named as such, though it changes the same files", () => {
  const rival = inReview(7, ["a.ts"], { id: "500-7-codex", rival: "codex", agent: "codex" });
  expect(told({ rivals: [rival], neighbours: [own, rival] })).toBe(
    "🌱 Competes with codex's #107 for the same issue; the one that is merged closes the other.",
  );
});

it("what was said is taken back when it is so no more, and not said twice", () => {
  const before = told({ neighbours: [inReview(8, ["a.ts"])] }) ?? "";
  const after = inReview(7, ["a.ts"], { said: { ...own.said, beside: { commentId: 5, text: before } } });
  expect(besides(after, { ...unseen, neighbours: [inReview(8, ["a.ts"])] })).toEqual([]);
  expect(besides(after, unseen)).toEqual([{ do: "tell-beside", commentId: 5, text: "" }]);
});

it("a path can't break out of its quotes", () => {
  expect(told({ neighbours: [inReview(8, ["`@x`.ts"])] }, inReview(7, ["`@x`.ts"]))).not.toContain("`@x`");
});
