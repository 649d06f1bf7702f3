import { describe, expect, it } from "vitest";
import { agents } from "../fakes/agents.ts";
import type { FakeWorld } from "../fakes/world.ts";
import { aLabelledIssue, aWorld, expectNothingLeft, expectOnePull, untilPhase, untilSaid } from "./a-world.ts";

async function atWork(world: FakeWorld): Promise<number> {
  world.machine.behaviours.set(1, ({ told }) => (told === undefined ? agents.hangs() : agents.good()));
  const number = aLabelledIssue(world);
  await untilPhase(world, number, "working");
  return number;
}

describe("a label", () => {
  it("that is taken off stops the agent, and put on again asks for another attempt", async () => {
    const world = await aWorld();
    const number = await atWork(world);
    world.github.unlabel(number, "ben");
    await untilSaid(world, number, "Stopped: ben removed the label.");
    await untilPhase(world, number, "done");
    expectNothingLeft(world);
    world.machine.behaviours.set(1, agents.good);
    world.github.label(number);
    await untilPhase(world, number, "in-review");
    expect((await world.task(number))?.attempt).toBe(2);
    expectOnePull(world, number);
  });
});

describe("an issue", () => {
  it.each<[string, "closed" | "locked" | "gone", string | undefined, string]>([
    ["closed as not planned", "closed", "was closed as not planned", "the issue was closed as not planned"],
    ["locked", "locked", undefined, "the issue was locked"],
    ["deleted", "gone", "was deleted", "the issue was deleted"],
    ["transferred", "gone", "was moved to another repository", "the issue was moved to another repository"],
  ])("that is %s ends its task, with all work saved and nothing left", async (_name, state, how, why) => {
    const world = await aWorld();
    const number = await atWork(world);
    world.github.whereabouts = { how };
    world.github.setState(number, state);
    await untilPhase(world, number, "done");
    expect((await world.task(number))?.why).toBe(why);
    expectNothingLeft(world);
  });
});

describe("a repository", () => {
  it("that is renamed in the middle of a run changes nothing for its agent", async () => {
    const world = await aWorld();
    const number = await atWork(world);
    world.github.whereabouts = { place: { installationId: 9, owner: "acme", name: "store" } };
    world.github.setState(number, "open");
    await world.until("it is followed", async () => (await world.task(number))?.issue.name === "store");
    world.kill();
    await world.startBot();
    world.github.comment(number, "ben", "/coppice tell go on");
    await untilPhase(world, number, "in-review");
    expect(world.machine.started).toHaveLength(1);
    expectOnePull(world, number);
  });

  it("that is out of reach for good ends its tasks", async () => {
    const world = await aWorld();
    const number = await atWork(world);
    world.github.whereabouts = { unreachable: { why: "the App is not installed any more", isForGood: true } };
    world.github.setState(number, "open");
    await untilPhase(world, number, "done");
    expect((await world.task(number))?.why).toBe("the App is not installed any more");
    expectNothingLeft(world);
  });

  it("that lets us do nothing for a while stops its tasks, whose work goes on when a person says so", async () => {
    const world = await aWorld();
    const number = await atWork(world);
    world.github.whereabouts = { unreachable: { why: "the App is suspended for acme", isForGood: false } };
    world.github.setState(number, "open");
    await untilSaid(world, number, "Given up: the App is suspended for acme.");
    await world.until("no session", () => world.machine.sessions.size === 0);
    expect(world.machine.workspaces.size).toBe(1);
    world.github.whereabouts = {};
    world.github.comment(number, "ben", "/coppice resume");
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
  });
});
