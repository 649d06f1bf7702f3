import { namesOf } from "./names.ts";
import type { OperatorPolicy } from "./policy.ts";
import * as prompt from "./prompt.ts";
import type { FailedCheck } from "./pull-checks.ts";
import { checksToRunAgain, failuresToRead } from "./pull-watch.ts";
import { wantsBase } from "./round.ts";
import type { Thread } from "./round-shape.ts";
import type { Sight } from "./sight.ts";
import { saying } from "./plan-saying.ts";
import type { Answer, OwedReply, Take } from "./steering.ts";
import type { GaveUp, Message, Run, Task } from "./task.ts";
import type { StateLabel } from "./trigger.ts";
import { statusAnswer } from "./steer-words.ts";
import { labelOf, statusComment } from "./words.ts";
import { besides, closing } from "./beside.ts";

/** One change to the world. Every one is safe to repeat. */
export type Action =
  | { readonly do: "greet" }
  | { readonly do: "prepare-workspace" }
  | { readonly do: "start-setup" }
  /** Starts the session, or resumes the conversation in a new one; `say` is what the agent is told, undefined for the brief. */
  | { readonly do: "start-session"; readonly say: string | undefined }
  | { readonly do: "tell"; readonly message: Message; readonly heldStop: string | undefined }
  | { readonly do: "let-stop"; readonly event: string }
  | { readonly do: "start-checks"; readonly round: number }
  | { readonly do: "deliver"; readonly head: string }
  | { readonly do: "open-pull" }
  /** Closes the pull request, with a comment that says why. */
  | { readonly do: "close-pull"; readonly text: string }
  /** Tells reviewers what else is there: one comment on the pull request, that changes. */
  | { readonly do: "tell-beside"; readonly commentId: number | undefined; readonly text: string }
  | { readonly do: "ask-review"; readonly of: readonly string[] }
  /** Fetches the commits that people pushed, and puts ours on top. */
  | { readonly do: "bring-in" }
  /** Merges the newest base into the branch, where nothing conflicts. */
  | { readonly do: "merge-base" }
  | { readonly do: "read-failures"; readonly sha: string; readonly failures: readonly FailedCheck[] }
  | { readonly do: "run-check-again"; readonly failure: FailedCheck }
  | { readonly do: "interrupt" }
  | { readonly do: "reply"; readonly owed: OwedReply }
  | { readonly do: "read-comment"; readonly take: Take }
  | {
      readonly do: "acknowledge";
      readonly comment: number;
      readonly on: number;
      readonly isDone: boolean;
      readonly answers: readonly Answer[];
      /** Which agent's task answers, where there are several. */
      readonly from: string | undefined;
      /** The state as of now, in case it is asked for. */
      readonly status: string;
    }
  | { readonly do: "ask"; readonly event: string; readonly text: string }
  | { readonly do: "close-question"; readonly commentId: number; readonly text: string }
  | { readonly do: "answer-thread"; readonly thread: Thread; readonly round: number }
  | { readonly do: "show-check"; readonly check: number | undefined; readonly round: number; readonly isOver: boolean }
  | { readonly do: "end-session" }
  | { readonly do: "clear-workspace" }
  | { readonly do: "label"; readonly want: StateLabel | undefined; readonly was: StateLabel | undefined }
  | { readonly do: "say"; readonly text: string };

/**
 * What this task needs and the sight shows missing, in the order in which it has to happen. Worked out anew on every
 * pass, so an action that a crash swallowed comes again by itself.
 */
export function plan(task: Task, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  if (task.phase.at === "asked" || isQuiet(task)) return [...clearing(task, sight), ...acknowledging(task, sight)];
  return [...greeting(task), ...working(task, sight, operator, nowMs), ...telling(task, sight, operator, nowMs)];
}

/** Whether an action only tells people something. A failing word does not hold up the work, nor the other way round. */
export function isWord(action: Action): boolean {
  return words.includes(action.do);
}

const words: readonly Action["do"][] = [
  "say",
  "label",
  "greet",
  "acknowledge",
  "ask",
  "close-question",
  "answer-thread",
  "show-check",
  "tell-beside",
];

/** Whether everything that people are to see of this task is said. */
export function isSaid(task: Task, sight: Sight): boolean {
  if (acknowledging(task, sight).length > 0) return false;
  if (isQuiet(task)) return true;
  const isShown = statusComment(task, sight) === task.said.text && labelling(task, sight).length === 0;
  return isShown && saying(task).length === 0 && besides(task, sight).length === 0;
}

