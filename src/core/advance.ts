import { advanceRun } from "./advance-run.ts";
import { answerThread, beginRound, collectReviews, inReview } from "./round.ts";
import { steer } from "./steer.ts";
import type { Fact } from "./fact.ts";
import type { NamedEvent } from "./agent-event.ts";
import { namesOf, slugOf, startOfEvent } from "./names.ts";
import { isSaid } from "./plan.ts";
import { hasPullToClose } from "./beside.ts";
import { rest } from "./pause.ts";
import type { OperatorPolicy } from "./policy.ts";
import { foldEarlierEvent, foldEvent, newRun } from "./run.ts";
import type { Admission, ForgeSight } from "./sight.ts";
import { end, giveUp, type Moment, move, stay } from "./step.ts";
import { type Asked, newTask, type Outcome, refOf, type Run, type Task } from "./task.ts";
import { isAsked, triggerFor } from "./rivals.ts";
import { agentAskedBy } from "./trigger.ts";
import { follow, loseTouch } from "./whereabouts.ts";

/**
 * Moves a task at most one phase on. Pure: the same task, facts and sight give the same answer. What can't be seen
 * changes nothing.
 */
export function advance(before: Task, facts: readonly Fact[], moment: Moment): Task {
  const found = follow(takeFacts(before, facts, moment.operator), moment.sight.forge);
  const heard = collectReviews(found, facts, moment);
  const task = steer(heard, facts, moment);
  const left = leave(task, facts, moment);
  // What a person said is a step of its own.
  return left ?? (task.phase.at === heard.phase.at ? stepOf(task, moment) : task);
}

/** The task with what has happened in it, before anything is decided from that. */
export function takeFacts(task: Task, facts: readonly Fact[], operator: OperatorPolicy): Task {
  return facts.reduce((folded, fact) => foldFact(folded, fact, operator), task);
}

function foldFact(task: Task, fact: Fact, operator: OperatorPolicy): Task {
  switch (fact.kind) {
    case "agent":
      return task.run?.number === fact.run ? foldAgent(task, task.run, fact.event) : task;
    case "labelled":
      return foldLabel(task, fact, operator);
    case "unlabelled":
    case "touched":
    // Who spoke has to be looked at first.
    case "commented":
    case "reviewed":
      return task;
    default:
      return fact satisfies never;
  }
}

function foldAgent(task: Task, run: Run, named: NamedEvent): Task {
  const folded = { ...task, run: foldNamed(task, run, named) };
  const { event } = named;
  if (event.kind !== "thread-answered") return folded;
  return answerThread(folded, event.thread, { text: event.answer, isResolved: event.resolved });
}

function foldNamed(task: Task, run: Run, event: NamedEvent): Run {
  const start = startOfEvent(event.name);
  return start === undefined || start === namesOf(task).runFolder
    ? foldEvent(run, event)
    : foldEarlierEvent(run, event);
}

/**
 * A label that comes while its task is at work is no news; one that comes after the end asks for another attempt. So does
 * one that comes before the first was judged, in case that one is refused.
 */
function foldLabel(task: Task, fact: Fact & { kind: "labelled" }, operator: OperatorPolicy): Task {
  const trigger = task.policy.triggerLabel ?? operator.triggerLabel;
  if (agentAskedBy(fact.label, trigger, operator.defaultAgent) === undefined) return task;
  const isNew = fact.atMs > task.asked.atMs;
  return isNew && ["asked", "stopped", "ending", "done"].includes(task.phase.at)
    ? { ...task, again: askedOf(fact) }
    : task;
}

export function askedOf(fact: Fact & { kind: "labelled" }): Asked {
  return { by: { id: fact.by.id, login: fact.by.login }, atMs: fact.atMs, label: fact.label, text: fact.text };
}

/** The ways out that are open in every phase: what people did on GitHub. */
function leave(task: Task, facts: readonly Fact[], { sight, operator, nowMs }: Moment): Task | undefined {
  if (task.phase.at === "ending" || task.phase.at === "done" || sight.forge === "unknown") return undefined;
  const { forge } = sight;
  if (forge.unreachable !== undefined) return loseTouch(task, forge, nowMs);
  if (forge.pull !== "none" && forge.pull.state === "merged")
    return end(task, { is: "merged" }, "the pull request was merged");
  const { winner } = sight;
  if (winner?.pull !== undefined)
    return end(
      task,
      { is: "outdone", agent: winner.agent, pull: winner.pull },
      `${winner.agent}'s pull request #${winner.pull.number} was merged`,
    );
  if (forge.pull !== "none" && forge.pull.state === "closed")
    return end(task, { is: "closed" }, "the pull request was closed");
  if (forge.issue !== "open") return end(task, { is: "closed" }, `the issue ${forge.how ?? endings[forge.issue]}`);
  return unlabelled(task, facts, forge, operator, nowMs);
}

const endings = { closed: "was closed", locked: "was locked", gone: "is gone" } as const;

/** GitHub's answers can be some seconds old: a label that nobody was seen to remove is believed gone only after a minute. */
const labelSettlesMs = 60_000;

