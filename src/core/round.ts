import type { Fact } from "./fact.ts";
import * as prompt from "./prompt.ts";
import type { Round, Thread } from "./round-shape.ts";
import { anotherGo, withPeoplesWords } from "./run.ts";
import type { Sight } from "./sight.ts";
import { withSteering, withWish } from "./steering.ts";
import { type Moment, move, stay } from "./step.ts";
import type { Task } from "./task.ts";

/**
 * Takes in the reviews that ask for something: changes, or a remark that is meant for us. Who may not decide, asks in vain.
 */
export function collectReviews(task: Task, facts: readonly Fact[], { trusted }: Pick<Sight, "trusted">): Task {
  return facts.reduce((collected, fact) => {
    if (fact.kind !== "reviewed" || !trusted.includes(fact.by.id) || !asksForWork(fact)) return collected;
    const { reviewId: id, text } = fact;
    if (isKnown(collected, id)) return collected;
    return withWish(collected, { is: "review", id, by: fact.by.login, text });
  }, task);
}

function asksForWork({ verdict, mentionsUs }: Fact & { kind: "reviewed" }): boolean {
  return verdict === "changes-requested" || (verdict === "commented" && mentionsUs);
}

function isKnown({ steering, round }: Task, id: number): boolean {
  return [...steering.wishes, ...(round?.wishes ?? [])].some((wish) => wish.is === "review" && wish.id === id);
}

/** What came in meanwhile becomes one round, as often as is allowed; then a person has to go on. */
export function inReview(task: Task, { operator, nowMs }: Moment): Task {
  const { wishes } = task.steering;
  const before = task.round?.number ?? 0;
  if (wishes.length === 0 || task.run === undefined) return stay(task, "waits for review");
  if (before >= operator.maxReviewRounds) return stay(task, roundsUsedUp(before));
  const round: Round = { number: before + 1, wishes, threads: undefined, broughtIn: undefined, check: undefined };
  const hasReviews = wishes.some((wish) => wish.is === "review");
  const next: Task = {
    ...withSteering(task, { wishes: [] }),
    round,
    run: anotherGo(task.run, nowMs),
    said: { ...task.said, reviewAsked: !hasReviews },
  };
  return move(next, { at: "queued", sinceMs: nowMs }, `round ${round.number}: ${whoWants(round)}`);
}

function roundsUsedUp(rounds: number): string {
  return `all ${rounds} rounds are used up, so a person has to go on with it`;
}

function whoWants({ wishes }: Round): string {
  const people = [...new Set(wishes.map(({ by }) => by))].join(", ");
  return wishes.some((wish) => wish.is === "review") ? `${people} reviewed` : `${people} told the agent something`;
}

/** Whether what people wrote at lines of the change still has to be read. */
export function wantsThreads({ phase, round }: Task): boolean {
  if (phase.at !== "preparing" || round?.broughtIn === undefined || round.threads !== undefined) return false;
  return reviewsOf(round).length > 0;
}

export function reviewsOf(round: Round | undefined): readonly number[] {
  return (round?.wishes ?? []).flatMap((wish) => (wish.is === "review" ? [wish.id] : []));
}

/** The round as the agent gets it, once all is known; undefined while something is missing. */
export function beginRound(task: Task, { sight }: Moment): Task | undefined {
  const { round, run } = task;
  if (round === undefined || run === undefined || round.broughtIn === undefined) return undefined;
  const threads = round.threads ?? (reviewsOf(round).length === 0 ? [] : sight.threads);
  if (threads === "unknown") return undefined;
  const known = { ...round, threads };
  const told = withPeoplesWords(run, `round-${round.number}`, prompt.roundBrief(known));
  return { ...task, round: known, run: told };
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
