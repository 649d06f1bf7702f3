import { looksFlaky } from "./flake.ts";
import type { OperatorPolicy, RepositoryPolicy } from "./policy.ts";
import type { FailedCheck, PullChecks } from "./pull-checks.ts";
import type { ForgeSight } from "./sight.ts";
import { type Wish, withWish } from "./steering.ts";
import type { Moment } from "./step.ts";
import type { Task } from "./task.ts";

/** What was done about the checks and the base of the open pull request, so that it is done in bounds. */
export interface PullWatch {
  /** How many rounds there were, by what began them. */
  readonly rounds: RoundCounts;
  /** The commit that the fates are about. */
  readonly sha: string;
  readonly fates: readonly CheckFate[];
  /** When the checks count as settled, if no more begin; undefined when there is nothing to wait for. */
  readonly settlesAtMs: number | undefined;
  /** Whether there are failures that are still to be read. */
  readonly isUnread: boolean;
  /** Conflicts with its base, and is a person's to resolve. */
  readonly isConflictLeft: boolean;
}

export interface RoundCounts {
  readonly people: number;
  readonly checks: number;
  readonly base: number;
}

export type RoundKind = keyof RoundCounts;

/** What became of a failed check on one commit. */
export interface CheckFate {
  readonly key: string;
  readonly name: string;
  readonly is: /** The base branch fails it, too, so it is not the agent's. */
    | "on-base"
    /** It looks like chance, and is to be run once more. */
    | "to-run-again"
    | "runs-again"
    | "handed-on"
    /** The rounds are used up. */
    | "left";
  /** Which run of the check it was. */
  readonly attempt: number;
  readonly atMs: number;
}

export const nothingWatched: PullWatch = {
  rounds: { people: 0, checks: 0, base: 0 },
  sha: "",
  fates: [],
  settlesAtMs: undefined,
  isUnread: false,
  isConflictLeft: false,
};

/** A check that was to run again, and by then has not, will not. */
const runsAgainWithinMs = 30 * 60_000;

/** Of a wall of failures the first few say enough. */
export const mostFailures = 5;

export function withWatch(task: Task, changes: Partial<PullWatch>): Task {
  return { ...task, watch: { ...task.watch, ...changes } };
}

/** Whether it is time to look at the checks: when there is news, and when they have had time to settle. */
export function wantsChecks({ phase, delivered, watch }: Task, hasNews: boolean, nowMs: number): boolean {
  if (phase.at !== "in-review" || delivered === undefined) return false;
  const isSettled = watch.settlesAtMs !== undefined && nowMs >= watch.settlesAtMs;
  return hasNews || isSettled || watch.isUnread || watch.fates.some(isUnderWay);
}

/** To be run again, or refused to be. */
function isUnderWay({ is, atMs }: CheckFate): boolean {
  return is === "to-run-again" || (is === "runs-again" && atMs === 0);
}

/** Takes in how the pull request's checks and its base stand; what the agent is to do about it becomes a wish. */
export function watchPull(task: Task, moment: Moment): Task {
  return watchBase(watchChecks(task, moment), moment);
}

function watchChecks(task: Task, { sight: { pullChecks }, operator, nowMs }: Moment): Task {
  if (pullChecks === "unknown" || pullChecks.sha !== task.delivered?.sha) return task;
  const settlesAtMs = settlingUntil(pullChecks, operator, nowMs);
  const watched = freshFor(task, pullChecks.sha, settlesAtMs);
  if (settlesAtMs !== undefined || pullChecks.running > 0) return watched;
  const onBase = newFailures(watched, pullChecks, nowMs).filter(({ isOnBase }) => isOnBase);
  const judged = onBase.reduce((one, failure) => withFate(one, failure, "on-base", nowMs), watched);
  const isUnread = failuresToRead(judged, pullChecks, nowMs).length > 0;
  return isUnread === judged.watch.isUnread ? judged : withWatch(judged, { isUnread });
}

