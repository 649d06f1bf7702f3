import { expect, onTestFinished } from "vitest";
import { createFakeWorld, type FakeWorld, type FakeWorldOptions } from "../fakes/world.ts";

/** A world with a running bot, that ends with the test. */
export async function aWorld(options: FakeWorldOptions = {}): Promise<FakeWorld> {
  const world = await createFakeWorld(options);
  onTestFinished(() => world.close());
  await world.startBot();
  return world;
}

/** An issue that somebody has just labelled. */
export function aLabelledIssue({ github }: FakeWorld, title = "Mend the shop", body = ""): number {
  const { number } = github.openIssue(title, body);
  github.label(number);
  return number;
}

export async function untilPhase(world: FakeWorld, number: number, phase: string): Promise<void> {
  await world.until(`#${number} is ${phase}`, async () => (await world.phase(number)) === phase);
}

/** The one status comment, once it says so. */
export async function untilSaid(world: FakeWorld, number: number, words: string | RegExp): Promise<void> {
  await world.until(`#${number} says ${String(words)}`, () => new RegExp(words).test(statusOf(world, number)));
}

export function statusOf({ github }: FakeWorld, number: number): string {
  return github.issues.get(number)?.comments[0]?.body ?? "";
}

export function pullsFor({ github }: FakeWorld, number: number) {
  return [...github.pulls.values()].filter(({ body }) => body.includes(`Closes #${number}\n`));
}

/** What was promised of an issue that became a pull request. */
export function expectOnePull(world: FakeWorld, number: number): void {
  const issue = world.github.issues.get(number);
  expect(world.machine.violations).toEqual([]);
  expect(pullsFor(world, number)).toHaveLength(1);
  expect(issue?.comments).toHaveLength(1);
  expect([...(issue?.reactions ?? [])]).toEqual(["eyes"]);
}

/** Sessions and workspaces are gone, and every commit in them is kept in the gate or on GitHub. */
export function expectNothingLeft({ machine }: FakeWorld): void {
  expect(machine.violations).toEqual([]);
  expect([...machine.sessions.keys()]).toEqual([]);
  expect([...machine.workspaces.keys()]).toEqual([]);
}
