import { advance, takeFacts } from "../core/advance.ts";
import { commandsIn } from "../core/command.ts";
import type { Fact, NotedFact } from "../core/fact.ts";
import { takeNote } from "../core/note.ts";
import { noTask } from "../core/steer-words.ts";
import { type Action, isSaid, isWord, plan } from "../core/plan.ts";
import type { Sight } from "../core/sight.ts";
import { isOver, type Person, refOf, type Task, taskId, type TaskRef } from "../core/task.ts";
import { winnerAmong } from "../core/rivals.ts";
import { wakeAfterMs } from "../core/wake.ts";
import { KnownError } from "../errors.ts";
import { act } from "./act.ts";
import { look } from "./look.ts";
import type { SavedTask, World } from "./ports.ts";
import { joinContest } from "./rivalry.ts";

/** When the next pass is due; undefined when only news can change anything. */
export interface PassEnd {
  readonly againInMs: number | undefined;
  /** Whether the task is in another phase than before. */
  readonly hasMoved: boolean;
  /** What could not be done or seen; it is tried again. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Whether something happened that those who wait for this issue want to know. */
  readonly isNews: boolean;
  /** Other tasks of the issue that have to hear of what happened. */
  readonly wakes: readonly TaskRef[];
}

const nothingToDo: PassEnd = { againInMs: undefined, hasMoved: false, failure: undefined, isNews: false, wakes: [] };

/** One pass: look, advance, save, act. May run twice, or late; only one at a time for an issue. */
export async function reconcile(ref: TaskRef, isForgeStale: boolean, world: World): Promise<PassEnd> {
  const loaded = await world.store.load(taskId(ref));
  if (loaded !== undefined) await takeEvents(loaded.task, world);
  const noted = await world.store.facts(ref, loaded?.task.pull?.number);
  const contest = await joinContest(ref, loaded, noted, world);
  const { saved } = contest;
  const isNews = noted.some(({ fact }) => fact.kind === "touched");
  if (saved === undefined) {
    await answerStrays(ref, noted, world);
    await world.store.dropFacts(noted, world.nowMs());
    return { ...nothingToDo, isNews };
  }
  const facts = contest.facts(noted);
  const isForgeWanted =
    isForgeStale ||
    winnerAmong(saved.task, contest.rivals) !== undefined ||
    facts.some(({ fact }) => fact.kind !== "agent");
  // What is worth a look depends on the news.
  const informed = takeFacts(
    saved.task,
    facts.map(({ fact }) => fact),
    world.operator,
  );
  const { sight, blindness } = await look(
    informed,
    isForgeWanted && !isOver(saved.task),
    speakersIn(facts),
    contest.rivals,
    world,
  );
  // What people did means something only together with a look at GitHub, so it waits for one.
  const heard = facts.filter(({ fact }) => blindness === undefined || isHeardBlind(fact));
  const news = [...heard, ...(await lastWords(saved.task, facts, sight, world))];
  const others = noted.filter((one) => !facts.includes(one));
  const stepped = await step(saved, news, others, sight, world);
  const end = await carryOut(stepped, saved.task, sight, world);
  const wakes = end.hasMoved ? contest.rivals.map(refOf) : contest.begun;
  return {
    ...end,
    isNews: isNews || end.hasMoved,
    wakes,
    failure: blindness === undefined ? end.failure : { error: blindness },
  };
}

/** A command where no task is gets an answer, too, when it is said by somebody who may. */
async function answerStrays(issue: TaskRef, facts: readonly NotedFact[], { forge, operator }: World): Promise<void> {
  for (const { fact } of facts) {
    if (fact.kind !== "commented" || commandsIn(fact.text).length === 0 || !(await forge.mayCommand(issue, fact.by)))
      continue;
    await forge.comment(issue, fact.on, `answer-${fact.commentId}`, noTask(operator.triggerLabel));
    await forge.react(issue, fact.commentId, false);
  }
}

/** Whose word has to be judged before it counts. */
function speakersIn(facts: readonly NotedFact[]): readonly Person[] {
  return facts.flatMap(({ fact }) => (fact.kind === "commented" || fact.kind === "reviewed" ? [fact.by] : []));
}

function isHeardBlind(fact: Fact): boolean {
  return fact.kind === "agent" || fact.kind === "labelled";
}

