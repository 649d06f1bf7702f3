import { dayOf } from "../core/budget.ts";
import { type Dependency, dependenciesIn, holding, holdSlot, wantsDependencies } from "../core/depends.ts";
import { type RosterLine, slotOf } from "../core/assign.ts";
import { type Sight, type Slot, unseen } from "../core/sight.ts";
import { heldByBreaker } from "../core/breaker.ts";
import { accountOf, heldBack, isHeldBack, type Prospects } from "../core/hold.ts";
import { crowdedOut, isIdle } from "../core/crowd.ts";
import { wantsChecks } from "../core/pull-watch.ts";
import { noRoom } from "../core/room.ts";
import type { OperatorPolicy } from "../core/policy.ts";
import { winnerAmong } from "../core/rivals.ts";
import { reviewsOf, wantsThreads } from "../core/round.ts";
import { isSuspicious } from "../core/stuck.ts";
import type { Person, Task } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { WantedSight, World } from "./ports.ts";

/** Agents are asked for their own state only after they were silent for a while: it costs half a second each time. */
const silentMs = 15_000;

export interface Looked {
  readonly sight: Sight;
  /** Why GitHub could not be looked at; undefined when it was, or was not to be. */
  readonly blindness: KnownError | undefined;
}

/** What a pass has to know of the world for a task in this phase; the rest stays unknown. */
export async function look(
  task: Task,
  isForgeWanted: boolean,
  speakers: readonly Person[],
  rivals: readonly Task[],
  world: World,
): Promise<Looked> {
  const { at } = task.phase;
  const [{ blindness, ...forge }, admission, runner, queue, isCrowdedOut, neighbours] = await Promise.all([
    lookAtForge(task, isForgeWanted, speakers, rivals, world),
    at === "asked" ? world.forge.admit(task) : ("unknown" as const),
    at === "asked" || at === "queued"
      ? undefined
      : world.runner.look(task, wanted(task, world.operator, world.nowMs())),
    lookAtQueue(task, world),
    lookAtCrowd(task, world),
    at === "in-review" ? world.store.withPulls(task.issue.repositoryId) : [],
  ]);
  const sight = {
    ...unseen,
    ...runner,
    ...forge,
    admission,
    ...queue,
    slot: await holdBack(task, forge.dependencies, queue.slot, world),
    isCrowdedOut,
    rivals,
    neighbours,
    attach: world.runner.attachCommand(task),
    isWalled: world.runner.isWalled(task),
  };
  return { sight, blindness };
}

const unseenForge = {
  forge: unseen.forge,
  trusted: unseen.trusted,
  threads: unseen.threads,
  pullChecks: unseen.pullChecks,
  winner: unseen.winner,
  dependencies: unseen.dependencies,
};

/** A run is looked after while GitHub is away, too. */
async function lookAtForge(
  task: Task,
  isWanted: boolean,
  speakers: readonly Person[],
  rivals: readonly Task[],
  world: World,
) {
  const { forge } = world;
  try {
    const [seen, trusted, threads, pullChecks] = await Promise.all([
      isWanted ? forge.look(task) : ("unknown" as const),
      trustedOf(task, speakers, world),
      wantsThreads(task) && task.pull !== undefined
        ? forge.readThreads(task, task.pull, reviewsOf(task.round))
        : ("unknown" as const),
      wantsChecks(task, isWanted, world.nowMs()) && task.pull !== undefined
        ? forge.readChecks(task, task.pull)
        : ("unknown" as const),
    ]);
    const dependencies = await lookAtDependencies(task, isWanted, world);
    const winner = await lookForWinner(task, seen, rivals, world);
    return { forge: seen, trusted, threads, pullChecks, winner, dependencies, blindness: undefined };
  } catch (error) {
    if (error instanceof KnownError) return { ...unseenForge, blindness: error };
    throw error;
  }
}

/** Once it is known how they stand, they are looked at again when there is news, or when a look is due. */
async function lookAtDependencies(
  task: Task,
  isWanted: boolean,
  { forge, store }: World,
): Promise<Sight["dependencies"]> {
  if (!wantsDependencies(task) || (!isWanted && task.dependencies !== undefined)) return "unknown";
  const seen = await forge.lookAtOthers(task.issue, dependenciesIn(task.brief?.body ?? ""));
  return await Promise.all(
    seen.map(async (one): Promise<Dependency> => {
      if (one.state !== "open") return one;
      // Merged into another branch than the default one, a pull request closes no issue.
      const tasks = await store.tasksOf({ ...task.issue, number: one.number });
      const isMerged = tasks.some(({ phase }) => phase.at === "done" && phase.outcome.is === "merged");
      return isMerged ? { ...one, state: "done" } : one;
    }),
  );
}

async function holdBack(task: Task, seen: Sight["dependencies"], slot: Slot, { store }: World): Promise<Slot> {
  if (task.phase.at !== "queued") return slot;
  const known = seen === "unknown" ? task : { ...task, dependencies: seen };
  if (holding(known).length === 0) return holdSlot(slot, known, new Map());
  const here = (await store.roster()).filter(({ repositoryId }) => repositoryId === task.issue.repositoryId);
  return holdSlot(
    slot,
    known,
    new Map(here.flatMap(({ waiting }) => (waiting === undefined ? [] : [[waiting.number, waiting.for]]))),
  );
}

