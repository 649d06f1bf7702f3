import { expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import { namesOf } from "../../src/core/names.ts";
import { type Action, isSaid, isWord, plan } from "../../src/core/plan.ts";
import { limitsOf, type OperatorPolicy } from "../../src/core/policy.ts";
import type { Sight } from "../../src/core/sight.ts";
import { noUsage, type PhaseName, type Task } from "../../src/core/task.ts";
import { wakeAfterMs } from "../../src/core/wake.ts";
import { labelOf, statusComment } from "../../src/core/words.ts";
import { operator } from "../fakes/a-task.ts";
import {
  aSight,
  committed,
  everyAdmission,
  everyForge,
  everyJob,
  everyOtherTask,
  everyPullChecks,
  everyRunTask,
  everySession,
  everyWorkspace,
  nowMs,
} from "./states.ts";

interface Pass {
  readonly before: Task;
  readonly sight: Sight;
  readonly after: Task;
  readonly actions: readonly Action[];
}

/** What must be so of every pass, in whatever state under whatever sight; each says in words what it promises. */
const promises: Record<string, (pass: Pass) => boolean> = {
  "no session starts while one is there, or could be": ({ sight, actions }) =>
    !does(actions, "start-session") || sight.session.is === "absent",
  "a session starts only for a task at work": ({ after, actions }) =>
    !does(actions, "start-session") || after.phase.at === "working" || after.phase.at === "waiting",
  "no start is used twice": ({ after, actions }) => !does(actions, "start-session") || after.run?.begun === false,
  "a session ends only when it was seen": ({ sight, actions }) =>
    !does(actions, "end-session") || sight.session.is === "alive" || sight.session.is === "ended",
  "a living session that is wanted is not ended while its task is at work": ({ sight, after, actions }) =>
    !(after.phase.at === "working" || after.phase.at === "waiting") ||
    !(sight.session.is === "alive" && sight.session.startedFor === namesOf(after).runFolder) ||
    !does(actions, "end-session"),
  "a workspace goes only when it was seen, and no session with it": ({ sight, actions }) =>
    !does(actions, "clear-workspace") || (sight.workspace.is === "there" && sight.session.is === "absent"),
  "a workspace goes only at the end": ({ after, actions }) =>
    !does(actions, "clear-workspace") || after.phase.at === "ending",
  "a check's log is read only once its pull request is in review and its checks have settled": ({
    sight,
    after,
    actions,
  }) =>
    !does(actions, "read-failures") ||
    (after.phase.at === "in-review" && sight.pullChecks !== "unknown" && sight.pullChecks.running === 0),
  "a base is merged only into a workspace that was seen, and for a round that wants it": ({ sight, after, actions }) =>
    !does(actions, "merge-base") ||
    (sight.workspace.is === "there" && after.round?.wishes.some(({ is }) => is === "base") === true),
  "there is one pull request": ({ after, actions }) =>
    !does(actions, "open-pull") || (after.pull === undefined && after.delivered !== undefined),
  "only what was seen in the workspace is pushed": ({ sight, actions }) =>
    actions.every(
      (one) => one.do !== "deliver" || (sight.workspace.is === "there" && one.head === sight.workspace.head),
    ),
  "only what the repository's checks have seen is pushed": ({ after, actions }) =>
    after.policy.verify.length === 0 ||
    actions.every((one) => one.do !== "deliver" || one.head === after.run?.checkedHead),
  "only a living agent is told something": ({ sight, actions }) =>
    !does(actions, "tell") || sight.session.is === "alive",
  "a task is done only when everything is seen to be gone, and was said": ({ before, sight, after }) =>
    after.phase.at !== "done" ||
    before.phase.at === "done" ||
    (sight.session.is === "absent" && sight.workspace.is === "absent" && isSaid(after, sight)),
  "a phase is left only for those that follow it": ({ before, sight, after }) =>
    before.phase.at === after.phase.at ||
    follows[before.phase.at].includes(after.phase.at) ||
    (after.phase.at === "stopped" && sight.forge !== "unknown" && sight.forge.unreachable !== undefined),
  "whoever is not done is looked at again": ({ after }) =>
    after.phase.at === "done" ||
    [true, false].every((isBehind) => (wakeAfterMs(after, isBehind, operator, nowMs) ?? 0) > 0),
  "there is always a reason": ({ after }) => after.why.trim() !== "",
  "no limit is passed": ({ before, after }) => isWithinLimits(after) || !isWithinLimits(before),
  "what was planned is planned until its effect is seen": ({ after, sight, actions }) => {
    const again = advance(after, [], { sight, operator, nowMs, conversation: "c" });
    if (again.phase.at !== after.phase.at || again.run?.starts !== after.run?.starts) return true;
    const planned = plan(again, sight, operator, nowMs).map((one) => one.do);
    // A turn's end that was to be let go is answered with the message that there is by now.
    const isTold = planned.includes("tell");
    return actions.every((one) => isWord(one) || planned.includes(one.do) || (one.do === "let-stop" && isTold));
  },
  "no session is ended and started in one go": ({ actions }) =>
    !does(actions, "start-session") || !does(actions, "end-session"),
  "nothing more is done for who is done": ({ after, actions }) => after.phase.at !== "done" || actions.every(isWord),
  "every state can be said": ({ after, sight }) => statusComment(after, sight).includes("### "),
  "the label that is to be seen is remembered before it is put on": ({ before, after }) => {
    const label = labelOf(after);
    return before.phase.at === after.phase.at || label === undefined || after.said.maybeLabels.includes(label);
  },
  "a run begins with the workspace's base known": ({ before, after }) =>
    before.run !== undefined || after.run === undefined || after.base?.sha !== undefined,
};

const out: readonly PhaseName[] = ["ending"];
const follows: Record<PhaseName, readonly PhaseName[]> = {
  asked: ["queued", ...out],
  queued: ["preparing", ...out],
  // A base that was merged without the agent leaves nothing but the checks.
  preparing: ["working", "checking", "stopped", ...out],
  working: ["waiting", "paused", "checking", "stopped", ...out],
  waiting: ["working", ...out],
  paused: ["queued", ...out],
  checking: ["working", "delivering", "stopped", ...out],
  delivering: ["in-review", "checking", "stopped", ...out],
  "in-review": ["queued", ...out],
  stopped: out,
  ending: ["done"],
  done: ["asked"],
};

function does(actions: readonly Action[], what: Action["do"]): boolean {
  return actions.some((action) => action.do === what);
}

function isWithinLimits({ run, policy, watch }: Task): boolean {
  const limits = limitsOf(operator, policy);
  const { people, checks, base } = watch.rounds;
  const isWithinRounds =
    people <= operator.maxReviewRounds && checks <= operator.maxCheckRounds && base <= operator.maxBaseRounds;
  if (!isWithinRounds) return false;
  if (run === undefined) return true;
  const { restarts, reminders, verifyRounds } = run;
  return restarts <= limits.restarts && reminders <= limits.stopReminders && verifyRounds <= limits.verifyRounds;
}

/** The first few passes that break a promise, told in short; and how many there were in all. */
function* broken(passes: Iterable<Pass>): Generator<string> {
  for (const pass of passes) {
    for (const [promise, isKept] of Object.entries(promises)) {
      if (!isKept(pass)) yield `${promise}: ${tell(pass)}`;
    }
  }
}

function tell({ before, sight, after, actions }: Pass): string {
  const { phase, run } = before;
  const seen = { session: sight.session, workspace: sight.workspace.is, checks: sight.checks.is, forge: sight.forge };
  return JSON.stringify({
    phase,
    run,
    seen,
    after: after.phase,
    why: after.why,
    actions: actions.map((one) => one.do),
  });
}

let count = 0;

function passOf(before: Task, sight: Sight, policy: OperatorPolicy = operator): Pass {
  count += 1;
  const after = advance(before, [], { sight, operator: policy, nowMs, conversation: "conversation-2" });
  return { before, sight, after, actions: plan(after, sight, policy, nowMs) };
}

function* runPasses(): Generator<Pass> {
  for (const task of everyRunTask()) {
    const jobs = task.phase.at === "checking" ? everyJob : everyJob.slice(0, 1);
    for (const verify of task.phase.at === "checking" || task.phase.at === "delivering" ? [[], ["npm test"]] : [[]]) {
      const checked = { ...task, policy: { ...task.policy, verify } };
      for (const workspace of everyWorkspace) {
        for (const session of everySession(namesOf(task).runFolder)) {
          for (const checks of verify.length === 0 ? jobs.slice(0, 1) : jobs) {
            yield passOf(checked, aSight({ workspace, session, checks }));
          }
        }
      }
    }
  }
}

/** What a run has used, under and over its limits, and what all have today. */
function* budgetPasses(): Generator<Pass> {
  const usages = [0, 17, 21, 51].map((usd) => ({ ...noUsage, model: "fake-1", turns: 3, usd }));
  const tight = { ...operator, maxDayUsd: 100 };
  for (const task of everyRunTask()) {
    for (const usage of ["unknown" as const, ...usages]) {
      for (const todayUsd of ["unknown" as const, 10, 100]) {
        for (const session of everySession(namesOf(task).runFolder).slice(0, 5))
          yield passOf(task, aSight({ usage, todayUsd, session, workspace: committed }), tight);
      }
    }
  }
}

function* otherPasses(): Generator<Pass> {
  for (const task of everyOtherTask()) {
    for (const workspace of everyWorkspace) {
      for (const session of everySession(namesOf(task).runFolder)) {
        for (const forge of everyForge) {
          for (const sight of variants(task, aSight({ workspace, session, forge }))) yield passOf(task, sight);
        }
      }
    }
  }
}

/** The parts of the sight that only some phases decide from. */
function variants(task: Task, sight: Sight): readonly Sight[] {
  switch (task.phase.at) {
    case "asked":
      return everyAdmission.map((admission) => ({ ...sight, admission }));
    case "queued":
      return [true, false].map((free) => ({ ...sight, slot: { free, ahead: 0, why: "so it is" } }));
    case "in-review":
      return everyPullChecks.map((pullChecks) => ({ ...sight, pullChecks }));
    case "preparing":
      return everyJob.map((setup) => ({ ...sight, setup }));
    default:
      return [sight];
  }
}

it("every promise holds in every state of a run under every sight", () => {
  count = 0;
  expect([...take(broken(runPasses()), 3)]).toEqual([]);
  expect(count).toBeGreaterThan(50_000);
});

it("every promise holds whatever a run has used", () => {
  count = 0;
  expect([...take(broken(budgetPasses()), 3)]).toEqual([]);
  expect(count).toBeGreaterThan(10_000);
});

it("every promise holds in every other state under every sight", () => {
  count = 0;
  expect([...take(broken(otherPasses()), 3)]).toEqual([]);
  expect(count).toBeGreaterThan(10_000);
});

it("with nothing seen, nothing comes to an end", () => {
  const ended = [...everyRunTask(), ...everyOtherTask()].flatMap((task) => {
    const { after, actions } = passOf(task, aSight({}));
    const hasEnded = ["stopped", "ending", "done"].includes(after.phase.at) && after.phase.at !== task.phase.at;
    const isAsked = task.again !== undefined;
    return (hasEnded && !isAsked) || !actions.every((one) => isWord(one) || harmless.includes(one.do))
      ? [tell({ ...passOf(task, aSight({})) })]
      : [];
  });
  expect(ended.slice(0, 3)).toEqual([]);
});

/** What may be done on no sight at all: it looks first, or talks to one who can only hear it. */
const harmless: readonly Action["do"][] = ["let-stop", "ask-review"];

function* take<T>(from: Iterable<T>, most: number): Generator<T> {
  let taken = 0;
  for (const one of from) {
    yield one;
    taken += 1;
    if (taken === most) return;
  }
}
