import { expect, it } from "vitest";
import { agents } from "../fakes/agents.ts";
import type { FakeWorld } from "../fakes/world.ts";
import { temporaryFile } from "../store/temporary-store.ts";
import {
  aLabelledIssue,
  aWorld,
  expectNothingLeft,
  expectOnePull,
  pullsFor,
  statusOf,
  untilPhase,
  untilSaid,
} from "./a-world.ts";

it("a label becomes a pull request, and once that is merged nothing is left behind", async () => {
  const world = await aWorld();
  const number = aLabelledIssue(world);
  await untilSaid(world, number, "Ready for review: #2");
  const [pull] = pullsFor(world, number);
  expect(pull).toMatchObject({
    branch: "coppice/issue-1-mend-the-shop",
    base: "main",
    title: "Mend the shop",
    isDraft: false,
  });
  expect(pull?.reviewers).toEqual(new Set(["ann"]));
  expect(world.github.issues.get(number)?.labels).toEqual(new Set(["coppice", "coppice:review"]));
  expectOnePull(world, number);

  world.github.endPull(2, "merged");
  await untilPhase(world, number, "done");
  expect(statusOf(world, number)).toContain("The pull request was merged.");
  expect(world.github.issues.get(number)?.labels).toEqual(new Set(["coppice"]));
  expectOnePull(world, number);
  expectNothingLeft(world);
});

it("within seconds the issue shows that its label was seen", async () => {
  const world = await aWorld();
  const number = aLabelledIssue(world);
  await world.pass(2_000);
  expect(world.github.issues.get(number)?.reactions).toEqual(new Set(["eyes"]));
  expect(statusOf(world, number)).toContain("| Asked by | ann |");
});

it("the status comment is edited at most once in ten seconds, and not at all while nothing changes", async () => {
  const world = await aWorld();
  world.machine.behaviours.set(1, agents.hangs);
  const number = aLabelledIssue(world);
  await untilSaid(world, number, "The agent is working");
  const [comment] = world.github.issues.get(number)?.comments ?? [];
  expect(comment?.edits).toBeLessThanOrEqual(2);
  const before = comment?.edits;
  await world.pass(10 * 60_000);
  expect(comment?.edits).toBe(before);
});

const busy = ["preparing", "working", "waiting", "checking", "delivering"];

it("ten issues labelled at once share three slots, in the order of their labels", async () => {
  const world = await aWorld({ operator: { maxOpenPulls: 10 } });
  const numbers = Array.from({ length: 10 }, () => aLabelledIssue(world));
  let most = 0;
  await world.until("all are in review", async () => {
    const phases = (await world.store.roster()).map(({ phase }) => phase);
    most = Math.max(most, phases.filter((phase) => busy.includes(phase)).length);
    return phases.length === 10 && phases.every((phase) => phase === "in-review");
  });
  expect(most).toBe(3);
  const slotsMs = await Promise.all(numbers.map((number) => slotGivenAtMs(world, number)));
  expect(slotsMs).toEqual(slotsMs.toSorted((a, b) => a - b));
  expect(world.machine.started.toSorted()).toEqual(numbers.map((number) => `shop-dw-${number}`).toSorted());
  for (const number of numbers) expectOnePull(world, number);
});

async function slotGivenAtMs({ store }: FakeWorld, number: number): Promise<number> {
  const lines = await store.journal(`500-${number}`);
  return lines.find(({ phase }) => phase === "preparing")?.atMs ?? Number.NaN;
}

it("a queued issue says from the first how many are before it", async () => {
  const world = await aWorld({ operator: { maxSessions: 1 } });
  world.machine.behaviours.set(1, agents.hangs);
  const [first, second, third] = [aLabelledIssue(world), aLabelledIssue(world), aLabelledIssue(world)];
  await untilSaid(world, third, "Queued");
  expect(statusOf(world, third)).toContain("| Place | 1 before it |");
  expect(statusOf(world, third)).toContain("every slot is taken; 1 before it in the queue");
  expect(statusOf(world, second)).toContain("| Place | next |");
  expect(statusOf(world, first)).not.toContain("not looked yet");
});