function unlabelled(
  task: Task,
  facts: readonly Fact[],
  forge: ForgeSight,
  operator: OperatorPolicy,
  nowMs: number,
): Task | undefined {
  if (isAsked(task, forge.labels, triggerFor(task, operator))) return undefined;
  const fact = facts.findLast((one) => one.kind === "unlabelled");
  if (fact === undefined && nowMs - task.asked.atMs < labelSettlesMs) return undefined;
  const who = fact === undefined ? "somebody" : fact.by.login;
  return end(task, { is: "stopped-by", who, how: "removed the label" }, `${who} removed the label`);
}

function stepOf(task: Task, moment: Moment): Task {
  const { phase } = task;
  switch (phase.at) {
    case "asked":
      return admit(task, moment);
    case "queued":
      return dequeue(task, moment);
    case "preparing":
      return prepared(task, moment);
    case "working":
    case "waiting":
    case "checking":
    case "delivering":
      return advanceRun(task, moment);
    case "paused":
      return rest(task, moment);
    case "in-review":
      return inReview(task, moment);
    case "stopped":
      return task.again === undefined ? task : end(task, phase.outcome, "labelled again");
    case "ending":
      return ended(task, phase.outcome, moment);
    case "done":
      return task.again === undefined
        ? task
        : newTask(refOf(task), task.again, agentFor(task.again, task, moment.operator), task);
    default:
      return phase satisfies never;
  }
}

function dequeue(before: Task, { sight, nowMs }: Moment): Task {
  const { forge, dependencies, slot } = sight;
  const task = {
    ...before,
    ...(dependencies === "unknown" ? {} : { dependencies }),
    ...(forge === "unknown" || forge.blockedBy === undefined ? {} : { blockedBy: forge.blockedBy }),
  };
  return slot.free ? move(task, { at: "preparing", sinceMs: nowMs }, "a slot is free") : stay(task, slot.why);
}

function agentFor(asked: Asked, task: Task, operator: OperatorPolicy): string {
  const { agent } = task.steering;
  if (agent !== undefined) return agent;
  const trigger = task.policy.triggerLabel ?? operator.triggerLabel;
  return agentAskedBy(asked.label, trigger, task.policy.agent ?? operator.defaultAgent) ?? operator.defaultAgent;
}

function admit(task: Task, { sight, operator, nowMs }: Moment): Task {
  const { admission } = sight;
  if (admission === "unknown") return stay(task, "GitHub has not told yet who labelled it and what it says");
  if (admission.is === "refused") return end(task, admission, admission.reason);
  const known: Task = {
    ...task,
    again: undefined,
    brief: admission.brief,
    slug: slugOf(admission.brief.title),
    base: baseOf(task, admission),
    ...(admission.blockedBy === undefined ? {} : { blockedBy: admission.blockedBy }),
    policy: admission.policy,
    settingsMistakes: admission.mistakes,
  };
  const agent = agentFor(task.asked, known, operator);
  if (!operator.agents.includes(agent)) {
    const reason = `there is no agent named "${agent}" here; known are: ${operator.agents.join(", ")}`;
    return end(known, { is: "refused", reason, isQuiet: false }, reason);
  }
  return move({ ...known, agent }, { at: "queued", sinceMs: nowMs }, "admitted");
}

/** What a person said in a command counts more than the issue. */
function baseOf({ steering }: Task, admission: Admission & { is: "admitted" }): Task["base"] {
  return {
    branch: steering.base ?? admission.baseBranch,
    named: steering.base !== undefined || admission.baseNamed,
    sha: undefined,
  };
}

function prepared(task: Task, moment: Moment): Task {
  const { sight, nowMs, conversation } = moment;
  if (sight.workspace.is !== "there") return stay(task, "makes the workspace");
  const withBase = task.base === undefined ? task : { ...task, base: { ...task.base, sha: sight.workspace.baseSha } };
  if (task.policy.setup.length > 0) {
    const { setup } = sight;
    if (setup.is === "failed") {
      const detail = `the set-up command \`${setup.command}\` failed (${setup.status})`;
      return giveUp(withBase, { is: "gave-up", cause: "set-up-failed", detail }, nowMs);
    }
    if (setup.is !== "passed") return stay(withBase, "runs the set-up commands");
  }
  const working = { at: "working", sinceMs: nowMs } as const;
  if (isNewRound(withBase)) {
    return beginRound(withBase, moment) ?? stay(withBase, "gathers what is wanted");
  }
  return move({ ...withBase, run: task.run ?? newRun(1, conversation, nowMs) }, working, "the workspace is ready");
}

/** A round that a person stopped and let go on is no new one. */
function isNewRound({ round, run }: Task): boolean {
  return (
    round !== undefined &&
    run !== undefined &&
    run.outbox?.id !== `${run.number}-round-${round.number}` &&
    run.outbox?.state !== "to-send"
  );
}

/** Over only when everything is seen to be gone and was said; what can't be seen keeps the task here. */
function ended(task: Task, outcome: Outcome, { sight, nowMs }: Moment): Task {
  const isGone = sight.session.is === "absent" && sight.workspace.is === "absent";
  if (!isGone || !isSaid(task, sight) || hasPullToClose(task)) return task;
  return move(task, { at: "done", atMs: nowMs, outcome }, task.why);
}
