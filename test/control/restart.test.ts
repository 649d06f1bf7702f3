import { expect, it } from "vitest";
import { silentRepository } from "../../src/core/policy.ts";
import { agents, type Behaviour } from "../fakes/agents.ts";
import { createFakeWorld, type FakeWorld, type FakeWorldOptions } from "../fakes/world.ts";
import { aFailedCheck } from "../fakes/a-task.ts";
import { aLabelledIssue, expectNothingLeft, expectOnePull, pullsFor, statusOf, untilPhase } from "./a-world.ts";

type Kills = NonNullable<FakeWorldOptions["kills"]>;

/** What changes nothing: to be killed beside it is to be killed beside what was changed before. */
const onlyReads =
  /^(look|load|live|tasksOf|facts|roster|events|tasksWithFacts|triggerOf|admit|readChecks|readCheckLog)$/;

interface Life {
  readonly behaviour: Behaviour;
  /** What happens to its pull request before it is merged. */
  readonly trouble?: (world: FakeWorld) => void;
  readonly rounds?: number;
}

/** Its first commit fails a check, its second conflicts with the base. */
function checksAndConflict({ github, machine }: FakeWorld): void {
  const shas: string[] = [];
  const at = (sha: string) => shas.indexOf(sha);
  github.ci = (sha) => {
    if (!shas.includes(sha)) shas.push(sha);
    return at(sha) === 0 ? [aFailedCheck] : [];
  };
  github.standing = (sha) => ({ merge: at(sha) === 1 ? "conflict" : "clean", behind: 0 });
  machine.baseMerges = false;
}

/** The whole life of an issue, from its label to its merge. */
async function live({ behaviour, trouble, rounds = 0 }: Life, kills: Kills): Promise<FakeWorld> {
  const world = await createFakeWorld({
    kills: (port, call, when) => !onlyReads.test(call) && kills(port, call, when),
    // A look at GitHub that a restart put off must not be what ends a session.
    operator: { keepIdleSessionMs: 3_600_000 },
  });
  try {
    world.github.policy = { ...silentRepository, setup: ["npm ci"], verify: ["npm test"] };
    world.machine.behaviours.set(1, behaviour);
    trouble?.(world);
    await world.startBot();
    const number = aLabelledIssue(world);
    await world.until("it is in review", async () => {
      world.machine.answer(number);
      const hadRounds = rounds === 0 || (await world.task(number))?.round?.number === rounds;
      return hadRounds && statusOf(world, number).includes("Ready for review");
    });
    world.github.endPull(2, "merged");
    await untilPhase(world, number, "done");
    return world;
  } finally {
    await world.close();
  }
}

/** Every moment before and after a change that the bot makes to store, GitHub or machine, in a life without faults. */
async function momentsOf(life: Life): Promise<readonly string[]> {
  const moments: string[] = [];
  await live(life, (port, call, when) => {
    moments.push(`${when} ${port}.${call}`);
    return false;
  });
  return moments;
}

it.each<[string, Life, number]>([
  ["stays in its session", { behaviour: agents.good }, 1],
  ["runs and exits", { behaviour: agents.exits }, 1],
  ["has to be reminded", { behaviour: agents.forgetsToSubmit }, 1],
  ["crashes once", { behaviour: agents.crashesOnce }, 2],
  ["asks for permission", { behaviour: agents.asksPermission }, 1],
  [
    "has to mend a check and to resolve a conflict",
    { behaviour: agents.good, trouble: checksAndConflict, rounds: 2 },
    1,
  ],
])(
  "a bot that is killed at any one moment ends with one pull request, when its agent %s",
  { timeout: 240_000 },
  async (_name, life, sessions) => {
    const moments = await momentsOf(life);
    expect(new Set(moments)).toContain("after forge.openPull");
    // After the last of them there is nothing more to do, and so no other start.
    for (const [at, moment] of moments.slice(0, -1).entries()) {
      let count = -1;
      const world = await live(life, () => (count += 1) === at);
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
