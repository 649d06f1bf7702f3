import { describe, expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import { commandHelp } from "../../src/core/command.ts";
import type { Fact } from "../../src/core/fact.ts";
import { allowedAt } from "../../src/core/held.ts";
import { isWord, plan } from "../../src/core/plan.ts";
import type { Sight } from "../../src/core/sight.ts";
import { nothingWatched } from "../../src/core/pull-watch.ts";
import { noSteering, type Steering } from "../../src/core/steering.ts";
import type { Phase, Task } from "../../src/core/task.ts";
import { statusComment } from "../../src/core/words.ts";
import { operator } from "../fakes/a-task.ts";
import {
  admitted,
  aRound,
  aRun,
  aSight,
  everyOtherTask,
  everyRunTask,
  nowMs,
  permission,
  submission,
} from "./states.ts";

const sinceMs = nowMs - 60_000;
const ben = { id: 2, login: "ben", isBot: false };

function said(text: string, commentId = 900, atMs = nowMs): Fact {
  return { kind: "commented", commentId, on: 7, by: ben, text, url: "", atMs };
}

/** What becomes of a task when ben says this. */
const slot = { free: true, ahead: 0, why: "a slot is free" };

function after(task: Task, text: string, more: Partial<Sight> = {}, atMs = nowMs): Task {
  const sight = aSight({ trusted: [ben.id], session: { is: "unknown" }, slot, ...more });
  return advance(task, [said(text, 900, atMs)], { sight, operator, nowMs, conversation: "conversation-2" });
}

function answers({ steering }: Task): string {
  return steering.owed
    .flatMap((one) => one.answers.map((part) => (part.is === "words" ? part.text : part.is)))
    .join("\n");
}

const run = aRun({ begun: true, turn: "busy", submitted: submission });
const working = admitted({ run, phase: { at: "working", sinceMs } });
const asking = { ...run, asking: permission };
const waiting = admitted({ run: asking, phase: { at: "waiting", sinceMs, on: permission } });
const paused = admitted({
  run,
  phase: {
    at: "paused",
    sinceMs,
    cause: { is: "person", by: "ben", saidAtMs: nowMs - 60_000 },
    was: "working",
    isInterrupted: true,
  },
});
const stopped = (more: Partial<Task> = {}): Task =>
  admitted({
    run,
    phase: { at: "stopped", sinceMs, outcome: { is: "gave-up", cause: "checks-fail", detail: "so it is" } },
    ...more,
  });
const held = {
  head: "sha-1",
  findings: [
    { words: "a.ts, line 2: holds what looks like a secret", id: "0a1b2c3d" },
    { words: "CLAUDE.md: agents may not change this path", id: "1a1b2c3d" },
  ],
};
const heldBack = (more: Partial<Steering> = {}): Task =>
  stopped({
    phase: { at: "stopped", sinceMs, outcome: { is: "gave-up", cause: "push-refused", detail: "so it is" } },
    steering: { ...noSteering, held, ...more },
  });
const almost = heldBack({ allowed: [{ head: "sha-1", id: "1a1b2c3d", by: "aiko" }] });
const inReview = admitted({
  run,
  delivered: { sha: "sha-1" },
  pull: { number: 44, url: "" },
  phase: { at: "in-review", sinceMs },
});
const question = {
  kind: "question",
  event: "1-1-1/8",
  questions: [
    {
      question: "Which colour?",
      header: "",
      multiSelect: false,
      options: [
        { label: "Red", description: "" },
        { label: "Blue", description: "" },
      ],
    },
  ],
} as const;
const asked = admitted({ run: { ...run, asking: question }, phase: { at: "waiting", sinceMs, on: question } });

it.each<[string, Task, string, Phase["at"]]>([
  ["a first stop interrupts and keeps the session", working, "/coppice stop", "paused"],
  ["stop now ends it", working, "/coppice stop now", "stopped"],
  ["a stop long after the first changes nothing", paused, "/coppice stop", "paused"],
  ["stop now after a stop ends it", paused, "/coppice stop now", "stopped"],
  ["a stop before the start stops", admitted(), "/coppice stop", "stopped"],
  ["a stop while it waits interrupts", waiting, "/coppice stop", "paused"],
  ["a stop in review changes nothing", inReview, "/coppice stop", "in-review"],
  ["resume goes on after a stop", paused, "/coppice resume", "working"],
  ["resume of what was given up queues for a slot", stopped(), "/coppice resume", "queued"],
  ["resume of what runs changes nothing", working, "/coppice resume", "working"],
  ["retry of what was given up queues", stopped(), "/coppice retry", "queued"],
  ["retry fresh ends the attempt at work", working, "/coppice retry fresh", "ending"],
  ["allow of one of two findings changes nothing", heldBack(), "/coppice allow 0a1b2c3d", "stopped"],
  ["allow of the last finding checks once more", almost, "/coppice allow 0a1b2c3d", "checking"],
  ["allow of something else changes nothing", almost, "/coppice allow 0a1b2c3e", "stopped"],
  [
    "allow while the agent works is only noted",
    { ...almost, phase: working.phase },
    "/coppice allow 0a1b2c3d",
    "working",
  ],
  ["tell after a stop goes on", paused, "/coppice tell use tabs", "working"],
  ["tell of an open pull request begins a round", inReview, "/coppice tell use tabs", "queued"],
])("%s", (_name, task, text, at) => {
  expect(after(task, text).phase.at).toBe(at);
});

it("a second stop within ten seconds ends it", () => {
  const first = after(working, "/coppice stop");
  const { phase } = first;
  if (phase.at !== "paused" || phase.cause.is !== "person") throw new Error("not paused");
  expect(after(first, "/coppice stop", {}, phase.cause.saidAtMs + 10_000).steering.owed).toHaveLength(1);
  const second = advance(first, [said("/coppice stop", 901, phase.cause.saidAtMs + 10_000)], {
    sight: aSight({ trusted: [ben.id] }),
    operator,
    nowMs,
    conversation: "c",
  });
  expect(second.phase).toMatchObject({ at: "stopped", outcome: { is: "stopped-by", who: "ben" } });
});

it("who goes on while every slot is taken waits in the queue for one, with what it is to be told", () => {
  const full = { ...slot, free: false };
  const queued = after(paused, "/coppice tell use tabs", { slot: full });
  expect(queued.phase.at).toBe("queued");
  expect(queued.run?.outbox).toMatchObject({ state: "to-send", text: expect.stringContaining("use tabs") });
});

it("a comment that comes twice does what it says once", () => {
  const once = after(inReview, "/coppice tell use tabs");
  expect(after(once, "/coppice tell use tabs").steering.wishes).toEqual(once.steering.wishes);
});

it("whoever may not command changes nothing, and gets no words", () => {
  const steered = after(working, "/coppice stop now", { trusted: [] });
  expect(steered.phase.at).toBe("working");
  expect(steered.steering.owed).toEqual([{ comment: 900, on: 7, isDone: false, answers: [] }]);
});

it("what a person changed is said in the status comment", () => {
  expect(statusComment(after(working, "/coppice tell use tabs"), aSight({}))).toContain(
    "ben told the agent something.",
  );
  expect(statusComment(after(working, "/coppice stop"), aSight({}))).toMatch(/ben interrupted the agent\. .*resume/);
});

describe("what the agent asks", () => {
  it.each([
    ["is allowed", waiting, "/coppice approve", { do: "allow" }],
    ["is denied with a reason", waiting, "/coppice deny use npm", { do: "deny", why: "use npm" }],
    ["is answered by number", asked, "/coppice answer 2", { do: "choose", answers: { "Which colour?": "Blue" } }],
    ["is answered in words", asked, "/coppice answer Green", { do: "choose", answers: { "Which colour?": "Green" } }],
  ])("%s", (_name, task, text, reply) => {
    const steered = after(task, text);
    expect(steered.steering.reply).toMatchObject({ by: "ben", reply });
    const alive = { is: "alive", agent: "waiting", startedFor: "1-1-1" } as const;
    expect(plan(steered, aSight({ session: alive }), operator, nowMs)).toContainEqual({
      do: "reply",
      owed: steered.steering.reply,
    });
  });

  it.each([
    ["nothing is asked", working, "/coppice approve", "asks nothing"],
    ["a question can't be approved", asked, "/coppice approve", "answer <number"],
    ["a permission can't be answered", waiting, "/coppice answer 1", "approve"],
    ["there is no such answer", asked, "/coppice answer 3", "answers 1 to 2"],
    ["one was given already", after(waiting, "/coppice approve"), "/coppice deny", "ben has answered already: allowed"],
  ])("is not answered when %s", (_name, task, text, words) => {
    const fact = said(text, 950);
    const steered = advance(task, [fact], {
      sight: aSight({ trusted: [ben.id] }),
      operator,
      nowMs,
      conversation: "c",
    });
    expect(answers(steered)).toContain(words);
    expect(steered.steering.reply).toEqual(task.steering.reply);
  });

  it("is put to people once, with the labeller's name and no secrets", () => {
    const secret = { ...permission, summary: "curl -H ghp_0123456789abcdefghijklmnopqrstuvwxyzABCD x" };
    const task = admitted({ run: { ...run, asking: secret }, phase: { at: "waiting", sinceMs, on: secret } });
    const [ask] = plan(task, aSight({}), operator, nowMs).filter((one) => one.do === "ask");
    expect(ask).toMatchObject({ event: permission.event, text: expect.stringContaining("@ann") });
    expect(JSON.stringify(ask)).not.toContain("ghp_0123");
    const steering = {
      ...noSteering,
      question: { event: permission.event ?? "", commentId: 5, text: "", isClosed: false },
    };
    expect(plan({ ...task, steering }, aSight({}), operator, nowMs).map((one) => one.do)).not.toContain("ask");
  });

  it.each(["keep-waiting", "deny", "stop"] as const)(
    "that nobody answers is dealt with by the policy %s",
    (unanswered) => {
      const moment = {
        sight: aSight({}),
        operator: { ...operator, unanswered, unansweredMs: 60_000 },
        nowMs,
        conversation: "c",
      };
      const { phase, steering } = advance(waiting, [], moment);
      expect(phase.at).toBe(unanswered === "stop" ? "stopped" : "waiting");
      expect(steering.reply?.reply.do).toBe(unanswered === "deny" ? "deny" : undefined);
    },
  );
});

const review = (reviewId: number, more: Partial<Fact & { kind: "reviewed" }> = {}): Fact => ({
  kind: "reviewed",
  reviewId,
  by: ben,
  verdict: "changes-requested",
  mentionsUs: false,
  text: "Nearly.",
  atMs: nowMs,
  ...more,
});
const reviewed = (task: Task, facts: readonly Fact[], trusted = [ben.id]) =>
  advance(task, facts, { sight: aSight({ trusted }), operator, nowMs, conversation: "c" });

describe("a review", () => {
  it.each<[string, Fact, readonly number[], Phase["at"]]>([
    ["that asks for changes begins a round", review(5), [2], "queued"],
    ["that approves begins none", review(5, { verdict: "approved" }), [2], "in-review"],
    ["that only remarks begins none", review(5, { verdict: "commented" }), [2], "in-review"],
    ["that remarks something to us begins one", review(5, { verdict: "commented", mentionsUs: true }), [2], "queued"],
    ["by a stranger begins none", review(5), [], "in-review"],
  ])("%s", (_name, fact, trusted, at) => {
    expect(reviewed(inReview, [fact], [...trusted]).phase.at).toBe(at);
  });

  it("that comes during a round waits for the next", () => {
    const during = reviewed(admitted({ ...inReview, round: aRound, phase: { at: "working", sinceMs } }), [
      review(5),
      review(6),
    ]);
    expect(during.steering.wishes.map((wish) => wish.is === "review" && wish.id)).toEqual([6]);
    const next = reviewed({ ...during, phase: { at: "in-review", sinceMs } }, []);
    expect(next.round).toMatchObject({ number: 2, wishes: [{ id: 6 }] });
  });

  it("beyond the last round is said, and waits for a person", () => {
    const round = { ...aRound, number: operator.maxReviewRounds };
    const watch = { ...nothingWatched, rounds: { ...nothingWatched.rounds, people: operator.maxReviewRounds } };
    const full = reviewed({ ...inReview, round, watch }, [review(6)]);
    expect(full.phase.at).toBe("in-review");
    expect(statusComment(full, aSight({}))).toContain("rounds are used up");
  });
});

it("no command makes any state stumble, and every one is acknowledged", () => {
  const examples = commandHelp.map(([usage]) => `/coppice ${usage.replace(/<[^>]*>/g, "1").replace(" [reason]", "")}`);
  const runs = [...everyRunTask()].filter((_, at) => at % 97 === 0);
  for (const task of [...everyOtherTask(), ...runs]) {
    for (const text of [
      ...examples,
      "/coppice stop now",
      "/coppice retry fresh",
      "/coppice agent codex",
      "/coppice dance",
    ]) {
      for (const is of ["unknown", "absent"] as const) {
        const steered = after(task, text, { session: { is } });
        // Ended and begun anew in one step, a task still owes the answer.
        expect(steered.steering.owed, `${task.phase.at} ${text}`).toHaveLength(1);
        const actions = plan(steered, aSight({ session: { is } }), operator, nowMs);
        expect(actions.filter((one) => one.do === "acknowledge")).toHaveLength(1);
        expect(steered.why).not.toBe("");
        expect(steered.phase.at !== "done" || actions.every(isWord)).toBe(true);
      }
    }
  }
});

describe("what was held back", () => {
  it("is listed with how to allow it, and no more once it was", () => {
    expect(statusComment(heldBack(), aSight({}))).toContain("`/coppice allow 0a1b2c3d`: a.ts, line 2");
    expect(statusComment(almost, aSight({}))).not.toContain("1a1b2c3d");
    expect(statusComment(working, aSight({}))).not.toContain("/coppice allow");
  });

  it("is allowed for these commits only, and by who may", () => {
    expect(after(heldBack(), "/coppice allow 0a1b2c3d").steering.allowed).toEqual([
      { head: "sha-1", id: "0a1b2c3d", by: "ben" },
    ]);
    expect(after(heldBack(), "/coppice allow 0a1b2c3d", { trusted: [] }).steering.allowed).toEqual([]);
    expect([...allowedAt(almost, "sha-1")]).toEqual(["1a1b2c3d"]);
    expect([...allowedAt(almost, "sha-2")]).toEqual([]);
  });

  it("can't be allowed when nobody may", () => {
    const ours = { head: "sha-1", findings: [{ words: "holds our key" }] };
    expect(statusComment(heldBack({ held: ours }), aSight({}))).not.toContain("/coppice allow");
    expect(answers(after(heldBack({ held: ours }), "/coppice allow 0a1b2c3d"))).toContain("Nothing is held that could");
  });

  it("waits for a slot where none is free, and the agent is told not to change anything", () => {
    const queued = after(almost, "/coppice allow 0a1b2c3d", { slot: { free: false, ahead: 1, why: "full" } });
    expect(queued.phase.at).toBe("queued");
    expect(queued.run?.outbox?.text).toContain("Change nothing");
  });
});
