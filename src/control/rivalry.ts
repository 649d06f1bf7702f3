import { askedOf } from "../core/advance.ts";
import type { Fact, NotedFact } from "../core/fact.ts";
import { isTask, ownerOf, ownFacts, type Trigger, triggerFor } from "../core/rivals.ts";
import { noSuchAgent } from "../core/steer-words.ts";
import { newTask, refOf, type Task, taskId, type TaskRef } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { SavedTask, World } from "./ports.ts";

/** What a pass is about: its task, and the others of the same issue. */
export interface Contest {
  readonly saved: SavedTask | undefined;
  readonly rivals: readonly Task[];
  /** Tasks that labels began just now. */
  readonly begun: readonly TaskRef[];
  /** The facts that say something to this task. */
  facts(noted: readonly NotedFact[]): readonly NotedFact[];
}

type Labelled = Fact & { kind: "labelled" };

/** Begins what labels ask for: the issue's first task, and one for each further agent, which competes with it. */
export async function joinContest(
  ref: TaskRef,
  loaded: SavedTask | undefined,
  noted: readonly NotedFact[],
  world: World,
): Promise<Contest> {
  const before = await world.store.tasksOf(ref, taskId(ref));
  const labels = noted.flatMap(({ fact }) => (fact.kind === "labelled" ? [fact] : []));
  const trigger = await triggerOf(ref, loaded, labels, world);
  const saved = loaded ?? begin(ref, labels, before, trigger, world);
  const tasks = saved === undefined ? before : [saved.task, ...before];
  // An issue's first task is always there to be asked, so it is the one that begins the others.
  const begun = ref.rival === undefined ? await challenge(ref, labels, tasks, trigger, world) : [];
  const all = [...tasks, ...begun];
  return {
    saved,
    rivals: [...before, ...begun],
    begun: begun.map(refOf),
    facts(some) {
      if (saved === undefined) return some;
      const own = new Set(
        ownFacts(
          saved.task,
          some.map(({ fact }) => fact),
          all,
          trigger,
        ),
      );
      return some.filter(({ fact }) => own.has(fact));
    },
  };
}

/** The repository's settings are known once a task was admitted; before, GitHub has to be asked for them. */
async function triggerOf(
  ref: TaskRef,
  loaded: SavedTask | undefined,
  labels: readonly Labelled[],
  { forge, operator }: World,
): Promise<Trigger> {
  if (labels.length > 0 && loaded?.task.brief === undefined) {
    const { label, agent } = await forge.triggerOf(ref);
    return { label, agent: agent ?? operator.defaultAgent };
  }
  return loaded === undefined
    ? { label: operator.triggerLabel, agent: operator.defaultAgent }
    : triggerFor(loaded.task, operator);
}

/** An issue often gets several labels at once: the first one that can be done makes the first task. */
function begin(
  ref: TaskRef,
  labels: readonly Labelled[],
  others: readonly Task[],
  trigger: Trigger,
  { operator }: World,
): SavedTask | undefined {
  if (ref.rival !== undefined) return undefined;
  const asking = labels.flatMap((label) => {
    const owner = ownerOf(label.label, others, trigger);
    return owner === undefined || isTask(owner) ? [] : [{ label, agent: owner.agent }];
  });
  const first = asking.find(({ agent }) => operator.agents.includes(agent)) ?? asking[0];
  if (first === undefined) return undefined;
  return { task: newTask(ref, askedOf(first.label), first.agent, undefined), version: 0 };
}

async function challenge(
  ref: TaskRef,
  labels: readonly Labelled[],
  known: readonly Task[],
  trigger: Trigger,
  world: World,
): Promise<readonly Task[]> {
  const begun: Task[] = [];
  if (known.length === 0) return begun;
  for (const label of labels) {
    const owner = ownerOf(label.label, [...known, ...begun], trigger);
    if (owner === undefined || isTask(owner)) continue;
    if (!world.operator.agents.includes(owner.agent)) await refuse(ref, label, owner.agent, world);
    else
      begun.push(await start(newTask({ ...ref, rival: owner.agent }, askedOf(label), owner.agent, undefined), world));
  }
  return begun;
}

async function start(task: Task, { store, log, nowMs }: World): Promise<Task> {
  try {
    await store.save(task, 0, [], nowMs());
    log.info({ task: task.id, issue: task.issue.number }, `${task.agent} competes for it`);
  } catch (error) {
    // One that can't be read is there all the same.
    if (!(error instanceof KnownError) || error.code !== "STORE_CONFLICT") throw error;
  }
  return task;
}

/** A second label for an agent that is not here begins nothing; who may label hears why. */
async function refuse(ref: TaskRef, { by, atMs }: Labelled, agent: string, { forge, operator }: World): Promise<void> {
  if (!(await forge.mayCommand(ref, by))) return;
  await forge.comment(ref, ref.number, `no-agent-${atMs}`, noSuchAgent(agent, operator.agents));
}
