import { describe, expect, it } from "vitest";
import { silentRepository } from "../../src/core/policy.ts";
import { agents, type Behaviour } from "../fakes/agents.ts";
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

describe("an agent that", () => {
  it.each<[string, Behaviour]>([
    ["does all right", agents.good],
    ["waits for its background tasks first", agents.withBackgroundTasks],
    ["forgets to submit until it is told", agents.forgetsToSubmit],
    ["forgets to commit until it is told", agents.forgetsToCommit],
    ["runs and exits", agents.exits],
    ["crashes once and is resumed", agents.crashesOnce],
    ["has a turn that fails because the model's service is overloaded", agents.overloadedOnce],
  ])("%s gets its pull request, which is no draft", async (_name, behaviour) => {
    const world = await aWorld();
    world.machine.behaviours.set(1, behaviour);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
    expect(pullsFor(world, number)[0]).toMatchObject({ isDraft: false, title: "Mend the shop" });
  });

  it.each<[string, Behaviour, RegExp]>([
    ["never commits", agents.neverCommits, /Given up: the agent ended its work without a commit\. /],
    ["crashes again and again", agents.alwaysCrashes, /Given up: the agent's session ended 3 times \(status 1\)\. /],
    [
      "is out of credit",
      agents.outOfCredit,
      /Given up: the agent's account is out of credit: Credit balance is too low\. Add credit/,
    ],
    [
      "is out of credit and exits",
      agents.outOfCreditAndExits,
      /Given up: the agent's account is out of credit: Credit balance is too low\. Add credit/,
    ],
    [
      "is not logged in",
      agents.notLoggedIn,
      /Given up: the agent could not log in: Invalid API key\. Mend the agent's login/,
    ],
    ["asks for a model that there is not", agents.wrongModel, /Given up: There is no such model\. /],
    [
      "only finds an overloaded model",
      agents.overloaded,
      /Given up: the model's service failed 6 times: Overloaded\. /,
    ],
    ["never ends", agents.hangs, /Given up: the run took longer than 45 minutes\. /],
  ])("%s is given up, which is said on the issue, and its workspace stays", async (_name, behaviour, said) => {
    const world = await aWorld();
    world.machine.behaviours.set(1, behaviour);
    const number = aLabelledIssue(world);
    await untilSaid(world, number, said);
    expect(await world.phase(number)).toBe("stopped");
    expect(world.github.issues.get(number)?.labels).toContain("coppice:failed");
    expect(pullsFor(world, number)).toEqual([]);
    expect(world.machine.workspaces.size).toBe(1);
    expect(world.machine.violations).toEqual([]);

    world.github.setState(number, "closed");
    await untilPhase(world, number, "done");
    expectNothingLeft(world);
    expect(world.machine.saved).toHaveLength(1);
  });

  it.each<[string, Behaviour]>([
    ["needs no change", agents.needsNoChange],
    ["needs no change and exits", agents.needsNoChangeAndExits],
  ])("%s ends its task with its reason", async (_name, behaviour) => {
    const world = await aWorld();
    world.machine.behaviours.set(1, behaviour);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "done");
    expect(statusOf(world, number)).toContain("The agent says that no change is needed: It is right as it is.");
    expect(world.machine.started).toHaveLength(1);
    expectNothingLeft(world);
  });

  it("never submits what it committed has it delivered as a draft", async () => {
    const world = await aWorld();
    world.machine.behaviours.set(1, agents.neverSubmits);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
    expect(pullsFor(world, number)[0]?.isDraft).toBe(true);
  });

  it.each<[string, Behaviour, RegExp]>([
    [
      "asks for permission",
      agents.asksPermission,
      /It asks for permission to use \*\*Bash\*\*:\s+```text\s+npm install/,
    ],
    ["asks a question", agents.asksQuestion, /> Which colour\?\s+1\. \*\*Red\*\*/],
    ["sits at a dialog without a word", agents.sitsAtDialog, /It shows a question at its terminal\./],
  ])(
    "%s waits for a person, says so with the way to answer, and goes on when it is answered",
    async (_name, behaviour, said) => {
      const world = await aWorld();
      world.machine.behaviours.set(1, behaviour);
      const number = aLabelledIssue(world);
      await untilSaid(world, number, said);
      expect(await world.phase(number)).toBe("waiting");
      expect(statusOf(world, number)).toContain("tmux attach -t shop-dw-1");
      expect(world.github.issues.get(number)?.labels).toContain("coppice:waiting");

      await world.pass(2 * 60 * 60_000);
      expect(await world.phase(number)).toBe("waiting");
      world.machine.answer(number);
      await untilPhase(world, number, "in-review");
      expectOnePull(world, number);
    },
  );
});

describe("checks", () => {
  it("that pass are waited for", async () => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, verify: ["npm test"] };
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "checking");
    expect(pullsFor(world, number)).toEqual([]);
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
  });

  it.each<[string, Behaviour]>([
    ["an agent that stays", agents.good],
    ["an agent that runs and exits", agents.exits],
  ])("that fail go back to %s, until they pass", async (_name, behaviour) => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, verify: ["npm test"] };
    world.machine.checksPass = (round) => round === 2;
    const told: (string | undefined)[] = [];
    world.machine.behaviours.set(1, (now) => {
      told.push(now.told);
      return behaviour(now);
    });
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
    expect(told).toHaveLength(3);
    expect(told[1]).toContain("The repository's check `npm test` failed (status 1)");
    expect(told[2]).toContain("The repository's check `npm test` failed (status 1)");
  });

  it("that never pass end the run after as many rounds as are allowed", async () => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, verify: ["npm test"] };
    world.machine.checksPass = () => false;
    const number = aLabelledIssue(world);
    await untilSaid(world, number, /Given up: the check `npm test` still fails \(status 1\) after 2 rounds\. /);
    expect(pullsFor(world, number)).toEqual([]);
  });

  it("are forgotten when the session goes while they run, and their failure still reaches the agent", async () => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, verify: ["npm test"] };
    world.machine.checksPass = (round) => round > 0;
    const told: (string | undefined)[] = [];
    world.machine.behaviours.set(1, (now) => {
      told.push(now.told);
      return agents.good();
    });
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "checking");
    for (const session of world.machine.sessions.values()) session.end("signal SIGKILL");
    world.machine.sessions.clear();
    await untilPhase(world, number, "in-review");
    expect(told).toHaveLength(2);
    expect(told[1]).toContain("The repository's check `npm test` failed (status 1)");
    expectOnePull(world, number);
  });
});

describe("a set-up", () => {
  it("runs before the agent starts", async () => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, setup: ["npm ci"] };
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "preparing");
    expect(world.machine.started).toEqual([]);
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
  });

  it("that fails is said, and no agent starts", async () => {
    const world = await aWorld();
    world.github.policy = { ...silentRepository, setup: ["npm ci"] };
    world.machine.setupPasses = false;
    const number = aLabelledIssue(world);
    await untilSaid(world, number, /Given up: the set-up command `npm test` failed \(status 1\)\. /);
    expect(world.machine.started).toEqual([]);
  });
});

describe("a push", () => {
  it("that is refused goes back to the agent, until it is taken", async () => {
    const world = await aWorld();
    world.machine.findings = (offer) => (offer === 1 ? ["src/key.pem looks like a private key"] : []);
    const told: (string | undefined)[] = [];
    world.machine.behaviours.set(1, (now) => {
      told.push(now.told);
      return agents.good();
    });
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    expect(told[1]).toContain("src/key.pem looks like a private key");
    expectOnePull(world, number);
  });

  it("that is refused again and again ends the run", async () => {
    const world = await aWorld();
    world.machine.findings = () => ["src/key.pem looks like a private key"];
    const number = aLabelledIssue(world);
    await untilSaid(world, number, /Given up: src\/key\.pem looks like a private key\. /);
    expect(pullsFor(world, number)).toEqual([]);
  });

  it("that people have looked at goes out, once all of it is allowed", async () => {
    const world = await aWorld();
    world.machine.findings = () => ["src/key.pem looks like a private key", "CLAUDE.md is protected"];
    const number = aLabelledIssue(world);
    await untilSaid(world, number, "`/coppice allow 00000001`: CLAUDE.md is protected");
    world.github.comment(number, "stranger", "/coppice allow 00000000\n/coppice allow 00000001");
    const first = world.github.comment(number, "ben", "/coppice allow 00000000");
    await world.until("it is acknowledged", () => world.github.nods.get(first) === true);
    expect(pullsFor(world, number)).toEqual([]);
    world.kill();
    world.github.comment(number, "ben", "/coppice allow 00000001");
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
  });
});

describe("a base branch", () => {
  it("that the issue names is started from", async () => {
    const world = await aWorld();
    world.github.branches.set("next", "sha-next");
    const number = aLabelledIssue(world, "Mend the shop", "It is broken.\n\nBase: next\n");
    await untilPhase(world, number, "in-review");
    expect(pullsFor(world, number)[0]?.base).toBe("next");
  });

  it("that there is not is answered, and another attempt may name another", async () => {
    const world = await aWorld();
    const number = aLabelledIssue(world, "Mend the shop", "Base: nxet");
    await untilSaid(
      world,
      number,
      /Given up: there is no branch `nxet` to start from; there are `main`\. Correct the line/,
    );
    const issue = world.github.issues.get(number);
    if (issue !== undefined) issue.body = "Base: main";
    world.github.unlabel(number);
    await untilPhase(world, number, "done");
    world.github.label(number);
    await untilPhase(world, number, "in-review");
    expect((await world.task(number))?.attempt).toBe(2);
    expectOnePull(world, number);
  });
});

describe("people", () => {
  it.each<[string, "merged" | "closed", RegExp]>([
    ["merged", "merged", /The pull request was merged\./],
    ["closed", "closed", /Ended because the pull request was closed\. What the agent wrote is saved\./],
  ])("end a task by having its pull request %s", async (_name, state, said) => {
    const world = await aWorld();
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    const [branch = "", sha = ""] = [...world.github.branches].at(-1) ?? [];
    world.github.endPull(2, state);
    await untilPhase(world, number, "done");
    expect(statusOf(world, number)).toMatch(said);
    expect(world.github.branches.get(branch)).toBe(sha);
    expect(world.machine.saved).toEqual([{ folder: "issue-1-mend-the-shop", head: sha, uncommitted: 0 }]);
    expectNothingLeft(world);
  });

  it.each<[string, string, string | undefined]>([
    ["the issue is closed", "closed", "Ended because the issue was closed."],
    ["the label is removed", "unlabelled", "Stopped: ben removed the label."],
    ["the issue is gone", "gone", undefined],
  ])("stop a task at work when %s, and what the agent wrote is saved", async (_name, how, said) => {
    const world = await aWorld();
    world.machine.behaviours.set(1, () => [
      { does: "edit" },
      { does: "commit" },
      { does: "edit" },
      { does: "sit", as: "idle" },
    ]);
    const number = aLabelledIssue(world);
    await world.until("it edits", () =>
      [...world.machine.workspaces.values()].some((one) => one.commits > 0 && one.uncommitted > 0),
    );
    if (how === "unlabelled") world.github.unlabel(number, "ben");
    else world.github.setState(number, how === "gone" ? "gone" : "closed");
    await world.until("all is cleared", () => world.machine.workspaces.size === 0);
    expectNothingLeft(world);
    expect(world.machine.saved).toMatchObject([{ head: "sha-1", uncommitted: 1 }]);
    expect(pullsFor(world, number)).toEqual([]);
    if (said === undefined) return;
    await untilPhase(world, number, "done");
    expect(statusOf(world, number)).toContain(`${said} What the agent wrote is saved.`);
  });

  it("who take a label off and put it on again soon change nothing", async () => {
    const world = await aWorld();
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "working");
    world.github.unlabel(number);
    world.github.label(number);
    await untilPhase(world, number, "in-review");
    expect(world.machine.started).toHaveLength(1);
    expectOnePull(world, number);
  });

  it("who label again after the end get another attempt, on another branch, with the same comment", async () => {
    const world = await aWorld();
    world.machine.behaviours.set(1, agents.neverCommits);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "stopped");
    world.github.unlabel(number);
    await untilPhase(world, number, "done");
    world.machine.behaviours.set(1, agents.good);
    world.github.label(number, "ben");
    await untilPhase(world, number, "in-review");
    expectOnePull(world, number);
    expect(pullsFor(world, number)[0]).toMatchObject({
      branch: "coppice/issue-1-mend-the-shop-2",
      reviewers: new Set(["ben"]),
    });
  });

  it("who label again without taking the label off first get another attempt, too", async () => {
    const world = await aWorld();
    world.machine.behaviours.set(1, agents.neverCommits);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "stopped");
    world.machine.behaviours.set(1, agents.good);
    world.github.unlabel(number);
    world.github.label(number);
    await untilPhase(world, number, "in-review");
    expect((await world.task(number))?.attempt).toBe(2);
    expectOnePull(world, number);
  });

  it("who remove a label are noticed though their webhook is lost", async () => {
    const world = await aWorld({ mail: ({ fact }) => (fact.kind === "labelled" ? [200] : []) });
    world.machine.behaviours.set(1, agents.hangs);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "working");
    world.github.unlabel(number, "ben");
    await untilPhase(world, number, "done");
    expect(statusOf(world, number)).toContain("Stopped: somebody removed the label.");
    expectNothingLeft(world);
  });
});

describe("the machine", () => {
  it("goes down and comes back: the conversation is gone on with in one new session", async () => {
    const world = await aWorld();
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "working");
    world.machine.reboot();
    await untilPhase(world, number, "in-review");
    expect(world.machine.started).toEqual(["shop-dw-1", "shop-dw-1_1-1-2"]);
    expectOnePull(world, number);
  });

  it("goes down while the agent waits for a person: it is gone on with, too", async () => {
    const world = await aWorld();
    world.machine.behaviours.set(1, agents.asksPermission);
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "waiting");
    world.machine.reboot();
    await world.until("it asks again", async () => world.machine.started.length === 2);
    await untilPhase(world, number, "waiting");
    world.machine.answer(number);
    await untilPhase(world, number, "in-review");
    expect(world.machine.started).toEqual(["shop-dw-1", "shop-dw-1_1-1-2"]);
    expectOnePull(world, number);
  });

  it("keeps a finished session for people to look at, and then ends it", async () => {
    const world = await aWorld();
    const number = aLabelledIssue(world);
    await untilPhase(world, number, "in-review");
    await world.pass(5 * 60_000);
    expect(world.machine.sessions.size).toBe(1);
    await world.pass(10 * 60_000);
    expect(world.machine.sessions.size).toBe(0);
    expect(world.machine.workspaces.size).toBe(1);
    expectOnePull(world, number);
  });
});
