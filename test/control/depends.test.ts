import { expect, it } from "vitest";
import { createFakeWorld } from "../fakes/world.ts";
import {
  aLabelledIssue,
  aWorld,
  expectNothingLeft,
  expectOnePull,
  pullsFor,
  untilPhase,
  untilSaid,
} from "./a-world.ts";

it("a task waits until what it depends on is merged, says so, and begins soon after", async () => {
  const world = await aWorld();
  const first = aLabelledIssue(world);
  const second = aLabelledIssue(world, "Paint the shop", `Depends on #${first}`);
  await untilSaid(world, second, `waits for #${first} to be done`);
  await untilPhase(world, first, "in-review");
  await world.pass(10 * 60_000);
  expect(await world.phase(second)).toBe("queued");
  world.github.endPull(pullsFor(world, first)[0]?.number ?? 0, "merged");
  await world.until("it begins", async () => (await world.phase(second)) !== "queued", 60_000);
  await untilPhase(world, second, "in-review");
});

it("an issue that is closed by a person counts as done, also one that has no task", async () => {
  const world = await aWorld();
  const other = world.github.openIssue("By hand").number;
  const number = aLabelledIssue(world, "Paint the shop", `Blocked by #${other}`);
  await untilSaid(world, number, `waits for #${other}`);
  world.github.setState(other, "closed");
  await world.until("it begins", async () => (await world.phase(number)) !== "queued", 60_000);
  expect((await world.task(number))?.dependencies).toEqual([{ number: other, state: "done" }]);
});

it("who waits for others holds up nobody in the queue", async () => {
  const world = await aWorld({ operator: { maxSessions: 1 } });
  const other = world.github.openIssue("By hand").number;
  const held = aLabelledIssue(world, "Paint the shop", `Blocked by #${other}`);
  await world.pass(2_000);
  const number = aLabelledIssue(world);
  await untilPhase(world, number, "in-review");
  expect(await world.phase(held)).toBe("queued");
});

it("circles and numbers that are not there are told, and corrected by a fresh retry", async () => {
  const world = await aWorld();
  const first = aLabelledIssue(world, "A", "Depends on #2");
  const second = aLabelledIssue(world, "B", "Depends on #1");
  await untilSaid(world, first, "a circle");
  await untilSaid(world, second, "a circle");
  const third = aLabelledIssue(world, "C", "Depends on #999");
  await untilSaid(world, third, "#999, which is not there");
  const issue = world.github.issues.get(third);
  if (issue !== undefined) issue.body = "Depends on nobody";
  world.github.comment(third, "ben", "/coppice retry fresh");
  await untilPhase(world, third, "in-review");
  expect(await world.phase(first)).toBe("queued");
});

it("the bot may be killed anywhere: what depends on another begins once that is merged, and not before", async () => {
  for (let at = 4; at < 300; at += 37) {
    let calls = 0;
    const world = await createFakeWorld({ kills: () => (calls += 1) === at });
    await world.startBot();
    const first = aLabelledIssue(world);
    const second = aLabelledIssue(world, "Paint the shop", `Depends on #${first}`);
    await untilPhase(world, first, "in-review");
    expect([at, await world.phase(second)]).toEqual([at, "queued"]);
    world.github.endPull(pullsFor(world, first)[0]?.number ?? 0, "merged");
    await untilPhase(world, second, "in-review");
    expectOnePull(world, second);
    world.github.endPull(pullsFor(world, second)[0]?.number ?? 0, "merged");
    await untilPhase(world, second, "done");
    expectNothingLeft(world);
    await world.close();
  }
});