/** Strangers get no answer, and nobody is known to be none before the task was admitted. */
function isQuiet(task: Task): boolean {
  const { phase, brief } = task;
  if (phase.at !== "ending" && phase.at !== "done") return false;
  // Where nobody hears us, nothing is said.
  if (phase.outcome.is === "unreachable") return true;
  return phase.outcome.is === "refused" ? phase.outcome.isQuiet : brief === undefined;
}

function greeting(task: Task): readonly Action[] {
  return task.said.greeted ? [] : [{ do: "greet" }];
}

function working(task: Task, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  switch (task.phase.at) {
    case "asked":
    case "queued":
    case "done":
      return [];
    case "preparing":
      return preparing(task, sight);
    case "working":
    case "waiting":
      return atWork(task, sight);
    case "paused":
      return pausing(task, sight, operator, nowMs);
    case "checking":
      return [...release(task.run), ...checking(task, sight)];
    case "delivering":
      return [...release(task.run), ...delivering(task, sight)];
    case "in-review":
      return [
        ...release(task.run),
        ...reviewing(task),
        ...watching(task, sight, nowMs),
        ...idle(task.phase.sinceMs, sight, operator, nowMs),
      ];
    case "stopped":
      return [...release(task.run), ...stopping(task, sight, operator, nowMs)];
    case "ending":
      return [...closing(task), ...clearing(task, sight)];
    default:
      return task.phase satisfies never;
  }
}

function preparing(task: Task, sight: Sight): readonly Action[] {
  if (sight.workspace.is === "absent") return [{ do: "prepare-workspace" }];
  if (sight.workspace.is === "unknown") return [];
  if (task.round !== undefined && task.round.broughtIn === undefined) return [{ do: "bring-in" }];
  if (wantsBase(task.round)) return [{ do: "merge-base" }];
  if (task.policy.setup.length === 0) return [];
  return sight.setup.is === "absent" ? [{ do: "start-setup" }] : [];
}

function atWork(task: Task, sight: Sight): readonly Action[] {
  const { run } = task;
  if (run === undefined || sight.session.is === "unknown") return [];
  const isWanted = sight.session.is !== "absent" && sight.session.startedFor === namesOf(task).runFolder;
  if (isWanted && sight.session.is === "ended") return [];
  if (!isWanted) return startOver(run, sight);
  const replying = answering(task, run);
  if (replying.length > 0) return replying;
  const [take] = task.steering.takes;
  if (take !== undefined) return [{ do: "read-comment", take }];
  if (run.outbox?.state === "to-send") return [{ do: "tell", message: run.outbox, heldStop: run.heldStop }];
  return run.backgroundTasks > 0 ? release(run) : [];
}

/** A person's answer goes to the question that it is for, and to no other. */
function answering({ steering: { reply } }: Task, run: Run): readonly Action[] {
  return reply === undefined || reply.event !== run.asking?.event ? [] : [{ do: "reply", owed: reply }];
}

/** Interrupted once; where the agent rests already there is nothing to interrupt, and a key would do something else. */
function pausing(task: Task, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  const { phase, run } = task;
  if (phase.at !== "paused") return [];
  const isBusy = sight.session.is === "alive" && sight.session.agent !== "idle";
  if (isBusy && !phase.isInterrupted) return [...release(run), { do: "interrupt" }];
  const released = sight.session.is === "alive" ? release(run) : [];
  // Who interrupted it may want to look at its terminal.
  return phase.cause.is === "person" ? released : [...released, ...idle(phase.sinceMs, sight, operator, nowMs)];
}

/** A session of an earlier start goes first; never two for one task. One that was there and went needs another start. */
function startOver(run: Run, sight: Sight): readonly Action[] {
  if (sight.session.is !== "absent") return [{ do: "end-session" }];
  if (run.begun) return [];
  // Who never took the brief has nothing to go on with.
  if (!run.conversed) return [{ do: "start-session", say: undefined }];
  const say = run.outbox?.state === "to-send" ? run.outbox.text : undefined;
  return [{ do: "start-session", say: say ?? (run.starts > 1 ? prompt.afterRestart(run.outbox?.text) : undefined) }];
}

/** A turn's end that is held open for us, and needs no more words, is let go. */
function release(run: Run | undefined): readonly Action[] {
  return run?.heldStop === undefined ? [] : [{ do: "let-stop", event: run.heldStop }];
}

