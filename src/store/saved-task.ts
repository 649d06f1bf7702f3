import { z } from "zod";
import { noSpending } from "../core/budget.ts";
import { holding } from "../core/depends.ts";
import { nothingWatched, type PullWatch } from "../core/pull-watch.ts";
import { noSteering } from "../core/steering.ts";
import type { GaveUp, IssueRef, PhaseName, Task, TaskRef } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { TasksTable } from "./tables.ts";

/** The columns of a task, all worked out from it. */
export function rowOf(task: Task, version: number, atMs: number): TasksTable {
  const { issue } = task;
  return {
    id: task.id,
    version,
    ...issueColumns(issue),
    rival: task.rival ?? "",
    waits_for: JSON.stringify(holding(task)),
    pull_number: task.pull?.number ?? null,
    phase: task.phase.at,
    why: task.why,
    // Labelled anew, a done task is about to begin again.
    is_live: task.phase.at === "done" && task.again === undefined && task.steering.owed.length === 0 ? 0 : 1,
    asked_at_ms: task.asked.atMs,
    max_sessions: task.policy.maxSessions ?? null,
    since_ms: "sinceMs" in task.phase ? task.phase.sinceMs : 0,
    agent: task.agent,
    limited_until_ms: limitedUntilMs(task),
    gave_up: gaveUp(task),
    spent_day: task.spending.today.day,
    spent_usd: task.spending.today.usd,
    saved_at_ms: atMs,
    json: JSON.stringify(task),
  };
}

function limitedUntilMs({ phase }: Task): number {
  return phase.at === "paused" && phase.cause.is === "usage-limit" ? phase.cause.untilMs : 0;
}

function gaveUp({ phase }: Task): GaveUp | null {
  return phase.at === "stopped" && phase.outcome.is === "gave-up" ? phase.outcome.cause : null;
}

function issueColumns(issue: IssueRef) {
  const { installationId, repositoryId, owner, name, number } = issue;
  return { installation_id: installationId, repository_id: repositoryId, owner, name, number };
}

type IssueColumns = ReturnType<typeof issueColumns>;

export function refOfRow(row: IssueColumns & Pick<TasksTable, "rival">): TaskRef {
  return row.rival === "" ? issueOf(row) : { ...issueOf(row), rival: row.rival };
}

export function issueOf(row: IssueColumns): IssueRef {
  const { installation_id, repository_id, owner, name, number } = row;
  return { installationId: installation_id, repositoryId: repository_id, owner, name, number };
}

/** @throws KnownError STORE_TASK_DAMAGED when the row does not hold a task. */
export function taskOf(row: Pick<TasksTable, "id" | "json">): Task {
  const saved = brought(parseJson(row.json));
  if (isTask(saved) && saved.id === row.id) return saved;
  const { error } = taskShape.safeParse(saved);
  const mistakes = error === undefined ? "it is another task's" : z.prettifyError(error);
  throw new KnownError("STORE_TASK_DAMAGED", `the saved task ${row.id} can't be read: ${mistakes}`, {
    hint: "It is left alone, and so is its issue. Put a backup of the store in its place, or delete its row from `tasks`.",
  });
}

/** Tasks of older versions, brought up to date: nobody steers them, nothing of theirs was counted, and only people paused. */
function brought(saved: unknown): unknown {
  if (typeof saved !== "object" || saved === null) return saved;
  const steering = "steering" in saved && typeof saved.steering === "object" ? saved.steering : {};
  const others = { spending: noSpending, watch: watchedBefore(saved), ...saved };
  const whole = { ...others, steering: { ...noSteering, ...steering } };
  const before = pausedBefore.safeParse(whole);
  if (!before.success) return whole;
  const { by, saidAtMs, ...phase } = before.data.phase;
  return { ...before.data, phase: { ...phase, cause: { is: "person", by, saidAtMs } } };
}

