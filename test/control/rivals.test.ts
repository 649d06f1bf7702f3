import { expect, it } from "vitest";
import { anIssue } from "../fakes/a-task.ts";
import { agents } from "../fakes/agents.ts";
import type { FakeWorld } from "../fakes/world.ts";
import { aLabelledIssue, aWorld, expectNothingLeft, pullsFor, untilPhase } from "./a-world.ts";

async function untilRival(world: FakeWorld, number: number, phase: string): Promise<void> {
  await world.until(`the rival of #${number} is ${phase}`, async () => (await world.phase(number, "codex")) === phase);
}

/** An issue that two agents work on. */
function aContest(world: FakeWorld): number {
  const number = aLabelledIssue(world);
  world.github.label(number, "ann", "coppice:codex");
  return number;
}

it("two labels make two tasks with a branch and a pull request each, and one status comment each", async () => {
  const world = await aWorld();
  const number = aContest(world);
  await untilPhase(world, number, "in-review");
  await untilRival(world, number, "in-review");
  expect(pullsFor(world, number).map(({ branch }) => branch)).toEqual([
    "coppice/issue-1-mend-the-shop",
    "coppice/issue-1-mend-the-shop-codex",
  ]);
  expect(world.github.issues.get(number)?.comments).toHaveLength(2);
  expect(world.machine.violations).toEqual([]);
});

it("taking one label off stops only the task that it asked for", async () => {
  const world = await aWorld();
  world.machine.behaviours.set(1, agents.hangs);
  const number = aContest(world);
  await untilRival(world, number, "working");
  world.github.unlabel(number, "ben", "coppice:codex");
  await untilRival(world, number, "done");
  expect(await world.phase(number)).toBe("working");
  world.github.unlabel(number, "ben");
  await untilPhase(world, number, "done");
  expectNothingLeft(world);
});

it("a label whose agent is at work already begins nothing, and a rival's label can be put on again", async () => {
  const world = await aWorld();
  world.machine.behaviours.set(1, agents.hangs);
  const number = aContest(world);
  await untilRival(world, number, "working");
  world.github.label(number, "ann", "coppice:claude");
  await world.pass(30_000);
  expect(await world.store.tasksOf(anIssue(number))).toHaveLength(2);
  world.github.unlabel(number, "ben", "coppice:codex");
  await untilRival(world, number, "done");
  world.github.label(number, "ann", "coppice:codex");
  await untilRival(world, number, "working");
  expect((await world.task(number, "codex"))?.attempt).toBe(2);
});