/** Fates are of one commit: with another, all begins anew. */
function freshFor(task: Task, sha: string, settlesAtMs: number | undefined): Task {
  const { watch } = task;
  if (watch.sha === sha) return watch.settlesAtMs === settlesAtMs ? task : withWatch(task, { settlesAtMs });
  return withWatch(task, { sha, fates: [], settlesAtMs, isUnread: false });
}

/** Checks begin one after another, so for a while after the last one ended there may be more to come. */
function settlingUntil(checks: PullChecks, operator: OperatorPolicy, nowMs: number): number | undefined {
  if (checks.running > 0 || checks.endedAtMs === 0) return undefined;
  const atMs = checks.endedAtMs + operator.checksSettleMs;
  return atMs > nowMs ? atMs : undefined;
}

/** The failures whose logs are still to be read; none before all checks have settled. */
export function failuresToRead(task: Task, checks: PullChecks | "unknown", nowMs: number): readonly FailedCheck[] {
  const { watch, steering } = task;
  if (checks === "unknown" || checks.sha !== watch.sha || checks.sha !== task.delivered?.sha) return [];
  if (checks.running > 0 || watch.settlesAtMs !== undefined || steering.wishes.some(isCheckWish)) return [];
  return newFailures(task, checks, nowMs)
    .filter(({ isOnBase }) => !isOnBase)
    .slice(0, mostFailures);
}

function newFailures(task: Task, { failures }: PullChecks, nowMs: number): readonly FailedCheck[] {
  return failures.filter((failure) => counts(failure, task.policy) && isNews(task.watch, failure, nowMs));
}

/** Checks that nobody demands may fail for reasons of their own. */
export function counts(
  { isRequired, name }: Pick<FailedCheck, "isRequired" | "name">,
  { checks = [] }: RepositoryPolicy,
): boolean {
  return isRequired || checks.includes("*") || checks.includes(name);
}

function isNews({ fates }: PullWatch, { key, attempt }: FailedCheck, nowMs: number): boolean {
  const fate = fates.find((one) => one.key === key);
  if (fate === undefined) return true;
  return fate.is === "runs-again" && (attempt > fate.attempt || nowMs - fate.atMs > runsAgainWithinMs);
}

function withFate(task: Task, { key, name, attempt }: FailedCheck, is: CheckFate["is"], atMs: number): Task {
  const others = task.watch.fates.filter((fate) => fate.key !== key);
  return withWatch(task, { fates: [...others, { key, name, is, attempt, atMs }] });
}

export interface ReadFailure {
  readonly failure: FailedCheck;
  /** The end of its log, as far as there is one. */
  readonly log: string;
}

/** What failed goes to the agent; what looks like chance runs once more first. */
export function takeFailures(
  task: Task,
  sha: string,
  read: readonly ReadFailure[],
  operator: OperatorPolicy,
  nowMs: number,
): Task {
  if (task.phase.at !== "in-review" || task.watch.sha !== sha) return task;
  const isUsedUp = task.watch.rounds.checks >= operator.maxCheckRounds;
  return read.reduce(
    (judged, { failure, log }) => {
      if (isWorthAnotherRun(judged.watch, failure, log)) return withFate(judged, failure, "to-run-again", nowMs);
      if (isUsedUp) return withFate(judged, failure, "left", nowMs);
      const { key, name, url, summary } = failure;
      return withWish(withFate(judged, failure, "handed-on", nowMs), {
        is: "check",
        sha,
        key,
        name,
        url,
        summary,
        log,
      });
    },
    withWatch(task, { isUnread: false }),
  );
}

function isWorthAnotherRun({ fates }: PullWatch, { key, job, summary }: FailedCheck, log: string): boolean {
  const wasRunAgain = fates.some((fate) => fate.key === key);
  return job !== undefined && !wasRunAgain && looksFlaky(`${summary}\n${log}`);
}

