import { expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import { countUsage, noSpending } from "../../src/core/budget.ts";
import { heldBack } from "../../src/core/hold.ts";
import type { Fact } from "../../src/core/fact.ts";
import type { OperatorPolicy } from "../../src/core/policy.ts";
import { type Sight, unseen } from "../../src/core/sight.ts";
import { noUsage, type Task, type Usage } from "../../src/core/task.ts";
import { pullBody, statusComment } from "../../src/core/words.ts";
import { operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, nowMs, submission } from "./states.ts";

const limits: OperatorPolicy = { ...operator, maxRunTurns: 100, maxRunTokens: 50_000, maxRunUsd: 10, maxTaskUsd: 25 };
const run = aRun({ begun: true, turn: "busy", lastSignMs: nowMs });
const working = admitted({ run, phase: { at: "working", sinceMs: nowMs - 60_000 } });
const slot = { free: true, ahead: 0, why: "a slot is free" };

const usage = (more: Partial<Usage>): Usage => ({ ...noUsage, model: "fake-1", ...more });

function after(task: Task, more: Partial<Sight>, facts: readonly Fact[] = [], at = nowMs, policy = limits): Task {
  const session = { is: "alive", agent: "busy", startedFor: "1-1-1" } as const;
  const sight = aSight({ session, slot, trusted: [2], ...more });
  return advance(task, facts, { sight, operator: policy, nowMs: at, conversation: "c" });
}

function says(text: string, commentId = 900): Fact {
  return {
    kind: "commented",
    commentId,
    on: 7,
    by: { id: 2, login: "ben", isBot: false },
    text,
    url: "",
    atMs: nowMs,
  };
}

const answer = ({ steering }: Task) =>
  steering.owed.flatMap(({ answers }) => answers.map((one) => (one.is === "words" ? one.text : one.is))).join("\n");

it.each<[string, Partial<Usage>, Task["phase"]["at"]]>([
  ["below every limit it goes on", { usd: 9.99, turns: 99, inputTokens: 49_999 }, "working"],
  ["at the cost of a run it is interrupted", { usd: 10 }, "paused"],
  ["at the turns of a run, too", { usd: 1, turns: 100 }, "paused"],
  [
    "and at its tokens, those of the cache among them",
    { inputTokens: 10, outputTokens: 10, cachedTokens: 49_980 },
    "paused",
  ],
  ["a cost that nobody knows stops nobody", { usd: undefined, turns: 3 }, "working"],
])("%s", (_name, used, at) => {
  expect(after(working, { usage: usage(used) }).phase.at).toBe(at);
});

const workingFor = (maxRunUsd: number) => ({ ...working, policy: { ...working.policy, maxRunUsd } });

it("a repository may lower what a run costs, and not raise it", () => {
  expect(after(workingFor(2), { usage: usage({ usd: 2 }) }).phase.at).toBe("paused");
  expect(after(workingFor(900), { usage: usage({ usd: 10 }) }).phase.at).toBe("paused");
});

it("at 80 % people are told, in words that do not change with every cent", () => {
  const before = after(working, { usage: usage({ usd: 7.99 }) });
  expect(statusComment(before, aSight({}))).not.toContain("80 %");
  const near = after(before, { usage: usage({ usd: 8 }) });
  expect(statusComment(near, aSight({}))).toContain("More than 80 % of the run's budget of $10.00 is used.");
  expect(statusComment(after(near, { usage: usage({ usd: 8.5 }) }), aSight({}))).toBe(statusComment(near, aSight({})));
});

it("who is paused says what is used up, and what lets it go on", () => {
  const paused = after(working, { usage: usage({ usd: 11 }) });
  const said = statusComment(paused, aSight({}));
  expect(said).toContain("⏸️ The budget is used up");
  expect(said).toContain("the run's budget of $10.00 is used up ($11.00 so far)");
  expect(said).toContain("/coppice budget +<n>");
});

it("more money lets it go on, when it is enough", () => {
  const paused = after(working, { usage: usage({ usd: 12 }) });
  const little = after(paused, {}, [says("/coppice budget +1")]);
  expect(little.phase.at).toBe("paused");
  expect(answer(little)).toContain("not enough yet");
  const enough = after(paused, {}, [says("/coppice budget +5")]);
  expect(enough.phase.at).toBe("working");
  expect(enough.run?.outbox?.state).toBe("to-send");
  expect(after(enough, { usage: usage({ usd: 14.9 }) }).phase.at).toBe("working");
  expect(after(enough, { usage: usage({ usd: 15 }) }).phase.at).toBe("paused");
});

it("money that is allowed before it is needed counts", () => {
  const raised = after(working, {}, [says("/coppice budget +5")]);
  expect(after(raised, { usage: usage({ usd: 12 }) }).phase.at).toBe("working");
  expect(after(raised, { usage: usage({ usd: 15 }) }).phase.at).toBe("paused");
});

it("resume allows a run as much again, but not a whole task", () => {
  const again = after(after(working, { usage: usage({ usd: 11 }) }), {}, [says("/coppice resume")]);
  expect(again.phase.at).toBe("working");
  expect(after(again, { usage: usage({ usd: 20.9 }) }).phase.at).toBe("working");
  const used = after(again, { usage: usage({ usd: 26 }) });
  expect(used.phase).toMatchObject({ at: "paused" });
  const wholeTask = after(
    { ...again, spending: { ...again.spending, before: { turns: 0, tokens: 0, usd: 20 } } },
    { usage: usage({ usd: 26 }) },
  );
  expect(wholeTask.phase).toMatchObject({ at: "paused", cause: { is: "budget", spent: { limit: "task-usd" } } });
  const refused = after(wholeTask, {}, [says("/coppice resume", 901)]);
  expect(refused.phase.at).toBe("paused");
  expect(answer(refused)).toContain("/coppice budget +<n>");
});

it("another conversation of a task counts from nothing for its run, and on for the task", () => {
  const first = countUsage(working, run, usage({ usd: 9, turns: 5 }), nowMs);
  const next = aRun({
    begun: true,
    turn: "busy",
    lastSignMs: nowMs,
    number: 2,
    conversation: "conversation-2",
    startedAtMs: nowMs + 1,
  });
  const second = countUsage(first, next, usage({ usd: 1, turns: 1 }), nowMs);
  expect(second.spending.earlier).toMatchObject({ usd: 9, turns: 5 });
  expect(second.spending.before).toMatchObject({ usd: 9, turns: 5 });
  expect(second.spending.today.usd).toBe(10);
  expect(after({ ...second, run: next }, { usage: usage({ usd: 9.5 }) }).phase.at).toBe("working");
});

it("what is used today is counted for the day of UTC", () => {
  const late = Date.UTC(2027, 0, 31, 23, 59);
  const before = countUsage(working, run, usage({ usd: 3 }), late);
  const afterMidnight = countUsage(before, run, usage({ usd: 3.5 }), late + 120_000);
  expect(before.spending.today).toEqual({ day: "2027-01-31", usd: 3 });
  expect(afterMidnight.spending.today).toEqual({ day: "2027-02-01", usd: 0.5 });
});

const daily = { ...limits, maxDayUsd: 100 };
const noon = Date.UTC(2027, 0, 31, 12);

it("when the day's money is used up nothing begins, and what runs rests until the next day", () => {
  expect(
    heldBack(admitted(), { breaker: undefined, account: unseen.account, todayUsd: 99 }, daily, noon),
  ).toBeUndefined();
  expect(heldBack(admitted(), { breaker: undefined, account: unseen.account, todayUsd: 100 }, daily, noon)).toContain(
    "today's budget of $100.00 is used up",
  );
  const fresh = { ...working, run: { ...run, startedAtMs: noon - 60_000, lastSignMs: noon } };
  const paused = after(fresh, { todayUsd: 100, usage: usage({ usd: 1 }) }, [], noon, daily);
  expect(paused.phase).toMatchObject({ at: "paused", cause: { untilMs: Date.UTC(2027, 1, 1) } });
  expect(after(paused, { todayUsd: 100 }, [], Date.UTC(2027, 1, 1) - 1, daily).phase.at).toBe("paused");
  const next = after(paused, { todayUsd: 0 }, [], Date.UTC(2027, 1, 1), daily);
  expect(next.phase.at).toBe("queued");
  expect(next.run?.outbox?.state).toBe("to-send");
});

it("an agent that has ended its turn is not held up by what it cost", () => {
  const idle = { ...working, run: { ...run, turn: "idle" as const, submitted: submission } };
  expect(after(idle, { usage: usage({ usd: 99 }) }).phase.at).not.toBe("paused");
});

it("a cost that is not known is not shown as none", () => {
  const body = pullBody(
    admitted({ usage: usage({ usd: undefined }), run: aRun({ submitted: submission }), spending: noSpending }),
  );
  expect(body).toContain("| unknown |");
  expect(body).not.toContain("$0");
});