/** Before checks and the base began rounds, all rounds were people's. */
function watchedBefore(saved: object): PullWatch {
  const { data } = roundBefore.safeParse(saved);
  return { ...nothingWatched, rounds: { ...nothingWatched.rounds, people: data?.round.number ?? 0 } };
}

const roundBefore = z.looseObject({ round: z.looseObject({ number: z.number() }) });

const pausedBefore = z.looseObject({
  phase: z.looseObject({ at: z.literal("paused"), by: z.string(), saidAtMs: z.number() }),
});

function isTask(saved: unknown): saved is Task {
  return taskShape.safeParse(saved).success;
}

/** What is no JSON is no shape of ours either, so the one check tells both. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export const issueShape = z.looseObject({
  installationId: z.number(),
  repositoryId: z.number(),
  owner: z.string(),
  name: z.string(),
  number: z.number(),
});

const outcome = z.looseObject({ is: z.string() });
const sinceMs = z.number();

const phaseShapes = {
  asked: z.looseObject({ at: z.literal("asked") }),
  queued: z.looseObject({ at: z.literal("queued"), sinceMs }),
  preparing: z.looseObject({ at: z.literal("preparing"), sinceMs }),
  working: z.looseObject({ at: z.literal("working"), sinceMs }),
  waiting: z.looseObject({ at: z.literal("waiting"), sinceMs, on: z.looseObject({ kind: z.string() }) }),
  paused: z.looseObject({
    at: z.literal("paused"),
    sinceMs,
    cause: z.looseObject({ is: z.string() }),
    was: z.string(),
    isInterrupted: z.boolean(),
  }),
  checking: z.looseObject({ at: z.literal("checking"), sinceMs }),
  delivering: z.looseObject({ at: z.literal("delivering"), sinceMs }),
  "in-review": z.looseObject({ at: z.literal("in-review"), sinceMs }),
  stopped: z.looseObject({ at: z.literal("stopped"), sinceMs, outcome }),
  ending: z.looseObject({ at: z.literal("ending"), outcome }),
  done: z.looseObject({ at: z.literal("done"), atMs: z.number(), outcome }),
} satisfies { [at in PhaseName]: z.ZodType<{ at: at }> };

const askedShape = z.looseObject({
  by: z.looseObject({ id: z.number(), login: z.string() }),
  atMs: z.number(),
  label: z.string(),
});

/** Structure only: enough that core/ can rely on what it branches on, loose enough that a task of an older version is still one. */
const taskShape = z.looseObject({
  id: z.string(),
  issue: issueShape,
  rival: z.string().optional(),
  agent: z.string(),
  attempt: z.number(),
  asked: askedShape,
  slug: z.string(),
  phase: z.discriminatedUnion("at", [
    phaseShapes.asked,
    phaseShapes.queued,
    phaseShapes.preparing,
    phaseShapes.working,
    phaseShapes.waiting,
    phaseShapes.paused,
    phaseShapes.checking,
    phaseShapes.delivering,
    phaseShapes["in-review"],
    phaseShapes.stopped,
    phaseShapes.ending,
    phaseShapes.done,
  ]),
  why: z.string(),
  policy: z.looseObject({ setup: z.array(z.string()), verify: z.array(z.string()), draft: z.boolean() }),
  settingsMistakes: z.array(z.string()),
  run: z.looseObject({ number: z.number(), conversation: z.string(), starts: z.number() }).optional(),
  again: askedShape.optional(),
  delivered: z.looseObject({ sha: z.string() }).optional(),
  pull: z.looseObject({ number: z.number(), url: z.string() }).optional(),
  usage: z.looseObject({}),
  spending: z.looseObject({ moreUsd: z.number(), today: z.looseObject({ day: z.string(), usd: z.number() }) }),
  steering: z.looseObject({ owed: z.array(z.looseObject({})), wishes: z.array(z.looseObject({})) }),
  watch: z.looseObject({ rounds: z.looseObject({ people: z.number() }), fates: z.array(z.looseObject({})) }),
  said: z.looseObject({ greeted: z.boolean(), atMs: z.number(), reviewAsked: z.boolean() }),
});