it("a stranger's label stays silent", async () => {
  const world = await aWorld();
  const { number } = world.github.openIssue("Buy my shop");
  world.github.label(number, "stranger");
  await untilPhase(world, number, "done");
  await world.pass(600_000);
  expect(world.github.issues.get(number)).toMatchObject({
    comments: [],
    reactions: new Set(),
    labels: new Set(["coppice"]),
  });
  expect(world.machine.started).toEqual([]);
});

it.each([
  ["takes it off again", (world: FakeWorld, number: number) => world.github.unlabel(number, "stranger")],
  ["closes the issue", (world: FakeWorld, number: number) => world.github.setState(number, "closed")],
])("a stranger's label stays silent when the stranger %s at once", async (_name, then) => {
  const world = await aWorld();
  const { number } = world.github.openIssue("Buy my shop");
  world.github.label(number, "stranger");
  then(world, number);
  await untilPhase(world, number, "done");
  await world.pass(600_000);
  expect(world.github.issues.get(number)).toMatchObject({ comments: [], reactions: new Set() });
});

it("a label by somebody who may counts though a stranger's came just before", async () => {
  const world = await aWorld();
  const { number } = world.github.openIssue("Mend the shop");
  world.github.label(number, "stranger");
  await world.pass(100);
  world.github.unlabel(number, "ben");
  world.github.label(number, "ben");
  await untilPhase(world, number, "in-review");
  expect(pullsFor(world, number)).toHaveLength(1);
  expectOnePull(world, number);
});

it("the trigger counts whatever other labels came with it", async () => {
  const world = await aWorld();
  const { number } = world.github.openIssue("Mend the shop");
  for (const label of ["bug", "coppice", "good first issue"]) world.github.label(number, "ann", label);
  await untilPhase(world, number, "in-review");
  expect(pullsFor(world, number)).toHaveLength(1);
  expectOnePull(world, number);
});

it("other labels are no reason to do anything", async () => {
  const world = await aWorld();
  const { number } = world.github.openIssue("Mend the shop");
  for (const label of ["bug", "coppice:review"]) world.github.label(number, "ann", label);
  await world.pass(60_000);
  expect(await world.task(number)).toBeUndefined();
  expect(await world.store.tasksWithFacts()).toEqual([]);
});

it("a label can pick the agent, and one that there is not is answered", async () => {
  const world = await aWorld();
  const known = world.github.openIssue("Mend the shop").number;
  const unknown = world.github.openIssue("Paint the shop").number;
  world.github.label(known, "ann", "coppice:codex");
  world.github.label(unknown, "ann", "coppice:copilot");
  await untilPhase(world, known, "in-review");
  await untilPhase(world, unknown, "done");
  expect((await world.task(known))?.agent).toBe("codex");
  expect(statusOf(world, unknown)).toContain(
    'Not started: there is no agent named "copilot" here; known are: claude, codex.',
  );
});

it("a bot that is stopped in the middle takes everything up again from its file", async () => {
  const file = await temporaryFile();
  const first = await aWorld({ file });
  const number = aLabelledIssue(first);
  await untilPhase(first, number, "working");
  first.kill();
  await untilPhase(first, number, "in-review");
  expect(first.starts()).toBe(2);
  expect(first.machine.started).toHaveLength(1);
  expectOnePull(first, number);
});

it("more pull requests than people are to review are not opened, and the queue says why", async () => {
  const world = await aWorld({ operator: { maxOpenPulls: 2 } });
  const [first = 0, second = 0, third = 0] = Array.from({ length: 3 }, () => aLabelledIssue(world));
  await untilSaid(world, third, "2 pull requests of Coppice wait for review here or are on their way");
  await untilPhase(world, first, "in-review");
  await untilPhase(world, second, "in-review");
  await world.pass(3_600_000);
  expect(await world.phase(third)).toBe("queued");
  const pull = (await world.task(first))?.pull?.number ?? 0;
  world.github.endPull(pull, "closed");
  await untilPhase(world, third, "in-review");
});
