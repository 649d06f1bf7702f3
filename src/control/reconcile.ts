import { advance, askedOf } from "../core/advance.ts";
import type { Fact, NotedFact } from "../core/fact.ts";
import { takeNote } from "../core/note.ts";
import { type Action, isSaid, plan } from "../core/plan.ts";
import type { Sight } from "../core/sight.ts";
import { isOver, type IssueRef, newTask, type Task, taskId } from "../core/task.ts";
import { agentAskedBy } from "../core/trigger.ts";
import { wakeAfterMs } from "../core/wake.ts";
import { act } from "./act.ts";
import { look } from "./look.ts";
import type { SavedTask, World } from "./ports.ts";

/** When the next pass is due; undefined when only news can change anything. */
export interface PassEnd {
  readonly againInMs: number | undefined;
  readonly slotFreed: boolean;
}

const nothingToDo: PassEnd = { againInMs: undefined, slotFreed: false };

/** One pass: look, advance, save, act. May run twice, or late; only one at a time for an issue. */
export async function reconcile(issue: IssueRef, isForgeStale: boolean, world: World): Promise<PassEnd> {
  const loaded = await world.store.load(taskId(issue));
  if (loaded !== undefined) await takeEvents(loaded.task, world);
  const facts = await world.store.facts(issue, loaded?.task.pull?.number);
  const saved = loaded ?? (await begin(issue, facts, world));
  if (saved === undefined) {
    await world.store.dropFacts(facts, world.nowMs());
    return nothingToDo;
  }
  const isForgeWanted = isForgeStale || facts.some(({ fact }) => fact.kind !== "agent");
  const sight = await look(saved.task, isForgeWanted && !isOver(saved.task), world);
  const stepped = await step(saved, facts, sight, world);
  return await carryOut(stepped, saved.task, sight, world);
}

/** The agent's events go to the inbox before anything is decided from them, so a crash loses none and takes none twice. */
async function takeEvents(task: Task, world: World): Promise<void> {
  const events = await world.runner.events(task);
  const subject = { issue: task.issue, is: "issue" as const };
  const run = task.run?.number ?? 0;
  for (const { key, event } of events)
    await world.store.note(key, subject, { kind: "agent", run, event }, world.nowMs());
  if (events.length > 0)
    await world.runner.dropEvents(
      task,
      events.map(({ key }) => key),
    );
}

async function begin(issue: IssueRef, facts: readonly NotedFact[], world: World): Promise<SavedTask | undefined> {
  const label = facts
    .map(({ fact }) => fact)
    .find((fact): fact is Fact & { kind: "labelled" } => fact.kind === "labelled");
  if (label === undefined) return undefined;
  const trigger = await world.forge.triggerOf(issue);
  const agent = agentAskedBy(label.label, trigger.label, trigger.agent ?? world.operator.defaultAgent);
  return agent === undefined ? undefined : { task: newTask(issue, askedOf(label), agent, undefined), version: 0 };
}

async function step(saved: SavedTask, facts: readonly NotedFact[], sight: Sight, world: World): Promise<SavedTask> {
  const moment = { sight, operator: world.operator, nowMs: world.nowMs(), conversation: world.newConversation() };
  const task = advance(
    saved.task,
    facts.map(({ fact }) => fact),
    moment,
  );
  const hasNews = saved.version === 0 || facts.length > 0 || JSON.stringify(task) !== JSON.stringify(saved.task);
  if (!hasNews) return saved;
  if (task.why !== saved.task.why || saved.version === 0) {
    world.log.info({ task: task.id, issue: task.issue.number, phase: task.phase.at }, task.why);
  }
  return { task, version: await world.store.save(task, saved.version, facts, world.nowMs()) };
}

/** The rest of the pass: acts until all is done or one action fails; what an action found out is saved at once. */
async function carryOut(stepped: SavedTask, before: Task, sight: Sight, world: World): Promise<PassEnd> {
  let { task, version } = stepped;
  const actions = plan(task, sight, world.operator, world.nowMs());
  for (const action of actions) {
    world.log.debug({ task: task.id, action: action.do }, "acts");
    const note = await act(task, action, world);
    if (note === undefined) continue;
    task = takeNote(task, note, world.operator, world.nowMs());
    version = await world.store.save(task, version, [], world.nowMs());
  }
  return passEnd(task, before, sight, actions, world);
}

function passEnd(task: Task, before: Task, sight: Sight, actions: readonly Action[], world: World): PassEnd {
  const hasMoved = task.phase.at !== before.phase.at;
  const restMs = wakeAfterMs(task, !isSaid(task, sight), world.operator, world.nowMs());
  return { againInMs: hasMoved ? 0 : actions.some(changesTheWorld) ? settleMs : restMs, slotFreed: hasMoved };
}

/** After an action the world is looked at again soon, but not so soon that one without effect keeps the machine busy. */
const settleMs = 200;

/** Words and labels change nothing that a pass decides from; all else is looked at again at once. */
function changesTheWorld(action: Action): boolean {
  return action.do !== "say" && action.do !== "label" && action.do !== "greet";
}
