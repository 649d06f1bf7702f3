import { expect, it } from "vitest";
import { anIssue } from "../fakes/a-task.ts";
import { agents } from "../fakes/agents.ts";
import { createFakeWorld, type FakeWorld } from "../fakes/world.ts";
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

it("the one that is merged closes the other, with a reason, and its work is saved", async () => {
  const world = await aWorld();
  const number = aContest(world);
  await untilPhase(world, number, "in-review");
  await untilRival(world, number, "in-review");
  const [first, second] = pullsFor(world, number);
  const besides = () => [...world.github.said.values()].filter(({ text }) => text.includes("Competes with"));
  await world.until("both point at each other", () => besides().length === 2);
  expect(new Map(besides().map(({ on, text }) => [on, /#\d+/.exec(text)?.[0]]))).toEqual(
    new Map([
      [first?.number, `#${second?.number}`],
      [second?.number, `#${first?.number}`],
    ]),
  );
  world.github.endPull(second?.number ?? 0, "merged");
  await untilPhase(world, number, "done");
  await untilRival(world, number, "done");
  expect((await world.task(number, "codex"))?.phase).toMatchObject({ outcome: { is: "merged" } });
  expect(first?.state).toBe("closed");
  expect(world.github.said.get(`outdone ${first?.number}`)?.text).toContain(`codex's pull request #${second?.number}`);
  expect(world.machine.saved.map(({ folder }) => folder)).toContain("issue-1-mend-the-shop");
  expect([...(world.github.issues.get(number)?.labels ?? [])].toSorted()).toEqual(["coppice", "coppice:codex"]);
  expectNothingLeft(world);
});

it("a merge that closes no issue is heard of all the same", async () => {
  const world = await aWorld();
  const number = aContest(world);
  await untilPhase(world, number, "in-review");
  await untilRival(world, number, "in-review");
  const [first, second] = pullsFor(world, number);
  if (first !== undefined) first.state = "merged";
  await untilPhase(world, number, "done");
  await untilRival(world, number, "done");
  expect(second?.state).toBe("closed");
});

it("commands reach all that work on the issue, one by its name, and on a pull request the one that opened it", async () => {
  const world = await aWorld();
  world.machine.behaviours.set(1, agents.hangs);
  const number = aContest(world);
  await untilRival(world, number, "working");
  world.github.comment(number, "ben", "/coppice @codex stop");
  await untilRival(world, number, "paused");
  expect(await world.phase(number)).toBe("working");
  const asked = world.github.comment(number, "ben", "/coppice status");
  await world.until("both answer", () => world.github.said.has(`answer-${asked}-codex`));
  expect(world.github.said.get(`answer-${asked}`)?.text).toMatch(/^\*\*claude\*\*: /);
  expect(world.github.said.get(`answer-${asked}-codex`)?.text).toMatch(/^\*\*codex\*\*: /);
  world.github.comment(number, "ben", "/coppice stop now");
  await untilRival(world, number, "stopped");
  await untilPhase(world, number, "stopped");
});

it("the bot may be killed anywhere in a contest: one is merged, the other closed", async () => {
  for (let at = 5; at < 400; at += 23) {
    let calls = 0;
    const world = await createFakeWorld({ kills: () => (calls += 1) === at });
    await world.startBot();
    const number = aContest(world);
    await untilPhase(world, number, "in-review");
    await untilRival(world, number, "in-review");
    const [first, second] = pullsFor(world, number);
    world.github.endPull(first?.number ?? 0, "merged");
    await untilRival(world, number, "done");
    await untilPhase(world, number, "done");
    expect([at, pullsFor(world, number).length, first?.state, second?.state]).toEqual([at, 2, "merged", "closed"]);
    expect(world.github.issues.get(number)?.comments).toHaveLength(2);
    expectNothingLeft(world);
    await world.close();
  }
});