/** What an agent said after it was last asked and before its session was seen to be over: it may have handed in. */
async function lastWords(task: Task, known: readonly NotedFact[], sight: Sight, world: World) {
  const isRunning = task.phase.at === "working" || task.phase.at === "waiting";
  const isGone = sight.session.is === "ended" || sight.session.is === "absent";
  if (!isRunning || !isGone) return [];
  await takeEvents(task, world);
  const ids = new Set(known.map(({ inboxId }) => inboxId));
  const facts = await world.store.facts(refOf(task), task.pull?.number);
  return facts.filter(({ inboxId, fact }) => fact.kind === "agent" && !ids.has(inboxId));
}

/** The agent's events go to the inbox before anything is decided from them, so a crash loses none and takes none twice. */
async function takeEvents(task: Task, world: World): Promise<void> {
  const events = await world.runner.events(task);
  const subject = { issue: task.issue, is: "issue" as const, task: task.id };
  const run = task.run?.number ?? 0;
  if (events.length === 0) return;
  // One after another: an order that a failed write turned around would tell another story.
  for (const { key, event } of events)
    await world.store.note(key, subject, { kind: "agent", run, event }, world.nowMs());
  await world.runner.dropEvents(
    task,
    events.map(({ key }) => key),
  );
}

/** @param others facts that are none of this task's business. */
async function step(
  saved: SavedTask,
  facts: readonly NotedFact[],
  others: readonly NotedFact[],
  sight: Sight,
  world: World,
): Promise<SavedTask> {
  const moment = { sight, operator: world.operator, nowMs: world.nowMs(), conversation: world.newConversation() };
  const task = advance(
    saved.task,
    facts.map(({ fact }) => fact),
    moment,
  );
  const done = [...facts, ...others];
  const hasNews = saved.version === 0 || done.length > 0 || JSON.stringify(task) !== JSON.stringify(saved.task);
  if (!hasNews) return saved;
  if (task.why !== saved.task.why || saved.version === 0) {
    world.log.info({ task: task.id, issue: task.issue.number, phase: task.phase.at }, task.why);
  }
  return { task, version: await world.store.save(task, saved.version, done, world.nowMs()) };
}

/**
 * The rest of the pass: does the work until one action fails, and says what there is to say. What an action found out is
 * saved at once.
 */
async function carryOut(stepped: SavedTask, before: Task, sight: Sight, world: World): Promise<PassEnd> {
  const actions = plan(stepped.task, sight, world.operator, world.nowMs());
  const worked = await actAll(
    stepped,
    actions.filter((action) => !isWord(action)),
    world,
  );
  const calm = await noteTrouble(worked, world);
  const told = await actAll(calm, plan(calm.task, sight, world.operator, world.nowMs()).filter(isWord), world);
  return {
    againInMs: againInMs(told.task, before, sight, actions, world),
    hasMoved: told.task.phase.at !== before.phase.at,
    failure: worked.failure ?? told.failure,
    isNews: false,
    wakes: [],
  };
}

interface Acted extends SavedTask {
  readonly failure: { readonly error: unknown } | undefined;
}

async function actAll(saved: SavedTask, actions: readonly Action[], world: World): Promise<Acted> {
  let { task, version } = saved;
  for (const action of actions) {
    world.log.debug({ task: task.id, action: action.do }, "acts");
    try {
      const note = await act(task, action, world);
      world.log.debug({ task: task.id, action: action.do }, "acted");
      if (note === undefined) continue;
      task = takeNote(task, note, world.operator, world.nowMs());
      version = await world.store.save(task, version, [], world.nowMs());
    } catch (error) {
      return { task, version, failure: { error } };
    }
  }
  return { task, version, failure: undefined };
}

/** What keeps the work from going on is said on the issue, until it is over. */
async function noteTrouble({ task, version, failure }: Acted, world: World): Promise<SavedTask> {
  if (isConflict(failure?.error)) return { task, version };
  const trouble = failure === undefined ? undefined : troubleOf(failure.error);
  if (trouble === task.trouble) return { task, version };
  const troubled = { ...task, trouble };
  return { task: troubled, version: await world.store.save(troubled, version, [], world.nowMs()) };
}

function isConflict(error: unknown): boolean {
  return error instanceof KnownError && error.code === "STORE_CONFLICT";
}

function troubleOf(error: unknown): string {
  if (!(error instanceof KnownError)) return "something unexpected went wrong in Coppice; its log has the details";
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
}

function againInMs(
  task: Task,
  before: Task,
  sight: Sight,
  actions: readonly Action[],
  world: World,
): number | undefined {
  if (task.phase.at !== before.phase.at) return 0;
  if (actions.some((action) => !isWord(action))) return settleMs;
  return wakeAfterMs(task, !isSaid(task, sight), world.operator, world.nowMs());
}

/** After an action the world is looked at again soon, but not so soon that one without effect keeps the machine busy. */
const settleMs = 200;