function checking(task: Task, sight: Sight): readonly Action[] {
  if (task.policy.verify.length === 0 || sight.checks.is !== "absent" || sight.workspace.is !== "there") return [];
  return [{ do: "start-checks", round: task.run?.verifyRounds ?? 0 }];
}

function delivering(task: Task, sight: Sight): readonly Action[] {
  const { workspace } = sight;
  if (workspace.is === "unknown" || (workspace.is === "absent" && task.delivered === undefined)) return [];
  if (workspace.is === "there" && task.delivered?.sha !== workspace.head)
    return [{ do: "deliver", head: workspace.head }];
  return task.pull === undefined ? [{ do: "open-pull" }] : [];
}

function reviewing(task: Task): readonly Action[] {
  const [take] = task.steering.takes;
  const reading: readonly Action[] = take === undefined ? [] : [{ do: "read-comment", take }];
  return task.said.reviewAsked ? reading : [{ do: "ask-review", of: reviewersOf(task) }, ...reading];
}

/** What failed is read before it is judged. */
function watching(task: Task, { pullChecks }: Sight, nowMs: number): readonly Action[] {
  const failures = failuresToRead(task, pullChecks, nowMs);
  const again = checksToRunAgain(task, pullChecks);
  return [
    ...(failures.length === 0 ? [] : [{ do: "read-failures", sha: task.watch.sha, failures } as const]),
    ...again.map((failure) => ({ do: "run-check-again", failure }) as const),
  ];
}

/** Whoever asked for the changes looks at them again; at first it is who asked for the work. */
function reviewersOf({ asked, round }: Task): readonly string[] {
  const reviewers = (round?.wishes ?? []).flatMap((wish) => (wish.is === "review" ? [wish.by] : []));
  return round === undefined ? [asked.by.login] : [...new Set(reviewers)];
}

function stopping(task: Task, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  const { phase } = task;
  if (phase.at !== "stopped") return [];
  const { outcome } = phase;
  const mustEnd: readonly GaveUp[] = ["limit-reached", "no-progress", "repository-unavailable"];
  const mustStop = outcome.is !== "gave-up" || mustEnd.includes(outcome.cause);
  if (mustStop && isThere(sight)) return [{ do: "end-session" }];
  return idle(phase.sinceMs, sight, operator, nowMs);
}

/** Sessions stay a while for people to look at, then make room; where there is a crowd, at once. */
function idle(sinceMs: number, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  const isOver = sight.isCrowdedOut || nowMs - sinceMs > operator.keepIdleSessionMs;
  return isThere(sight) && isOver ? [{ do: "end-session" }] : [];
}

/** The session first, so that nobody writes while the work is saved; what can't be seen is left alone. */
function clearing(task: Task, sight: Sight): readonly Action[] {
  if (task.phase.at !== "ending" || sight.session.is === "unknown") return [];
  if (isThere(sight)) return [{ do: "end-session" }];
  return sight.workspace.is === "there" ? [{ do: "clear-workspace" }] : [];
}

function isThere(sight: Sight): boolean {
  return sight.session.is === "alive" || sight.session.is === "ended";
}

function telling(task: Task, sight: Sight, operator: OperatorPolicy, nowMs: number): readonly Action[] {
  const actions: Action[] = [...labelling(task, sight)];
  const text = statusComment(task, sight);
  const mayEdit = task.said.commentId === undefined || nowMs - task.said.atMs >= operator.statusEveryMs;
  if (text !== task.said.text && mayEdit) actions.push({ do: "say", text });
  return [...acknowledging(task, sight), ...saying(task), ...besides(task, sight), ...actions];
}

function acknowledging(task: Task, sight: Sight): readonly Action[] {
  const from = sight.rivals.length === 0 ? undefined : task.agent;
  return task.steering.owed.map((owed) => ({ do: "acknowledge", ...owed, from, status: statusAnswer(task, sight) }));
}

/** One label shows the state; every other one that may be there goes, unless it shows a rival's. */
function labelling(task: Task, { rivals }: Sight): readonly (Action & { do: "label" })[] {
  const { said } = task;
  const want = labelOf(task);
  const shown = [want, ...rivals.map(labelOf)];
  const wrong = said.maybeLabels.filter((label) => !shown.includes(label));
  if (wrong.length > 0) return wrong.map((was) => ({ do: "label", want, was }));
  return want === said.label ? [] : [{ do: "label", want, was: undefined }];
}
