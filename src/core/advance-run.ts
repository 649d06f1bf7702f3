import { countUsage, usedUp, warned } from "./budget.ts";
import { check, deliver } from "./delivery.ts";
import { afterFailure, restartWaitMs } from "./failures.ts";
import { duration } from "./figures.ts";
import { namesOf } from "./names.ts";
import { pauseForBudget } from "./pause.ts";
import { limitsOf } from "./policy.ts";
import * as prompt from "./prompt.ts";
import { unansweredThreads } from "./round.ts";
import { askingAtTerminal, restarted, withMessage } from "./run.ts";
import type { AgentState, SessionSight, Sight, WorkspaceSight } from "./sight.ts";
import { withSteering } from "./steering.ts";
import { noProgress } from "./stuck.ts";
import { end, giveUpFor, type Moment, move, stay } from "./step.ts";
import type { Run, Task } from "./task.ts";

type Workspace = WorkspaceSight & { is: "there" };

/** How long the agent may be seen idle without having said that its turn ended. */
const silentIdleMs = 20_000;
/** How long a session may take to give its first sign. */
const slowestStartMs = 90_000;

/** One step of a task whose run is under way. */
export function advanceRun(before: Task, moment: Moment): Task {
  const task = countTime(before, moment);
  const { run } = task;
  if (run === undefined) return giveUpFor(task, "agent-failed", "the run of this task was lost", moment.nowMs);
  switch (task.phase.at) {
    case "working":
      return overTime(task, run, moment) ?? overBudget(task, moment) ?? work(task, run, moment);
    case "waiting":
      return wait(task, run, moment);
    case "checking":
      return check(task, run, moment);
    case "delivering":
      return deliver(task, run, moment);
    case "asked":
    case "queued":
    case "preparing":
    case "paused":
    case "in-review":
    case "stopped":
    case "ending":
    case "done":
      return task;
    default:
      return task.phase satisfies never;
  }
}

/** What the run cost so far, and what the agent said last. */
function countTime(task: Task, { sight, operator, nowMs }: Moment): Task {
  const { run } = task;
  if (run === undefined) return task;
  const counted = sight.usage === "unknown" ? task : countUsage(task, run, sight.usage, nowMs);
  const workedMs = Math.max(0, nowMs - run.startedAtMs - run.waitedMs);
  return {
    ...warned(counted, operator, sight.todayUsd),
    usage: { ...counted.usage, workedMs },
    run: { ...run, lastSaid: sight.said ?? run.lastSaid },
  };
}

/** Interrupted in the middle of its work; what is done counts, so an agent that has handed in is not held up. */
function overBudget(task: Task, { sight, operator, nowMs }: Moment): Task | undefined {
  if (sight.usage === "unknown" || task.run?.turn === "idle") return undefined;
  const spent = usedUp(task, operator, sight.todayUsd);
  return spent === undefined ? undefined : pauseForBudget(task, spent, nowMs);
}

function overTime(task: Task, run: Run, { operator, nowMs }: Moment): Task | undefined {
  const { runMs } = limitsOf(operator, task.policy);
  const workedMs = nowMs - run.startedAtMs - run.waitedMs;
  if (workedMs <= runMs) return undefined;
  return giveUpFor(task, "limit-reached", `the run took longer than ${Math.round(runMs / 60_000)} minutes`, nowMs);
}

function work(task: Task, run: Run, moment: Moment): Task {
  const { sight, nowMs } = moment;
  if (sight.session.is === "unknown") return stay(task, "tmux could not be asked about the session");
  if (sessionIsOver(sight, task)) return afterSession(task, run, moment);
  if (run.asking !== undefined)
    return move(task, { at: "waiting", sinceMs: nowMs, on: run.asking }, "the agent waits for an answer");
  if (run.failure !== undefined) return afterFailure(task, run, moment);
  if (run.outbox?.state === "to-send") return stay(task, "hands the agent a message");
  if (run.turn === "idle") return afterTurn(task, run, moment);
  return (
    silentlyIdle(task, run, moment) ??
    noProgress(task, run, moment) ??
    stay(task, run.turn === "starting" ? "the agent starts" : "the agent works")
  );
}

/** Over means: the session that this task wants was there and is no more. One that was never there is still to be started. */
function sessionIsOver(sight: Sight, task: Task): boolean {
  if (sight.session.is === "ended") return sight.session.startedFor === namesOf(task).runFolder;
  return sight.session.is === "absent" && task.run?.begun === true;
}

