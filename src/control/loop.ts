import { backoffMs } from "../core/backoff.ts";
import { crowdedOut } from "../core/crowd.ts";
import { type TaskRef, taskId } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { World } from "./ports.ts";
import { type PassEnd, reconcile } from "./reconcile.ts";
import { createTurns } from "./turns.ts";

/** The one owner of tasks: runs passes, one at a time for each issue, and knows when the next is due. */
export interface Loop {
  /** Takes everything up that the store knows, and goes on until `stop`. */
  start(): Promise<void>;
  /** There is news of a task, or of an issue that has none yet. */
  wake(task: TaskRef): void;
  /** There are new facts in the inbox. Never fails: an inbox that can't be read is read later. */
  wakeForFacts(): Promise<void>;
  /** Has every live task looked at now, GitHub's side of it too: much may have happened while we slept. */
  wakeAll(): void;
  /** Ends the passes under way, and starts no more. */
  stop(): Promise<void>;
}

interface Lane {
  readonly task: TaskRef;
  running: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
  hasNews: boolean;
  failures: number;
  forgeSeenAtMs: number;
}

export function createLoop(world: World): Loop {
  const lanes = new Map<string, Lane>();
  const queue = createTurns();
  const issues = createTurns();
  let isStopping = false;
  let factsTimer: NodeJS.Timeout | undefined;

  function wake(task: TaskRef): void {
    if (isStopping) return;
    const lane = laneOf(task);
    lane.hasNews = true;
    clearTimeout(lane.timer);
    lane.running ??= runLane(lane).finally(() => {
      lane.running = undefined;
      if (lane.hasNews && !isStopping) wake(task);
    });
  }

  function laneOf(task: TaskRef): Lane {
    const id = taskId(task);
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const lane: Lane = { task, running: undefined, timer: undefined, hasNews: false, failures: 0, forgeSeenAtMs: 0 };
    lanes.set(id, lane);
    return lane;
  }

  async function runLane(lane: Lane): Promise<void> {
    lane.hasNews = false;
    const nextMs = await onePass(lane);
    if (nextMs === 0) lane.hasNews = true;
    else if (nextMs !== undefined) comeBack(lane, nextMs);
    else if (!lane.hasNews) lanes.delete(taskId(lane.task));
  }

  function comeBack(lane: Lane, inMs: number): void {
    clearTimeout(lane.timer);
    if (isStopping) return;
    lane.timer = setTimeout(() => wake(lane.task), inMs);
  }

  async function onePass(lane: Lane): Promise<number | undefined> {
    const isForgeStale = world.nowMs() - lane.forgeSeenAtMs > world.operator.sweepEveryMs;
    try {
      const end = await pass(lane, isForgeStale);
      // Who gets on in spite of failures does not come back later and later.
      if (end.hasMoved) lane.failures = 0;
      if (end.failure !== undefined) return failed(lane, end.failure.error);
      if (isForgeStale) lane.forgeSeenAtMs = world.nowMs();
      lane.failures = 0;
      return end.againInMs;
    } catch (error) {
      return failed(lane, error);
    }
  }

  async function pass(lane: Lane, isForgeStale: boolean): Promise<PassEnd> {
    const { task } = lane;
    // Tasks of one issue share its labels and its facts, so each has to see what the other came to.
    const end = await issues(`${task.repositoryId}-${task.number}`, () => inQueue(task, isForgeStale));
    for (const other of end.wakes) wake(other);
    if (end.hasMoved) await wakeOthers(task);
    if (end.isNews) await wakeDependents(task);
    return end;
  }

  /** Two queued tasks that look at the same free slot at once would both take it. */
  async function inQueue(task: TaskRef, isForgeStale: boolean): Promise<PassEnd> {
    const saved = await world.store.load(taskId(task));
    const isQueueing = saved?.task.phase.at === "queued" || saved?.task.phase.at === "paused";
    const one = () => reconcile(task, isForgeStale, world);
    return isQueueing ? await queue("slots", one) : await one();
  }

  /** Those that wait for an issue have GitHub asked how it stands now. */
  async function wakeDependents({ repositoryId, number }: TaskRef): Promise<void> {
    for (const line of await world.store.roster()) {
      const lane =
        line.repositoryId === repositoryId && line.waiting?.for.includes(number) === true
          ? lanes.get(line.id)
          : undefined;
      if (lane === undefined) continue;
      lane.forgeSeenAtMs = 0;
      wake(lane.task);
    }
  }

  /** One that moved on may have left a slot to the queue, or has come to the idle ones, of which the oldest make room. */
  async function wakeOthers(besides: TaskRef): Promise<void> {
    const roster = await world.store.roster();
    const queued = roster.filter((line) => line.phase === "queued").map((line) => line.id);
    const concerned = new Set([...queued, ...crowdedOut(roster, world.operator.maxSessions)]);
    for (const lane of lanes.values()) {
      if (concerned.has(taskId(lane.task)) && lane.task !== besides) wake(lane.task);
    }
  }

  function failed(lane: Lane, error: unknown): number {
    lane.failures += 1;
    // Whether GitHub still lets us in is the first thing to know.
    lane.forgeSeenAtMs = 0;
    const waitMs = backoffMs(lane.failures);
    const what = { task: taskId(lane.task), err: error, failures: lane.failures, againInMs: waitMs };
    if (error instanceof KnownError) world.log.warn(what, error.message);
    else world.log.error(what, "a pass failed; this is a bug in Coppice");
    return waitMs;
  }

  /** Nobody else asks for facts about an issue that has no task yet, so it is tried until it works. */
  async function wakeForFacts(failures = 0): Promise<void> {
    clearTimeout(factsTimer);
    if (isStopping) return;
    try {
      for (const task of await world.store.tasksWithFacts()) wake(task);
    } catch (error) {
      if (isStopping) return;
      world.log.warn({ err: error }, "the inbox could not be read; tries again");
      factsTimer = setTimeout(() => void wakeForFacts(failures + 1), backoffMs(failures + 1));
    }
  }

  return {
    async start() {
      for (const task of await world.store.live()) wake(task);
      await wakeForFacts();
    },
    wake,
    wakeForFacts: () => wakeForFacts(),
    wakeAll() {
      for (const lane of lanes.values()) {
        lane.forgeSeenAtMs = 0;
        wake(lane.task);
      }
    },
    async stop() {
      isStopping = true;
      clearTimeout(factsTimer);
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      await Promise.all([...lanes.values()].flatMap((lane) => lane.running ?? []));
    },
  };
}
