import { expect, it } from "vitest";
import { noteMovedBase } from "../../src/control/moved-base.ts";
import type { Store } from "../../src/control/ports.ts";
import type { Subject } from "../../src/core/fact.ts";
import type { Phase, Task } from "../../src/core/task.ts";
import { taskId } from "../../src/core/task.ts";
import { aTask } from "../fakes/a-task.ts";

const inReview: Phase = { at: "in-review", sinceMs: 0 };

function aPull(number: number, branch: string, phase: Phase = inReview, repositoryId = 99): Task {
  const issue = { installationId: 55, repositoryId, owner: "alice", name: "garden", number };
  return { ...aTask(), id: taskId(issue), issue, base: { branch, named: false, sha: "" }, phase };
}

/** A store that holds just these tasks. */
function storeOf(tasks: readonly Task[]) {
  const noted = new Map<string, Subject>();
  const store: Pick<Store, "live" | "load" | "note"> = {
    live: async () => tasks.map(({ issue }) => issue),
    load: async (id) => tasks.flatMap((task) => (task.id === id ? [{ task, version: 1 }] : []))[0],
    note: async (key, subject) => {
      const isNew = !noted.has(key);
      noted.set(key, subject);
      return isNew;
    },
  };
  return { store, numbers: () => [...noted.values()].map(({ issue }) => issue.number) };
}

it("a base that moved is news for the open pull requests into it, once", async () => {
  const working: Phase = { at: "working", sinceMs: 0 };
  const tasks = [aPull(1, "main"), aPull(2, "next"), aPull(3, "main", working), aPull(4, "main", inReview, 7)];
  const { store, numbers } = storeOf(tasks);
  expect(await noteMovedBase(store, 99, "main", "delivery-1", 0)).toBe(true);
  expect(await noteMovedBase(store, 99, "main", "delivery-1", 0)).toBe(false);
  expect(numbers()).toEqual([1]);
  expect(await noteMovedBase(store, 99, "topic", "delivery-2", 0)).toBe(false);
});