function afterSession(task: Task, run: Run, moment: Moment): Task {
  const { sight, nowMs } = moment;
  const status = sight.session.is === "ended" ? sight.session.status : "gone";
  // What waits to be said has a limit of its own, and is what the agent goes on with.
  if (run.outbox?.state === "to-send") {
    return stay({ ...task, run: restarted(run, nowMs) }, `the session ended (${status}); resumes it with news`);
  }
  if (run.failure !== undefined) return afterFailure(task, run, moment);
  const hasHandedIn = run.submitted !== undefined || run.noChange !== undefined;
  if (hasHandedIn && sight.workspace.is === "unknown") return stay(task, "the workspace could not be looked at");
  return handedIn(task, run, moment) ?? resume(task, run, status, moment);
}

function resume(task: Task, run: Run, status: string, { operator, nowMs }: Moment): Task {
  const limits = limitsOf(operator, task.policy);
  if (run.restarts >= limits.restarts) {
    return giveUpFor(task, "agent-failed", `the agent's session ended ${run.restarts + 1} times (${status})`, nowMs);
  }
  if (nowMs - run.lastSignMs < restartWaitMs(run)) return stay(task, `the session ended (${status}); resumes it soon`);
  const resumed = { ...restarted(run, nowMs), restarts: run.restarts + 1 };
  return stay(
    { ...task, run: withMessage(resumed, `restart-${resumed.restarts}`, prompt.afterRestart(run.outbox?.text)) },
    `the session ended (${status}); resumes it`,
  );
}

/** A turn has ended and nobody is asked anything: either the work is done, or the agent is told what is missing. */
function afterTurn(task: Task, run: Run, moment: Moment): Task {
  const { sight, operator, nowMs } = moment;
  const { workspace } = sight;
  if (run.backgroundTasks > 0) return stay(task, "waits for the agent's background tasks");
  if (workspace.is === "unknown") return stay(task, "the workspace could not be looked at");
  const over = handedIn(task, run, moment);
  if (over !== undefined || workspace.is === "absent") return over ?? task;
  const missing = whatIsMissing(task, run, workspace);
  if (run.reminders < limitsOf(operator, task.policy).stopReminders) {
    const reminded = { ...run, reminders: run.reminders + 1 };
    return stay(
      { ...task, run: withMessage(reminded, `reminder-${reminded.reminders}`, missing) },
      "the turn ended too early; says what is missing",
    );
  }
  return unfinished(task, run, workspace, nowMs);
}

function whatIsMissing(task: Task, run: Run, workspace: Workspace): string {
  if (task.round === undefined) return prompt.whatIsMissing(run, workspace);
  const threads = unansweredThreads(task.round).map(({ id }) => id);
  return prompt.roundIsMissing(workspace, threads, run.reminders + 1);
}

/** The work is over, if what the agent said and what git shows agree on that. */
function handedIn(task: Task, run: Run, { sight: { workspace, session }, nowMs }: Moment): Task | undefined {
  if (workspace.is === "absent") return giveUpFor(task, "agent-failed", "the workspace is gone", nowMs);
  if (task.round !== undefined) return hasEndedTurn(run, session) ? roundOver(task, workspace, nowMs) : undefined;
  if (isDone(run, workspace)) return move(task, { at: "checking", sinceMs: nowMs }, "the agent has submitted");
  if (run.noChange === undefined || !isUntouched(workspace)) return undefined;
  return end(task, { is: "no-change-needed", reason: run.noChange }, "the agent says that no change is needed");
}

/** Some agents run once and exit instead of ending a turn. */
function hasEndedTurn(run: Run, session: SessionSight): boolean {
  return run.turn === "idle" || (session.is === "ended" && session.status === "status 0");
}

/** Over when all is committed and every thread has its answer; what the agent handed in before still counts. */
function roundOver(task: Task, workspace: WorkspaceSight, nowMs: number): Task | undefined {
  if (workspace.is !== "there") return undefined;
  const isClean = workspace.uncommitted === 0 && workspace.midOperation === undefined;
  if (!isClean || unansweredThreads(task.round).length > 0) return undefined;
  return move(task, { at: "checking", sinceMs: nowMs }, "the agent has done what was asked for");
}

function isUntouched(workspace: WorkspaceSight): boolean {
  return workspace.is === "there" && workspace.commitsAhead === 0 && workspace.uncommitted === 0;
}

function isDone(run: Run, workspace: WorkspaceSight): boolean {
  if (run.submitted === undefined || workspace.is !== "there") return false;
  return workspace.commitsAhead > 0 && workspace.uncommitted === 0 && workspace.midOperation === undefined;
}

