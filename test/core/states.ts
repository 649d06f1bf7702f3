import { silentRepository } from "../../src/core/policy.ts";
import { nothingWatched, type PullWatch } from "../../src/core/pull-watch.ts";
import { newRun } from "../../src/core/run.ts";
import {
  type ForgeSight,
  type JobSight,
  type SessionSight,
  type Sight,
  unseen,
  type WorkspaceSight,
} from "../../src/core/sight.ts";
import type { Round, Thread } from "../../src/core/round-shape.ts";
import { noSteering } from "../../src/core/steering.ts";
import type { Asking, Outcome, Phase, Run, Task } from "../../src/core/task.ts";
import { aFailedCheck, aTask, operator } from "../fakes/a-task.ts";

export const nowMs = 10_000_000;
const sinceMs = nowMs - 60_000;

const pull = { number: 44, url: "https://github.test/pull/44" };

/** A task that was admitted; `more` says where it has come to. */
export function admitted(more: Partial<Task> = {}): Task {
  return aTask({
    slug: "mend-the-shop",
    brief: { title: "Mend the shop", body: "", comments: [], leftOut: 0 },
    base: { branch: "main", named: false, sha: "sha-base" },
    asked: { by: { id: 1, login: "ann" }, atMs: nowMs - 3_600_000, label: "coppice", text: undefined },
    phase: { at: "queued", sinceMs },
    ...more,
  });
}

export function aRun(more: Partial<Run> = {}): Run {
  return { ...newRun(1, "conversation-1", nowMs - 120_000), ...more };
}

export const permission: Asking = { kind: "permission", event: "1-1-1/7", tool: "Bash", summary: "npm i" };
const atTerminal: Asking = { kind: "terminal", event: undefined, summary: "It waits." };
export const submission = { title: "Mend", body: "It is mended.", isWhole: true };

const turns: readonly Partial<Run>[] = [
  { turn: "starting", begun: false },
  { turn: "starting", begun: true },
  { turn: "busy", begun: true, heldStop: undefined },
  { turn: "idle", begun: true, heldStop: "1-1-1/9" },
  { turn: "idle", begun: true, backgroundTasks: 1, heldStop: "1-1-1/9" },
];
const saids: readonly Partial<Run>[] = [{}, { submitted: submission }, { noChange: "It is right." }];
const troubles: readonly Partial<Run>[] = [
  {},
  { asking: permission },
  { failure: { cause: "credit", text: "none left", atMs: nowMs - 90_000 }, failures: 1 },
  { failure: { cause: "provider", text: "overloaded", atMs: nowMs - 90_000 }, failures: 1 },
  { failure: { cause: "provider", text: "overloaded", atMs: nowMs }, failures: 9 },
  { failure: { cause: "rate-limit", text: "Usage limit reached|1800000000", atMs: nowMs - 90_000 }, failures: 1 },
];
const outboxes: readonly Partial<Run>[] = [
  {},
  { outbox: { id: "1-x", text: "Go on.", state: "to-send", sentAtMs: 0 } },
  { outbox: { id: "1-x", text: "Go on.", state: "sent", sentAtMs: nowMs - 100_000 } },
];
const counts: readonly Partial<Run>[] = [
  {},
  {
    restarts: operator.maxRestarts,
    reminders: operator.maxStopReminders,
    verifyRounds: operator.maxVerifyRounds,
    checkedHead: "sha-1",
    starts: 3,
  },
];

/** Runs in every mixture of what matters at work. */
function everyRun(): readonly Run[] {
  return mixed([turns, saids, troubles, outboxes, counts]);
}

/** After the work little of the run matters. */
function everyEndedRun(): readonly Run[] {
  return mixed([turns, counts]);
}

function mixed(kinds: readonly (readonly Partial<Run>[])[]): readonly Run[] {
  return kinds.reduce<readonly Run[]>(
    (runs, kind) => runs.flatMap((run) => kind.map((part) => ({ ...run, ...part }))),
    [aRun()],
  );
}

