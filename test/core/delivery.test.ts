import { expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import { plan } from "../../src/core/plan.ts";
import { silentRepository } from "../../src/core/policy.ts";
import type { Sight } from "../../src/core/sight.ts";
import type { Run, Task } from "../../src/core/task.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, committed, nowMs, submission } from "./states.ts";

const policy = { ...silentRepository, verify: ["npm test"] };
const newer = { ...committed, head: "sha-2" };

function task(at: "checking" | "delivering", more: Partial<Run> = {}): Task {
  const run = aRun({ begun: true, conversed: true, turn: "idle", submitted: submission, ...more });
  return admitted({ policy, run, phase: { at, sinceMs: nowMs } });
}

function after(before: Task, more: Partial<Sight>): Task {
  return advance(before, [], { sight: aSight(more), operator, nowMs, conversation: "c" });
}

const pushed = (one: Task, more: Partial<Sight>) =>
  plan(one, aSight(more), operator, nowMs).filter((action) => action.do === "deliver");

it("the commit is noted before its checks begin, and is what is pushed once they pass", () => {
  const noted = after(task("checking"), { checks: { is: "absent" }, workspace: committed });
  expect(noted.run?.checkedHead).toBe("sha-1");
  const passed = after(noted, { checks: { is: "passed" }, workspace: committed });
  const delivering = after(passed, { workspace: committed });
  expect(delivering.phase.at).toBe("delivering");
  expect(pushed(delivering, { workspace: committed })).toEqual([{ do: "deliver", head: "sha-1" }]);
});

it("commits that came while the checks ran, or after them, are checked before anything is pushed", () => {
  const passed = after(task("checking", { checkedHead: "sha-1" }), { checks: { is: "passed" }, workspace: newer });
  expect(passed.phase.at).toBe("checking");
  const again = after(task("delivering", { checkedHead: "sha-1" }), { workspace: newer });
  expect(again.phase.at).toBe("checking");
  expect(again.run?.verifyRounds).toBe(1);
  expect(pushed(again, { workspace: newer })).toEqual([]);
  const noted = after(again, { checks: { is: "absent" }, workspace: newer });
  expect(after(after(noted, { checks: { is: "passed" }, workspace: newer }), { workspace: newer }).phase.at).toBe(
    "delivering",
  );
});

it("commits that come each time that the checks ran come to an end", () => {
  const last = task("delivering", { checkedHead: "sha-1", verifyRounds: operator.maxVerifyRounds });
  expect(after(last, { workspace: newer }).phase).toMatchObject({ at: "stopped", outcome: { cause: "checks-fail" } });
});

it("what has no checks is pushed as it is", () => {
  const free = { ...task("delivering"), policy: silentRepository };
  expect(after(free, { workspace: newer }).phase.at).toBe("delivering");
  expect(pushed(free, { workspace: newer })).toEqual([{ do: "deliver", head: "sha-2" }]);
});

it.each([
  ["unknown", "checking"],
  ["absent", "stopped"],
] as const)("checks do not begin in a workspace that is %s", (is, at) => {
  const seen = { checks: { is: "absent" }, workspace: { is } } as const;
  const next = after(task("checking"), seen);
  expect(next.phase.at).toBe(at);
  expect(plan(next, aSight(seen), operator, nowMs).filter((one) => one.do === "start-checks")).toEqual([]);
});