/** The checks that are to run once more. */
export function checksToRunAgain({ watch }: Task, checks: PullChecks | "unknown"): readonly FailedCheck[] {
  if (checks === "unknown" || checks.sha !== watch.sha) return [];
  const keys = watch.fates.flatMap(({ is, key }) => (is === "to-run-again" ? [key] : []));
  return checks.failures.filter(({ key, job }) => job !== undefined && keys.includes(key));
}

/** One that may not be run again counts as it is, which `isNews` says once that was long ago. */
export function takeRunAgain(task: Task, key: string, isRunning: boolean, nowMs: number): Task {
  const fates = task.watch.fates.map((fate) =>
    fate.key === key ? ({ ...fate, is: "runs-again", atMs: isRunning ? nowMs : 0 } as const) : fate,
  );
  return withWatch(task, { fates });
}

/** A base that moved is merged: where it conflicts, the agent does it; where it need not be, only if the repository says so. */
function watchBase(task: Task, { sight: { forge }, operator }: Moment): Task {
  const pull = openPullAt(task, forge);
  if (pull === undefined || pull.merge === "unknown" || task.steering.wishes.some(isBaseWish)) return task;
  const { rounds, isConflictLeft } = task.watch;
  if (pull.merge === "conflict") {
    if (rounds.base < operator.maxBaseRounds) return withWish(task, { is: "base", why: "conflict" });
    return isConflictLeft ? task : withWatch(task, { isConflictLeft: true });
  }
  const calm = isConflictLeft ? withWatch(task, { isConflictLeft: false }) : task;
  const isBehind = task.policy.keepUpToDate === true && (pull.behind ?? 0) > 0;
  return isBehind ? withWish(calm, { is: "base", why: "behind" }) : calm;
}

/** The open pull request, when its newest commit is the one that we pushed. */
function openPullAt({ delivered }: Task, forge: ForgeSight | "unknown") {
  if (forge === "unknown" || forge.pull === "none") return undefined;
  return forge.pull.state === "open" && forge.pull.headSha === delivered?.sha ? forge.pull : undefined;
}

function isCheckWish(wish: Wish): boolean {
  return wish.is === "check";
}

function isBaseWish(wish: Wish): boolean {
  return wish.is === "base";
}

export function kindOf(wish: Wish): RoundKind {
  switch (wish.is) {
    case "words":
    case "review":
      return "people";
    case "check":
      return "checks";
    case "base":
      return "base";
    default:
      return wish satisfies never;
  }
}

/** One round may have several beginnings, and counts for each. A base that is only kept up to date is nobody's work. */
export function counted(rounds: RoundCounts, wishes: readonly Wish[]): RoundCounts {
  const kinds = new Set(wishes.filter((wish) => wish.is !== "base" || wish.why === "conflict").map(kindOf));
  const plus = (kind: RoundKind) => rounds[kind] + (kinds.has(kind) ? 1 : 0);
  return { people: plus("people"), checks: plus("checks"), base: plus("base") };
}

/** Why the pull request waits for a person, as far as its checks and its base are the reason. */
export function watchWords({ watch }: Task): string | undefined {
  const words = [
    ...said(
      watch,
      "left",
      (names) =>
        `${names} still ${names.includes(",") ? "fail" : "fails"} after ${watch.rounds.checks} rounds, so a person has to go on`,
    ),
    ...said(watch, "on-base", (names) => `${names}: the base branch shows the same failure, so it is left alone`),
    ...said(watch, "runs-again", (names) => `${names} failed as if by chance, and was run once more`),
    ...(watch.isConflictLeft
      ? [`it still conflicts with its base after ${watch.rounds.base} rounds, so a person has to resolve that`]
      : []),
  ];
  return words.length === 0 ? undefined : words.join("; ");
}

function said({ fates }: PullWatch, is: CheckFate["is"], words: (names: string) => string): readonly string[] {
  const names = fates.flatMap((fate) => (fate.is === is ? [fate.name] : []));
  return names.length === 0 ? [] : [words(`${names.length === 1 ? "the check" : "the checks"} ${names.join(", ")}`)];
}
