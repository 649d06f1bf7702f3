import { describe, expect, it } from "vitest";
import { aFailedCheck } from "../fakes/a-task.ts";
import { agents } from "../fakes/agents.ts";
import type { FakeWorld } from "../fakes/world.ts";
import { aLabelledIssue, aWorld, expectOnePull, statusOf, untilPhase } from "./a-world.ts";

const build = aFailedCheck;

/** What the agent was told since it began. */
function listenTo(world: FakeWorld): string[] {
  const told: string[] = [];
  world.machine.behaviours.set(1, (now) => {
    if (now.told !== undefined) told.push(now.told);
    return agents.good();
  });
  return told;
}

async function untilCalm(world: FakeWorld, number: number): Promise<void> {
  await untilPhase(world, number, "in-review");
  await world.pass(30 * 60_000);
  await untilPhase(world, number, "in-review");
}

describe("a check that fails", () => {
  it("goes to the agent with the end of its log, and the pull request is in review again once it is mended", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    let first = "";
    world.github.ci = (sha) => {
      first ||= sha;
      return sha === first ? [build] : [];
    };
    world.github.logOf = () => "AssertionError: expected 3 to be 4";
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('The check "build" failed on your commit');
    expect(told[0]).toContain("AssertionError: expected 3 to be 4");
    expect((await world.task(number))?.watch.rounds).toEqual({ people: 0, checks: 1, base: 0 });
    expectOnePull(world, number);
  });

  it("is judged when all have settled, not before", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.ci = () => [build];
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    const pull = (await world.task(number))?.pull?.number ?? 0;
    world.github.checksEnd(pull);
    await world.pass(55_000);
    expect(told).toEqual([]);
    await world.until("the agent hears of it", () => told.length === 1, 30_000);
  });

  it("goes to the agent three times at most, and then to a person", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.ci = () => [build];
    const number = aLabelledIssue(world);
    await world.until("the rounds are used up", async () => statusOf(world, number).includes("after 3 rounds"));
    expect(told).toHaveLength(3);
    expect(statusOf(world, number)).toContain("The check build still fails after 3 rounds, so a person has to go on");
    await untilCalm(world, number);
    expect(told).toHaveLength(3);
  });

  it("on the base branch, too, is said and not chased", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.ci = () => [{ ...build, isOnBase: true }];
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(told).toEqual([]);
    expect(statusOf(world, number)).toContain("The check build: the base branch shows the same failure");
  });

  it("and that nobody demands is left alone, unless the repository names it", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.ci = () => [{ ...build, isRequired: false }];
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(told).toEqual([]);
    world.github.policy = { ...world.github.policy, checks: ["build"] };
    const second = aLabelledIssue(world);
    await untilPhase(world, second, "in-review");
    await world.until("the agent hears of it", async () => (await world.task(second))?.watch.rounds.checks === 1);
  });

  it("as if by chance is run once more first", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.ci = (_sha, runsAgain) => (runsAgain === 0 ? [build] : []);
    world.github.logOf = () => "npm error ECONNRESET";
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(world.github.ranAgain).toEqual([71]);
    expect(told).toEqual([]);
    expect(statusOf(world, number)).toContain("failed as if by chance, and was run once more");
  });

  it("as if by chance twice goes to the agent", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    let first = "";
    world.github.ci = (sha, runsAgain) => {
      first ||= sha;
      return sha === first ? [{ ...build, attempt: runsAgain + 1 }] : [];
    };
    world.github.logOf = () => "npm error ECONNRESET";
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(world.github.ranAgain).toEqual([71]);
    expect(told).toHaveLength(1);
  });
});

describe("a base that moved", () => {
  it("and conflicts is the agent's to merge", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    let first = "";
    world.github.standing = (sha) => {
      first ||= sha;
      return { merge: sha === first ? "conflict" : "clean", behind: 1 };
    };
    world.machine.baseMerges = false;
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("main conflicts with your branch: merge it");
    expectOnePull(world, number);
  });

  it("and conflicts still after two rounds is left to a person", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.standing = () => ({ merge: "conflict", behind: 1 });
    world.machine.baseMerges = false;
    const number = aLabelledIssue(world);
    await world.until("it is left", () => statusOf(world, number).includes("still conflicts with its base"));
    await untilCalm(world, number);
    expect(told).toHaveLength(2);
  });

  it("is merged without the agent where the repository wants that, and checked", async () => {
    const world = await aWorld();
    const told = listenTo(world);
    world.github.policy = { ...world.github.policy, keepUpToDate: true, verify: ["npm test"] };
    let first = "";
    world.github.standing = (sha) => {
      first ||= sha;
      return { merge: "clean", behind: sha === first ? 2 : 0 };
    };
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    await world.until("it is merged", async () => (await world.task(number))?.round?.base !== undefined);
    await untilCalm(world, number);
    expect(told).toEqual([]);
    expect((await world.task(number))?.delivered?.sha).not.toBe(first);
    expect((await world.task(number))?.watch.rounds.base).toBe(0);
  });

  it("is left alone where nobody asked for more", async () => {
    const world = await aWorld();
    world.github.standing = () => ({ merge: "clean", behind: 7 });
    const number = aLabelledIssue(world);
    await untilCalm(world, number);
    expect((await world.task(number))?.round).toBeUndefined();
  });
});
