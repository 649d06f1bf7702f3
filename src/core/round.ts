import type { Fact } from "./fact.ts";
import type { OperatorPolicy } from "./policy.ts";
import * as prompt from "./prompt.ts";
import { counted, kindOf, watchPull, watchWords, withWatch } from "./pull-watch.ts";
import type { Round, Thread } from "./round-shape.ts";
import { anotherGo, withPeoplesWords } from "./run.ts";
import type { Sight } from "./sight.ts";
import { type Wish, withSteering, withWish } from "./steering.ts";
import { type Moment, move, stay } from "./step.ts";
import type { Run, Task } from "./task.ts";

/**
 * Takes in the reviews that ask for something: changes, or a remark that is meant for us. Who may not decide, asks in vain.
 */
export function collectReviews(task: Task, facts: readonly Fact[], { sight, operator }: Reviewing): Task {
  return facts.reduce((collected, fact) => {
    if (fact.kind !== "reviewed" || fact.by.isBot || !sight.trusted.includes(fact.by.id)) return collected;
    if (!asksForWork(fact, operator)) return collected;
    const { reviewId: id, text } = fact;
    if (isKnown(collected, id)) return collected;
    return withWish(collected, { is: "review", id, by: fact.by.login, text });
  }, task);
}

interface Reviewing {
  readonly sight: Pick<Sight, "trusted">;
  readonly operator: Pick<OperatorPolicy, "reviews">;
}

/** GitHub takes no comment without words of its own or at lines, so there is something to do in each. */
function asksForWork(
  { verdict, mentionsUs }: Fact & { kind: "reviewed" },
  { reviews }: Pick<OperatorPolicy, "reviews">,
): boolean {
  switch (verdict) {
    case "changes-requested":
      return true;
    case "commented":
      return mentionsUs || reviews === "all";
    case "approved":
      return false;
    default:
      return verdict satisfies never;
  }
}

function isKnown({ steering, round }: Task, id: number): boolean {
  return [...steering.wishes, ...(round?.wishes ?? [])].some((wish) => wish.is === "review" && wish.id === id);
}

/** What came in meanwhile becomes one round, as often as is allowed; then a person has to go on. */
export function inReview(before: Task, moment: Moment): Task {
  const task = watchPull(before, moment);
  const { steering, run, watch } = task;
  const isWithinRounds = watch.rounds.people < moment.operator.maxReviewRounds;
  // The rounds of checks and of the base were counted when they were asked for.
  const wishes = steering.wishes.filter((wish) => isWithinRounds || kindOf(wish) !== "people");
  if (run === undefined || steering.wishes.length === 0) return stay(task, watchWords(task) ?? "waits for review");
  if (wishes.length === 0) return stay(task, roundsUsedUp(watch.rounds.people));
  return begin(task, run, wishes, moment.nowMs);
}

function begin(task: Task, run: Run, wishes: readonly Wish[], nowMs: number): Task {
  const number = (task.round?.number ?? 0) + 1;
  const round: Round = { number, wishes, threads: undefined, broughtIn: undefined, check: undefined };
  const left = task.steering.wishes.filter((wish) => !wishes.includes(wish));
  const next: Task = {
    ...withWatch(withSteering(task, { wishes: left }), { rounds: counted(task.watch.rounds, wishes) }),
    round,
    run: anotherGo(run, nowMs),
    said: { ...task.said, reviewAsked: reviewsOf(round).length === 0 },
  };
  return move(next, { at: "queued", sinceMs: nowMs }, `round ${number}: ${whatBeganIt(round)}`);
}

function roundsUsedUp(rounds: number): string {
  return `all ${rounds} rounds are used up, so a person has to go on with it`;
}

function whatBeganIt({ wishes }: Round): string {
  const failed = wishes.flatMap((wish) => (wish.is === "check" ? [wish.name] : []));
  const base = wishes.find((wish) => wish.is === "base");
  return [
    ...whoWants(wishes),
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(", ")}`]),
    ...(base === undefined ? [] : [base.why === "conflict" ? "it conflicts with its base" : "its base moved on"]),
  ].join("; ");
}

function whoWants(wishes: readonly Wish[]): readonly string[] {
  const by = wishes.flatMap((wish) => (wish.is === "words" || wish.is === "review" ? [wish.by] : []));
  const people = [...new Set(by)].join(", ");
  if (people === "") return [];
  const hasReviews = wishes.some((wish) => wish.is === "review");
  return [hasReviews ? `${people} reviewed` : `${people} told the agent something`];
}

/** Whether the base is still to be merged into the branch. */
export function wantsBase(round: Round | undefined): boolean {
  return round?.base === undefined && (round?.wishes ?? []).some((wish) => wish.is === "base");
}

/** A base that could be merged without the agent leaves it nothing to do. */
function hasWorkForAgent({ wishes, base }: Round): boolean {
  return base?.isLeft === true || wishes.some((wish) => wish.is !== "base");
}

/** Whether what people wrote at lines of the change still has to be read. */
export function wantsThreads({ phase, round }: Task): boolean {
  if (phase.at !== "preparing" || round?.broughtIn === undefined || round.threads !== undefined) return false;
  return reviewsOf(round).length > 0;
}

export function reviewsOf(round: Round | undefined): readonly number[] {
  return (round?.wishes ?? []).flatMap((wish) => (wish.is === "review" ? [wish.id] : []));
}

/** The round under way, once all is known; undefined while something is missing. */
export function beginRound(task: Task, { sight, nowMs }: Moment): Task | undefined {
  const { round, run } = task;
  if (round === undefined || run === undefined || round.broughtIn === undefined || wantsBase(round)) return undefined;
  if (!hasWorkForAgent(round)) return move(task, { at: "checking", sinceMs: nowMs }, "the base is merged");
  const threads = round.threads ?? (reviewsOf(round).length === 0 ? [] : sight.threads);
  if (threads === "unknown") return undefined;
  const known = { ...round, threads };
  const told = withPeoplesWords(run, `round-${round.number}`, prompt.roundBrief(known));
  return move({ ...task, round: known, run: told }, { at: "working", sinceMs: nowMs }, `round ${round.number} begins`);
}

/** Takes the agent's answer to a thread in; of threads that it was not given nothing is taken. */
export function answerThread(task: Task, id: string, answer: NonNullable<Thread["answer"]>): Task {
  const { round } = task;
  if (round?.threads === undefined) return task;
  const threads = round.threads.map((thread) =>
    thread.id === id && !thread.isAnswered ? { ...thread, answer } : thread,
  );
  return { ...task, round: { ...round, threads } };
}

export function unansweredThreads(round: Round | undefined): readonly Thread[] {
  return (round?.threads ?? []).filter(({ answer }) => answer === undefined);
}
