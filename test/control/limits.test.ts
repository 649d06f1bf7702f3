import { expect, it } from "vitest";
import { silentRepository } from "../../src/core/policy.ts";
import { agents, type Behaviour } from "../fakes/agents.ts";
import { aLabelledIssue, aWorld, expectOnePull, statusOf, untilPhase, untilSaid } from "./a-world.ts";

it("an agent that costs too much is interrupted in the middle of its work, and more money lets it go on to the pull request", async () => {
  const world = await aWorld();
  world.machine.behaviours.set(1, ({ told }) => (told === undefined ? agents.hangs() : agents.good()));
  let usd = 17;
  world.machine.usdOf = () => usd;
  const number = aLabelledIssue(world);
  await untilSaid(world, number, /More than 80 % of the run's budget of \$20\.00/);
  usd = 21;
  await untilPhase(world, number, "paused");
  await untilSaid(world, number, /The budget is used up/);
  await world.until("it is interrupted", () =>
    [...world.machine.sessions.values()].every((one) => one.agent() === "idle"),
  );
  world.github.comment(number, "ben", "/coppice budget +5");
  await untilPhase(world, number, "in-review");
  expectOnePull(world, number);
  expect(world.machine.started).toHaveLength(1);
});

it("who is paused gives its slot to the next, and takes up its conversation through the queue", async () => {
  const world = await aWorld({ operator: { maxSessions: 1, maxSessionsPerRepository: 1 } });
  world.machine.usdOf = (number) => (number === 1 ? 21 : 1);
  const first = aLabelledIssue(world, "Costly");
  await untilPhase(world, first, "paused");
  const second = aLabelledIssue(world, "Cheap");
  await untilPhase(world, second, "in-review");
  // Its session made room meanwhile.
  await world.until("the session is gone", () => ![...world.machine.sessions.keys()].includes("shop-dw-1"));
  world.github.comment(first, "ben", "/coppice budget +50");
  await untilPhase(world, first, "in-review");
  expectOnePull(world, first);
  expect(world.machine.started).toEqual(["shop-dw-1", "shop-dw-2", "shop-dw-1_1-1-2"]);
});

it("who waits for a person for long does not hold up the queue", async () => {
  const world = await aWorld({ operator: { maxSessions: 1, maxSessionsPerRepository: 1, waitKeepsSlotMs: 60_000 } });
  world.machine.behaviours.set(1, agents.asksPermission);
  const first = aLabelledIssue(world, "Asks");
  await untilPhase(world, first, "waiting");
  const second = aLabelledIssue(world, "Waits behind it");
  await untilSaid(world, second, /every slot is taken|has 1 of 1 sessions/);
  await untilPhase(world, second, "in-review");
  expect(await world.phase(first)).toBe("waiting");
  world.machine.answer(first);
  await untilPhase(world, first, "in-review");
  for (const number of [first, second]) expectOnePull(world, number);
});

it("what all tasks cost in a day has a limit over all of them", async () => {
  const world = await aWorld({ operator: { maxDayUsd: 10 } });
  world.machine.usdOf = (number) => (number === 1 ? 9 : 2);
  world.machine.behaviours.set(2, ({ told }) => (told === undefined ? agents.hangs() : agents.good()));
  const first = aLabelledIssue(world);
  await untilPhase(world, first, "in-review");
  const second = aLabelledIssue(world);
  await untilSaid(world, second, /today's budget of \$10\.00 is used up/);
  expect(await world.phase(second)).toBe("paused");
  const third = aLabelledIssue(world);
  await untilSaid(world, third, /today's budget/);
  await world.until("the next day", async () => (await world.phase(third)) === "in-review", 25 * 3_600_000);
  await untilPhase(world, second, "in-review");
  expect(statusOf(world, second)).not.toContain("used up");
});

it("at its account's usage limit all rest until the stated time, over a restart, and wake one after another", async () => {
  const world = await aWorld();
  const endMs = Math.floor(Date.now() / 1_000) * 1_000 + 3 * 3_600_000;
  const limited = { kind: "turn-failed", failure: "rate-limit", text: `usage limit reached|${endMs / 1_000}` } as const;
  const script: Behaviour = () => (Date.now() < endMs ? [{ does: "tell", event: limited }] : agents.good());
  for (const number of [1, 2, 3]) world.machine.behaviours.set(number, script);
  const [first, second] = [aLabelledIssue(world), aLabelledIssue(world)];
  for (const number of [first, second]) await untilPhase(world, number, "paused");
  await untilSaid(world, first, /At the usage limit/);
  const third = aLabelledIssue(world);
  await untilSaid(world, third, /the agent's account is at its usage limit until/);
  world.kill();
  await world.pass(3_600_000);
  expect(await world.phase(third)).toBe("queued");
  const awakeMs: number[] = [];
  for (const number of [first, second]) {
    await world.until("it wakes", async () => (await world.phase(number)) !== "paused", 4 * 3_600_000);
    awakeMs.push(Date.now());
  }
  expect(awakeMs[0]).toBeGreaterThanOrEqual(endMs);
  expect((awakeMs[1] ?? 0) - (awakeMs[0] ?? 0)).toBeGreaterThan(15_000);
  for (const number of [first, second, third]) {
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
  }
});

it("on a full disk no session begins, and who waits is told why", async () => {
  const world = await aWorld();
  world.machine.freeBytes = 999;
  const number = aLabelledIssue(world);
  await untilSaid(world, number, /the disk has only 0 MB left/);
  expect(world.machine.started).toEqual([]);
  world.machine.freeBytes = 1_000;
  await untilPhase(world, number, "in-review");
  expectOnePull(world, number);
});

it("after three tasks of a repository failed in one way the rest waits, one tries later, and then all go on", async () => {
  const world = await aWorld();
  world.machine.setupPasses = false;
  world.github.policy = { ...silentRepository, setup: ["npm ci"] };
  for (const number of [aLabelledIssue(world), aLabelledIssue(world), aLabelledIssue(world)])
    await untilPhase(world, number, "stopped");
  const [fourth, fifth] = [aLabelledIssue(world), aLabelledIssue(world)];
  for (const number of [fourth, fifth])
    await untilSaid(world, number, /the last 3 tasks here were all given up: the set-up failed; one tries again at/);
  await world.pass(20 * 60_000);
  for (const number of [fourth, fifth]) expect(await world.phase(number)).toBe("queued");
  const phases = async () => [await world.phase(fourth), await world.phase(fifth)];
  await world.until("one has tried", async () => (await phases()).includes("stopped"), 30 * 60_000);
  expect(await phases()).toContain("queued");
  world.machine.setupPasses = true;
  await world.until("the other one goes on", async () => (await phases()).includes("in-review"), 60 * 60_000);
});

it("an agent that gets nowhere is told so, and goes on", async () => {
  const world = await aWorld({ operator: { maxRunMs: 10 * 3_600_000 } });
  const words = "nothing in your worktree changed";
  world.machine.behaviours.set(1, ({ told }) => (told?.includes(words) === true ? agents.good() : agents.hangs()));
  world.machine.behaviours.set(2, agents.hangs);
  const [first, second] = [aLabelledIssue(world), aLabelledIssue(world)];
  await world.until("it is told so", async () => (await world.phase(first)) === "in-review", 2 * 3_600_000);
  expectOnePull(world, first);
  await world.until("it is given up", async () => (await world.phase(second)) === "stopped", 3 * 3_600_000);
  expect(statusOf(world, second)).toContain("🥀 The agent made no progress");
});
