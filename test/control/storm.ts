import { expect, vi } from "vitest";
import { silentRepository } from "../../src/core/policy.ts";
import { agents, type Behaviour } from "../fakes/agents.ts";
import { around, flaky } from "../fakes/flaky.ts";
import type { Webhook } from "../fakes/github.ts";
import { createRandom } from "../fakes/random.ts";
import { createFakeWorld, type FakeWorld, type FakeWorldOptions } from "../fakes/world.ts";
import { aFailedCheck } from "../fakes/a-task.ts";
import { expectNothingLeft, expectOnePull, pullsFor, statusOf } from "./a-world.ts";

/** What every one of these leads to, whatever fails around it. */
const toPull: readonly Behaviour[] = [
  agents.good,
  agents.exits,
  agents.withBackgroundTasks,
  agents.forgetsToSubmit,
  agents.forgetsToCommit,
  agents.asksPermission,
  agents.asksQuestion,
  agents.sitsAtDialog,
];
const toNothing: readonly Behaviour[] = [agents.needsNoChange, agents.needsNoChangeAndExits];
const toStop: readonly Behaviour[] = [
  agents.outOfCredit,
  agents.outOfCreditAndExits,
  agents.neverCommits,
  agents.alwaysCrashes,
];

interface Weather {
  /** Nothing fails any more. */
  calm(): void;
  readonly options: FakeWorldOptions;
}

/** Everything fails now and then, each seed in its own way. */
function weatherOf(random: () => number): Weather {
  const dice = (chance: number) => !isCalm && random() < chance;
  const chance = random() * 0.08;
  let isCalm = false;
  let lives = 4;

  function fault<Port extends object>(port: Port): Port {
    const slow = around(port, async (_name, call) => {
      // Meanwhile agents work on, people act, and other passes run.
      if (dice(0.02)) vi.advanceTimersByTime(Math.round(random() * 3_000));
      return await call();
    });
    return flaky(slow, () => (isCalm ? 1 : random()), chance);
  }

  function mail({ fact }: Webhook): readonly number[] {
    const onTime = 50 + Math.round(random() * 500);
    if (dice(0.1)) return [onTime, onTime + 700];
    if (dice(0.1)) return [onTime + 60_000];
    if (!dice(0.1)) return [onTime];
    // Lost labels are found by a sweep that is not the loop's, some minutes later.
    return fact.kind === "labelled" ? [onTime + 300_000] : [];
  }

  function kills(): boolean {
    if (lives === 0 || !dice(0.004)) return false;
    lives -= 1;
    return true;
  }

  return {
    calm: () => void (isCalm = true),
    options: { fault, mail, kills, isUnsure: () => dice(0.1), operator: { maxSessions: 2 } },
  };
}

/** One life of four issues in bad weather; fails when it does not come to the end that it has to have. */
export async function playStorm(seed: number): Promise<void> {
  const random = createRandom(seed);
  const weather = weatherOf(random);
  const world = await createFakeWorld(weather.options);
  try {
    await storm(world, random, weather);
    await settle(world);
  } finally {
    await world.close();
  }
}

const numbers = [1, 2, 3, 4];

async function storm(world: FakeWorld, random: () => number, weather: Weather): Promise<void> {
  const { machine, github } = world;
  const pick = (list: readonly Behaviour[]) => list[Math.floor(random() * list.length)] ?? agents.good;
  machine.behaviours.set(1, pick(toPull)).set(2, pick(toPull)).set(3, pick(toNothing)).set(4, pick(toStop));
  if (random() < 0.5) github.policy = { ...silentRepository, setup: ["npm ci"], verify: ["npm test"] };
  machine.checksPass = (round) => round > 0;
  if (random() < 0.4) letPullsFail(world);
  await world.startBot();
  for (const number of numbers) github.openIssue(`Mend shop ${number}`);
  for (const number of numbers) {
    github.label(number);
    await world.pass(Math.round(random() * 5_000));
    if (random() < 0.5) fidget(world, number, random);
  }
  await world.pass(20_000);
  if (random() < 0.3) machine.reboot();
  if (random() < 0.3) jumpClock(random);
  await world.pass(20_000);
  weather.calm();
}

function isOneOf(sha: string, every: number): boolean {
  return Number(/\d+/.exec(sha)?.[0]) % every === 0;
}

/** Some commits fail a check on GitHub, some conflict with their base, and some do both. */
function letPullsFail({ github, machine }: FakeWorld): void {
  github.ci = (sha) => (isOneOf(sha, 2) ? [aFailedCheck] : []);
  github.standing = (sha) => ({ merge: isOneOf(sha, 3) ? "conflict" : "clean", behind: 0 });
  machine.baseMerges = false;
}

/** People put labels on and off that mean nothing, or ask again for what is at work; their webhooks overtake each other. */
function fidget({ github }: FakeWorld, number: number, random: () => number): void {
  github.label(number, "ben", "bug");
  github.unlabel(number, "ann", "bug");
  if (number <= 2 && random() < 0.5) github.label(number, "ben");
}

/** The machine slept, or its clock was set: the time is another one, and no timer has run meanwhile. */
function jumpClock(random: () => number): void {
  vi.setSystemTime(Date.now() + Math.round((random() - 0.2) * 10 * 60_000));
}

const ends = [/Ready for review/, /Ready for review/, /no change is needed/, /Given up/];
const phases = ["in-review", "in-review", "done", "stopped"];

/** Once the weather is calm, everything comes to the end that it has to have. */
async function settle(world: FakeWorld): Promise<void> {
  const { machine, github } = world;
  await world.until("each says its end", () => {
    for (const number of numbers) machine.answer(number);
    return ends.every((said, at) => said.test(statusOf(world, at + 1)));
  });
  await untilPhases(world, phases);
  for (const number of [1, 2]) {
    expectOnePull(world, number);
    for (const pull of pullsFor(world, number)) github.endPull(pull.number, "merged");
  }
  github.unlabel(4);
  await world.until("all is cleared", () => machine.workspaces.size === 0);
  await untilPhases(world, ["done", "done", "done", "done"]);
  expectAllWell(world);
}

async function untilPhases(world: FakeWorld, wanted: readonly string[]): Promise<void> {
  await world.until(`all are ${wanted.join()}`, async () => {
    const found = await Promise.all(numbers.map((number) => world.phase(number)));
    return found.join() === wanted.join();
  });
}

function expectAllWell(world: FakeWorld): void {
  for (const number of [1, 2]) expectOnePull(world, number);
  for (const number of [3, 4]) expect(pullsFor(world, number)).toEqual([]);
  for (const { labels, comments } of world.github.issues.values()) {
    expect(comments).toHaveLength(1);
    expect([...labels].filter((label) => label !== "coppice")).toEqual([]);
  }
  expectNothingLeft(world);
  expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
}