/** A merge closes the issue: who hears of that first has to look whose merge it was. */
async function lookForWinner(task: Task, seen: Sight["forge"], rivals: readonly Task[], { forge }: World) {
  const known = winnerAmong(task, rivals);
  if (known !== undefined || seen === "unknown" || seen.issue !== "closed") return known;
  for (const rival of rivals) {
    if (rival.pull === undefined || rival.phase.at === "done") continue;
    const { pull } = await forge.look(rival);
    if (pull !== "none" && pull.state === "merged") return rival;
  }
  return undefined;
}

async function trustedOf(task: Task, speakers: readonly Person[], { forge }: World): Promise<number[]> {
  const people = [...new Map(speakers.map((person) => [person.id, person])).values()];
  const found = await Promise.all(
    people.map(async (one) => ((await forge.mayCommand(task.issue, one)) ? [one.id] : [])),
  );
  return found.flat();
}

type QueueSight = Pick<Sight, "slot" | "todayUsd" | "account">;

/** What a task has to know of the others: its place in the queue, their agents' account, and what all have cost today. */
async function lookAtQueue(task: Task, world: World): Promise<QueueSight> {
  const { at } = task.phase;
  const todayUsd = await lookAtToday(task, world);
  // What was held back goes on at once when people allow it.
  const isHeld = at === "stopped" && task.steering.held !== undefined;
  const isQueueing = at === "asked" || at === "queued" || at === "paused" || isHeld;
  if (!isQueueing && task.run?.failure === undefined) return { todayUsd, account: unseen.account, slot: unseen.slot };
  const others = (await world.store.roster()).filter((line) => line.id !== task.id);
  const account = accountOf(task.agent, others);
  const slot = isQueueing ? await withRoom(slotFor(task, others, { todayUsd, account }, world), world) : unseen.slot;
  return { todayUsd, account, slot };
}

async function withRoom(slot: Slot, { runner, operator }: World): Promise<Slot> {
  const why = slot.free ? noRoom(await runner.freeBytes(), operator) : undefined;
  return why === undefined ? slot : { ...slot, free: false, why };
}

async function lookAtCrowd(task: Task, { store, operator }: World): Promise<boolean> {
  if (!isIdle({ phase: task.phase.at })) return false;
  return crowdedOut(await store.roster(), operator.maxSessions).includes(task.id);
}

/** The place in the queue; for a task that is not in it, the one that it is going to have. */
function slotFor(task: Task, others: readonly RosterLine[], known: Omit<Prospects, "breaker">, world: World): Slot {
  const { id, issue, asked, policy, agent } = task;
  const own: RosterLine = {
    id,
    repositoryId: issue.repositoryId,
    phase: "queued",
    sinceMs: 0,
    askedAtMs: asked.atMs,
    maxSessions: policy.maxSessions,
    hasPull: task.pull !== undefined,
    agent,
    limitedUntilMs: 0,
    gaveUp: undefined,
  };
  const nowMs = world.nowMs();
  const able = others.filter((line) => line.phase !== "queued" || !isHeldBack(line, others, nowMs));
  const slot = slotOf(id, [...able, own], world.operator, nowMs);
  const held = heldBack(task, { ...known, breaker: heldByBreaker(own, others, nowMs) }, world.operator, nowMs);
  return held === undefined ? slot : { ...slot, free: false, why: held };
}

/** What all tasks have cost today, for those that may have to wait for tomorrow because of it. */
async function lookAtToday({ phase }: Task, { store, operator, nowMs }: World): Promise<number | "unknown"> {
  const isWanted = ["asked", "queued", "working", "paused"].includes(phase.at);
  return operator.maxDayUsd === undefined || !isWanted ? "unknown" : await store.spentUsd(dayOf(nowMs()));
}

/** Looks cost processes: each phase names what it decides from. */
function wanted(task: Task, operator: OperatorPolicy, nowMs: number): WantedSight {
  const { phase, run, policy } = task;
  const isRunning = phase.at === "working" || phase.at === "waiting";
  const isInterrupting = phase.at === "paused" && !phase.isInterrupted;
  const mayBeDone = run?.turn === "idle" || run?.submitted !== undefined || run?.noChange !== undefined;
  return {
    workspace:
      ["preparing", "checking", "delivering", "ending"].includes(phase.at) ||
      (isRunning && mayBeDone) ||
      isSuspicious(phase, run, operator, nowMs),
    session: phase.at !== "preparing",
    agent: isInterrupting || (isRunning && nowMs - (run?.lastSignMs ?? 0) > silentMs),
    setup: phase.at === "preparing" && policy.setup.length > 0,
    checks: phase.at === "checking" && policy.verify.length > 0,
    usage: usageWanted(task, mayBeDone),
  };
}

/** A session that gave no sign yet may have no figures, and no place for them. */
function usageWanted({ phase, run }: Task, mayBeDone: boolean): WantedSight["usage"] {
  if (run?.begun !== true) return "no";
  const isRunning = phase.at === "working" || phase.at === "waiting";
  if (isRunning) return mayBeDone ? "now" : "lately";
  return phase.at === "checking" || phase.at === "delivering" ? "now" : "no";
}
