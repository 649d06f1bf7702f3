import { expect, it } from "vitest";
import { silentRepository } from "../../src/core/policy.ts";
import { agents, type Behaviour } from "../fakes/agents.ts";
import { createFakeWorld, type FakeWorld, type FakeWorldOptions } from "../fakes/world.ts";
import { aLabelledIssue, expectNothingLeft, expectOnePull, pullsFor, statusOf, untilPhase } from "./a-world.ts";

type Kills = NonNullable<FakeWorldOptions["kills"]>;

/** What changes nothing: to be killed beside it is to be killed beside what was changed before. */
const onlyReads = /^(look|load|live|facts|roster|events|issuesWithFacts|triggerOf|admit)$/;

/** The whole life of an issue, from its label to its merge. */
async function live(behaviour: Behaviour, kills: Kills): Promise<FakeWorld> {
  const world = await createFakeWorld({
    kills: (port, call, when) => !onlyReads.test(call) && kills(port, call, when),
  });
  try {
    world.github.policy = { ...silentRepository, setup: ["npm ci"], verify: ["npm test"] };
    world.machine.behaviours.set(1, behaviour);
    await world.startBot();
    const number = aLabelledIssue(world);
    await world.until("it is in review", () => {
      world.machine.answer(number);
      return statusOf(world, number).includes("Ready for review");
    });
    world.github.endPull(2, "merged");
    await untilPhase(world, number, "done");
    return world;
  } finally {
    await world.close();
  }
}

/** Every moment before and after a change that the bot makes to store, GitHub or machine, in a life without faults. */
async function momentsOf(behaviour: Behaviour): Promise<readonly string[]> {
  const moments: string[] = [];
  await live(behaviour, (port, call, when) => {
    moments.push(`${when} ${port}.${call}`);
    return false;
  });
  return moments;
}

it.each<[string, Behaviour, number]>([
  ["stays in its session", agents.good, 1],
  ["runs and exits", agents.exits, 1],
  ["has to be reminded", agents.forgetsToSubmit, 1],
  ["crashes once", agents.crashesOnce, 2],
  ["asks for permission", agents.asksPermission, 1],
])(
  "a bot that is killed at any one moment ends with one pull request, when its agent %s",
  { timeout: 240_000 },
  async (_name, behaviour, sessions) => {
    const moments = await momentsOf(behaviour);
    expect(new Set(moments)).toContain("after forge.openPull");
    // After the last of them there is nothing more to do, and so no other start.
    for (const [at, moment] of moments.slice(0, -1).entries()) {
      let count = -1;
      const world = await live(behaviour, () => (count += 1) === at);
      const end = { starts: world.starts(), sessions: world.machine.started, said: statusOf(world, 1) };
      expect({ killed: `${moment} (${at})`, ...end }).toEqual({
        killed: `${moment} (${at})`,
        starts: 2,
        sessions: Array.from({ length: sessions }, () => expect.any(String)),
        said: expect.stringContaining("was merged"),
      });
      expect(world.github.issues.get(1)?.labels).toEqual(new Set(["coppice"]));
      expectOnePull(world, 1);
      expectNothingLeft(world);
      expect(pullsFor(world, 1)[0]?.isDraft).toBe(false);
    }
  },
);