export const everyOutcome: readonly Outcome[] = [
  { is: "merged" },
  { is: "closed" },
  { is: "outdone", agent: "codex", pull: { number: 45, url: "https://github.test/pull/45" } },
  { is: "no-change-needed", reason: "It is right." },
  { is: "stopped-by", who: "ben", how: "removed the label" },
  { is: "refused", reason: "the issue is closed", isQuiet: false },
  { is: "refused", reason: "no write access", isQuiet: true },
  { is: "unreachable", reason: "the App is not installed there" },
  ...(
    [
      "agent-failed",
      "out-of-credit",
      "login",
      "nothing-committed",
      "no-progress",
      "checks-fail",
      "limit-reached",
      "unknown-base",
      "set-up-failed",
      "push-refused",
      "repository-unavailable",
    ] as const
  ).map((cause) => ({ is: "gave-up", cause, detail: "so it is" }) as const),
];

const deliveries: readonly Partial<Task>[] = [
  {},
  { delivered: { sha: "sha-1" } },
  { delivered: { sha: "sha-1" }, pull },
];
const runPhases: readonly Phase[] = [
  { at: "working", sinceMs },
  { at: "waiting", sinceMs, on: permission },
  { at: "waiting", sinceMs, on: atTerminal },
];
const interrupted: Phase = {
  at: "paused",
  sinceMs,
  cause: { is: "person", by: "ben", saidAtMs: sinceMs },
  was: "working",
  isInterrupted: true,
};
const pausedPhases: readonly Phase[] = [
  interrupted,
  { ...interrupted, isInterrupted: false },
  { ...interrupted, was: "checking" },
  { ...interrupted, cause: { is: "budget", spent: { limit: "run-usd", used: 21, allowed: 20 }, untilMs: undefined } },
  { ...interrupted, cause: { is: "budget", spent: { limit: "day-usd", used: 9, allowed: 9 }, untilMs: nowMs - 1 } },
  { ...interrupted, cause: { is: "usage-limit", untilMs: nowMs + 1 } },
];

const thread: Thread = {
  id: "T_1",
  comment: 9,
  path: "src/shop.ts",
  line: 3,
  comments: [{ by: "ben", text: "Why?" }],
  answer: undefined,
  isAnswered: false,
};
export const aRound: Round = {
  number: 1,
  wishes: [{ is: "review", id: 5, by: "ben", text: "Nearly." }],
  threads: [thread],
  broughtIn: "",
  check: undefined,
};
const answeredRound: Round = {
  ...aRound,
  threads: [{ ...thread, answer: { text: "Because.", isResolved: true } }],
  check: 77,
};
const failed = { key: aFailedCheck.key, name: aFailedCheck.name, attempt: 1, atMs: sinceMs };
const watched = { ...nothingWatched, sha: "sha-1" };
const usedUp = { people: operator.maxReviewRounds, checks: operator.maxCheckRounds, base: operator.maxBaseRounds };
const watches: readonly PullWatch[] = [
  nothingWatched,
  { ...watched, isUnread: true },
  { ...watched, settlesAtMs: nowMs + 1 },
  { ...watched, fates: [{ ...failed, is: "to-run-again" }] },
  { ...watched, fates: [{ ...failed, is: "runs-again" }] },
  { ...watched, rounds: usedUp, fates: [{ ...failed, is: "left" }], isConflictLeft: true },
];
const checkRound: Round = {
  ...aRound,
  threads: undefined,
  wishes: [
    { is: "check", sha: "sha-1", key: "build", name: "build", url: "", summary: "", log: "" },
    { is: "base", why: "conflict" },
  ],
};
const baseRound: Round = { ...checkRound, wishes: [{ is: "base", why: "behind" }] };