/** The agent was reminded often enough. Commits are never thrown away for a missing word: they go out as a draft. */
function unfinished(task: Task, run: Run, workspace: Workspace, nowMs: number): Task {
  if (workspace.commitsAhead === 0) {
    return giveUpFor(task, "nothing-committed", "the agent ended its work without a commit", nowMs);
  }
  const submitted = run.submitted ?? prompt.unsubmitted(workspace.lastSubject, run.lastSaid);
  return move(
    { ...task, run: { ...run, submitted: { ...submitted, isWhole: false } } },
    { at: "checking", sinceMs: nowMs },
    "delivers what is committed, as a draft",
  );
}

/** An interrupt at the terminal ends a turn without a word; a person is at work there, so the agent is left alone. */
function silentlyIdle(task: Task, run: Run, { sight, operator, nowMs }: Moment): Task | undefined {
  if (sight.session.is !== "alive") return undefined;
  const mayRestart = run.restarts < limitsOf(operator, task.policy).restarts;
  if (mayRestart && isUnheard(run, sight.session.agent, nowMs)) {
    const again = { ...restarted(run, nowMs), restarts: run.restarts + 1 };
    const told = withMessage(again, `again-${again.restarts}`, run.outbox?.text ?? prompt.goOn());
    return stay({ ...task, run: told }, "the agent did not take what it was told; tells it in a new session");
  }
  const { agent } = sight.session;
  const silentMs = nowMs - run.lastSignMs;
  const isStuckAtStart = run.turn === "starting" && silentMs > slowestStartMs;
  const isSilent = silentMs > silentIdleMs && (agent === "idle" || agent === "waiting");
  if (!isStuckAtStart && !isSilent) return undefined;
  const summary = isStuckAtStart
    ? "It has not begun to work; its terminal may show a question."
    : agent === "waiting"
      ? "It shows a question at its terminal."
      : "Its turn was interrupted, or it waits at its prompt.";
  return move(
    task,
    { at: "waiting", sinceMs: nowMs, on: askingAtTerminal(summary) },
    "the agent waits at its terminal",
  );
}

/** Told, but no sign of life since, and the agent rests: the message was lost. */
function isUnheard(run: Run, agent: AgentState, nowMs: number): boolean {
  const { outbox } = run;
  if (outbox?.state !== "sent" || agent !== "idle") return false;
  return run.lastSignMs <= outbox.sentAtMs && nowMs - outbox.sentAtMs > silentIdleMs;
}

function wait(task: Task, run: Run, moment: Moment): Task {
  const { phase } = task;
  if (phase.at !== "waiting") return task;
  const { sight, nowMs } = moment;
  const goOn = (why: string): Task =>
    move(
      { ...task, run: { ...run, waitedMs: run.waitedMs + Math.max(0, nowMs - phase.sinceMs) } },
      { at: "working", sinceMs: nowMs },
      why,
    );
  if (sessionIsOver(sight, task)) return goOn("the session ended while it waited");
  const isTerminal = phase.on.kind === "terminal";
  if (!isTerminal && run.asking?.event !== phase.on.event) return goOn("the question was answered");
  // It had been silent for that long when it began to wait, so a sign since then is a new one, whenever it got here.
  const isNewSign = run.lastSignMs > phase.sinceMs - silentIdleMs;
  // A turn that is over was under way when the wait began. That holds when the clock was set back meanwhile, too.
  const hasMovedOn = run.turn === "idle" || run.asking !== undefined;
  if (isTerminal && (isNewSign || hasMovedOn)) return goOn("somebody answered at the terminal");
  return unanswered(task, phase, moment) ?? stay(task, "the agent waits for an answer");
}

/** Nobody answers: it goes on to wait, or the operator's policy answers. */
function unanswered(
  task: Task,
  phase: Task["phase"] & { at: "waiting" },
  { operator, nowMs }: Moment,
): Task | undefined {
  const { event } = phase.on;
  if (nowMs - phase.sinceMs < operator.unansweredMs || task.steering.reply !== undefined) return undefined;
  const silence = `nobody answered within ${duration(operator.unansweredMs)}`;
  switch (operator.unanswered) {
    case "keep-waiting":
      return undefined;
    case "deny":
      if (event === undefined || task.steering.answered?.event === event) return undefined;
      return withSteering(task, {
        reply: {
          event,
          by: "The policy",
          words: `no, since ${silence}`,
          reply: { do: "deny", why: `${silence}; go on without it` },
        },
      });
    case "stop":
      return move(
        task,
        {
          at: "stopped",
          sinceMs: nowMs,
          outcome: { is: "stopped-by", who: "the policy", how: `stopped it, since ${silence}` },
        },
        silence,
      );
    default:
      return operator.unanswered satisfies never;
  }
}
