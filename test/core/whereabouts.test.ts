import { describe, expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import { namesOf } from "../../src/core/names.ts";
import { plan } from "../../src/core/plan.ts";
import type { ForgeSight, Sight } from "../../src/core/sight.ts";
import type { Task } from "../../src/core/task.ts";
import { statusComment } from "../../src/core/words.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, nowMs } from "./states.ts";

const sinceMs = nowMs - 60_000;
const working = admitted({ run: aRun({ begun: true, turn: "busy" }), phase: { at: "working", sinceMs } });
const open: ForgeSight = { issue: "open", labels: ["coppice"], pull: "none" };
const place = { installationId: 77, owner: "globex", name: "store" };

function after(task: Task, forge: Partial<ForgeSight>, more: Partial<Sight> = {}): Task {
  const sight = aSight({ forge: { ...open, ...forge }, session: { is: "unknown" }, ...more });
  return advance(task, [], { sight, operator, nowMs, conversation: "conversation-2" });
}

describe("an issue that", () => {
  it.each<[string, Partial<ForgeSight>, string]>([
    ["was closed", { issue: "closed" }, "the issue was closed"],
    [
      "was closed as not planned",
      { issue: "closed", how: "was closed as not planned" },
      "the issue was closed as not planned",
    ],
    ["was locked", { issue: "locked" }, "the issue was locked"],
    ["was deleted", { issue: "gone", how: "was deleted" }, "the issue was deleted"],
    ["is gone", { issue: "gone" }, "the issue is gone"],
    [
      "was transferred",
      { issue: "gone", how: "was moved to another repository" },
      "the issue was moved to another repository",
    ],
  ])("%s ends its task, which says so", (_name, forge, why) => {
    const ended = after(working, forge);
    expect(ended).toMatchObject({ phase: { at: "ending", outcome: { is: "closed" } }, why });
    expect(statusComment(ended, aSight({}))).toContain(`Ended because ${why}.`);
  });
});

describe("a repository that", () => {
  it("is out of reach for good ends its tasks without a word", () => {
    const ended = after(working, { unreachable: { why: "the App was taken off", isForGood: true } });
    expect(ended.phase).toEqual({
      at: "ending",
      outcome: { is: "unreachable", reason: "the App was taken off" },
    });
    const seen = aSight({ session: { is: "absent" }, workspace: { is: "absent" } });
    expect(plan(ended, seen, operator, nowMs)).toEqual([]);
    expect(after(ended, {}, seen).phase.at).toBe("done");
  });

  it("lets us do nothing at the moment stops its tasks, and keeps what they made", () => {
    const stopped = after(working, { unreachable: { why: "the App is suspended for acme", isForGood: false } });
    expect(stopped.phase).toMatchObject({ at: "stopped", outcome: { cause: "repository-unavailable" } });
    expect(statusComment(stopped, aSight({}))).toContain("Given up: the App is suspended for acme.");
    const alive = aSight({ session: { is: "alive", agent: "busy", startedFor: "1-1-1" } });
    expect(plan(stopped, alive, operator, nowMs)).toContainEqual({ do: "end-session" });
    expect(after(stopped, { unreachable: { why: "still", isForGood: false } })).toEqual(stopped);
  });

  it("is found elsewhere is followed there, under the names that its sessions have", () => {
    const moved = after(working, { place });
    expect(moved.issue).toEqual({ ...working.issue, ...place });
    expect(namesOf(moved)).toEqual(namesOf(working));
    expect(namesOf(after(moved, { place: { ...place, name: "third" } }))).toEqual(namesOf(working));
    expect(moved.phase.at).toBe("working");
  });

  it("says nothing to somebody who may be a stranger", () => {
    const asked = { ...working, phase: { at: "asked" } as const, brief: undefined, run: undefined };
    expect(after(asked, { unreachable: { why: "archived", isForGood: false } }).phase.at).toBe("asked");
  });
});