/** How the checks of the pull request may stand. */
export const everyPullChecks: readonly Sight["pullChecks"][] = [
  "unknown",
  { sha: "sha-1", running: 1, endedAtMs: 0, failures: [aFailedCheck] },
  { sha: "sha-1", running: 0, endedAtMs: nowMs - 1, failures: [aFailedCheck] },
  {
    sha: "sha-1",
    running: 0,
    endedAtMs: sinceMs,
    failures: [aFailedCheck, { ...aFailedCheck, isOnBase: true, key: "b" }],
  },
  { sha: "sha-1", running: 0, endedAtMs: sinceMs, failures: [{ ...aFailedCheck, attempt: 2 }] },
  { sha: "sha-0", running: 0, endedAtMs: sinceMs, failures: [aFailedCheck] },
];

const handedIn = { delivered: { sha: "sha-1" }, pull };
const someOutcomes = everyOutcome.filter(
  (one) => one.is !== "gave-up" || one.cause === "login" || one.cause === "limit-reached",
);

/** Tasks in every phase that is about a run, with every run. */
export function* everyRunTask(): Generator<Task> {
  for (const run of everyRun()) {
    for (const phase of [...runPhases, ...pausedPhases]) yield admitted({ run, phase });
    for (const round of [aRound, answeredRound])
      yield admitted({ ...handedIn, run, round, phase: { at: "working", sinceMs } });
  }
  for (const run of everyEndedRun()) {
    yield admitted({ run, phase: { at: "checking", sinceMs } });
    for (const more of deliveries) yield admitted({ run, phase: { at: "delivering", sinceMs }, ...more });
  }
}

/** Tasks in every other phase. */
export function* everyOtherTask(): Generator<Task> {
  const again = { ...aTask().asked, atMs: nowMs - 1_000 };
  const policies = [silentRepository, { ...silentRepository, setup: ["npm ci"] }];
  yield aTask();
  yield aTask({ again });
  yield admitted();
  for (const policy of policies) yield admitted({ policy, phase: { at: "preparing", sinceMs } });
  for (const reviewAsked of [true, false]) {
    for (const since of [sinceMs, nowMs - operator.keepIdleSessionMs - 1]) {
      const said = { ...aTask().said, reviewAsked };
      yield admitted({
        said,
        run: aRun(),
        phase: { at: "in-review", sinceMs: since },
        delivered: { sha: "sha-1" },
        pull,
      });
    }
  }
  for (const round of [undefined, aRound, answeredRound, { ...aRound, number: operator.maxReviewRounds }]) {
    const steering = { ...noSteering, wishes: aRound.wishes };
    yield admitted({ ...handedIn, steering, round, run: aRun({ begun: true }), phase: { at: "in-review", sinceMs } });
  }
  for (const watch of watches)
    yield admitted({ ...handedIn, watch, run: aRun({ begun: true }), phase: { at: "in-review", sinceMs } });
  for (const base of [undefined, { words: "", isLeft: false }, { words: "Merge it.", isLeft: true }]) {
    for (const round of [checkRound, baseRound])
      yield admitted({
        ...handedIn,
        round: { ...round, base },
        run: aRun({ begun: true }),
        phase: { at: "preparing", sinceMs },
      });
  }
  for (const round of [aRound, { ...aRound, threads: undefined }, { ...aRound, broughtIn: undefined }]) {
    yield admitted({ ...handedIn, round, run: aRun({ begun: true }), phase: { at: "queued", sinceMs } });
    yield admitted({ ...handedIn, round, run: aRun({ begun: true }), phase: { at: "preparing", sinceMs } });
  }
  const held = { head: "sha-1", findings: [{ words: "a key", id: "0a1b2c3d" }] };
  for (const allowed of [[], [{ head: "sha-1", id: "0a1b2c3d", by: "ben" }]]) {
    const outcome: Outcome = { is: "gave-up", cause: "push-refused", detail: "a key" };
    const phase: Phase = { at: "stopped", sinceMs, outcome };
    yield admitted({ run: aRun({ begun: true }), steering: { ...noSteering, held, allowed }, phase });
  }
  for (const outcome of someOutcomes) {
    for (const more of [{}, { again }, { run: aRun({ begun: true }) }]) {
      yield admitted({ ...more, phase: { at: "stopped", sinceMs, outcome } });
      yield admitted({ ...more, phase: { at: "ending", outcome } });
      yield admitted({ ...more, phase: { at: "done", atMs: sinceMs, outcome } });
    }
  }
}

const there: WorkspaceSight & { is: "there" } = {
  is: "there",
  baseSha: "sha-base",
  head: "sha-base",
  commitsAhead: 0,
  changedFiles: 0,
  additions: 0,
  deletions: 0,
  uncommitted: 0,
  midOperation: undefined,
  lastSubject: "",
};
export const clean = there;
export const committed: typeof there = { ...there, head: "sha-1", commitsAhead: 1, lastSubject: "Mend it" };

export const everyWorkspace: readonly WorkspaceSight[] = [
  { is: "unknown" },
  { is: "absent" },
  clean,
  { ...there, uncommitted: 2 },
  committed,
  { ...committed, head: "sha-2", uncommitted: 1 },
  { ...committed, midOperation: "rebase" },
];

/** Sessions for the start that is wanted, and for another. */
export function everySession(wanted: string): readonly SessionSight[] {
  return [
    { is: "unknown" },
    { is: "absent" },
    { is: "alive", agent: "busy", startedFor: wanted },
    { is: "alive", agent: "idle", startedFor: wanted },
    { is: "alive", agent: "waiting", startedFor: wanted },
    { is: "alive", agent: "unknown", startedFor: "9-9-9" },
    { is: "ended", status: "status 1", startedFor: wanted },
    { is: "ended", status: "status 1", startedFor: "9-9-9" },
  ];
}

export const everyJob: readonly JobSight[] = [
  { is: "unknown" },
  { is: "absent" },
  { is: "running" },
  { is: "passed" },
  { is: "failed", command: "npm test", status: "status 1", tail: "1 failed" },
];

const mergeable = { merge: "clean", behind: 0 } as const;
const labelled: ForgeSight = { issue: "open", labels: ["coppice"], pull: "none" };
export const everyForge: readonly Sight["forge"][] = [
  "unknown",
  labelled,
  { ...labelled, labels: [] },
  { ...labelled, issue: "closed" },
  { ...labelled, issue: "gone" },
  { ...labelled, issue: "locked" },
  { ...labelled, unreachable: { why: "the App was taken off", isForGood: true } },
  { ...labelled, unreachable: { why: "the repository is archived", isForGood: false } },
  { ...labelled, place: { installationId: 9, owner: "acme", name: "store" } },
  { ...labelled, pull: { ref: pull, state: "open", headSha: "sha-1", ...mergeable } },
  { ...labelled, pull: { ref: pull, state: "open", headSha: "sha-1", merge: "conflict", behind: 3 } },
  { ...labelled, pull: { ref: pull, state: "merged", headSha: "sha-1", ...mergeable } },
  { ...labelled, pull: { ref: pull, state: "closed", headSha: "sha-1", ...mergeable } },
];

export const everyAdmission: readonly Sight["admission"][] = [
  "unknown",
  { is: "refused", reason: "no write access", isQuiet: true },
  { is: "refused", reason: "the issue is closed", isQuiet: false },
  {
    is: "admitted",
    brief: { title: "Mend the shop", body: "", comments: [], leftOut: 0 },
    baseBranch: "main",
    baseNamed: false,
    policy: silentRepository,
    mistakes: [],
  },
];

export function aSight(more: Partial<Sight>): Sight {
  return { ...unseen, attach: "tmux attach -r -t shop-1", ...more };
}
