import { anotherHelping, usedUp } from "./budget.ts";
import { budgetHint, usedUpWords } from "./budget-words.ts";
import { commandsFor } from "./address.ts";
import { type Command, commandsIn, spokenIn } from "./command.ts";
import type { Fact } from "./fact.ts";
import { money } from "./figures.ts";
import { pause, restedRun } from "./pause.ts";
import { pauseWords } from "./pause-words.ts";
import { stillHeld, withAllowance } from "./held.ts";
import * as prompt from "./prompt.ts";
import { noteEdit, remark } from "./remark.ts";
import { anotherGo, newRun, withPeoplesWords } from "./run.ts";
import { commandTable } from "./steer-words.ts";
import { replyTo } from "./steer-reply.ts";
import { type Answer, withSteering, withWish } from "./steering.ts";
import { end, type Moment, move } from "./step.ts";
import type { Outcome, PauseCause, Run, Task } from "./task.ts";

type Comment = Fact & { kind: "commented" };
type Paused = Task["phase"] & { at: "paused" };

/** What became of one command. */
interface Obeyed {
  readonly task: Task;
  readonly isDone: boolean;
  readonly answers: readonly Answer[];
}

/** One comment may say a few things; a wall of commands is none of a person's. */
const mostCommands = 5;

/** How soon after a `stop` another one means "end it". */
const secondStopMs = 10_000;

/** GitHub's times are whole seconds. */
const clockMs = 1_000;

/** Does what people say in comments, as far as it is a decision; what it takes to say so is owed. */
export function steer(task: Task, facts: readonly Fact[], moment: Moment): Task {
  return facts.reduce((steered, fact) => {
    if (fact.kind === "touched") return noteEdit(steered, fact.what);
    return fact.kind === "commented" ? heard(steered, fact, moment) : steered;
  }, task);
}

function heard(task: Task, comment: Comment, moment: Moment): Task {
  // Said before this was asked for, it was about something else, or is in the brief.
  if (comment.atMs + clockMs < task.asked.atMs) return task;
  return commandsIn(comment.text).length === 0 ? remark(task, comment, moment) : obeyAll(task, comment, moment);
}

function obeyAll(task: Task, comment: Comment, moment: Moment): Task {
  if (task.steering.owed.some((one) => one.comment === comment.commentId)) return task;
  // Who may not command is not answered: else anybody could make us talk.
  if (!moment.sight.trusted.includes(comment.by.id)) return owe(task, comment, false, []);
  let steered = task;
  let isDone = true;
  const answers: Answer[] = [];
  const spoken = spokenIn(comment.text).slice(0, mostCommands);
  const commands = commandsFor(task, moment.sight.rivals, spoken, comment.on !== task.issue.number);
  // What others are told gets their answer.
  if (commands.length === 0) return task;
  for (const command of commands) {
    const obeyed = obey(steered, command, comment, moment);
    steered = obeyed.task;
    isDone &&= obeyed.isDone;
    answers.push(...obeyed.answers);
  }
  return owe(steered, comment, isDone, answers);
}

function owe(task: Task, { commentId, on }: Comment, isDone: boolean, answers: readonly Answer[]): Task {
  return withSteering(task, { owed: [...task.steering.owed, { comment: commentId, on, isDone, answers }] });
}

function obey(task: Task, command: Command, comment: Comment, moment: Moment): Obeyed {
  const who = comment.by.login;
  switch (command.do) {
    case "status":
    case "why":
    case "logs":
      return look(task, command.do);
    case "diff":
      return look(task, command.isPushed ? "pushed-diff" : "diff");
    case "help":
      return { task, isDone: true, answers: [words(commandTable())] };
    case "stop":
      return stop(task, command.isNow, comment, moment);
    case "resume":
      return resume(task, comment, prompt.personSaysGoOn(who), moment);
    case "retry":
      return command.isFresh ? retryFresh(task, comment) : retry(task, comment, moment);
    case "tell":
      return tell(task, comment, command.text, moment);
    case "approve":
    case "deny":
    case "answer":
      return reply(task, command, who);
    case "agent":
      return chooseAgent(task, command.name, who, moment);
    case "model":
      return done(withSteering(task, { model: command.name }), `${who} chose the model ${command.name}`, [
        words(`The next session will use the model \`${command.name}\`.`),
      ]);
    case "base":
      return chooseBase(task, command.branch, who);
    case "budget":
      return raiseBudget(task, command.moreUsd, comment, moment);
    case "allow":
      return allow(task, command.id, comment, moment);
    case "take":
      return take(task, command.link, who);
    case "not-understood":
      return no(task, `I did not understand that: ${command.cure}.\n\n${commandTable()}`);
    default:
      return command satisfies never;
  }
}

function words(text: string): Answer {
  return { is: "words", text };
}

function look(task: Task, is: Exclude<Answer["is"], "words">): Obeyed {
  return { task, isDone: true, answers: [{ is }] };
}

function done(task: Task, last: string, answers: readonly Answer[] = []): Obeyed {
  return { task: withSteering(task, { last }), isDone: true, answers };
}

function no(task: Task, why: string): Obeyed {
  return { task, isDone: false, answers: [words(why)] };
}

/** The first one interrupts and keeps the session; the second one, or `stop now`, ends it. */
function stop(task: Task, isNow: boolean, comment: Comment, moment: Moment): Obeyed {
  const { phase } = task;
  const who = comment.by.login;
  switch (phase.at) {
    case "asked":
    case "queued":
    case "preparing":
      return done(stopped(task, who, moment), `${who} stopped it`);
    case "working":
    case "waiting":
    case "checking":
    case "delivering":
      return isNow
        ? done(stopped(task, who, moment), `${who} stopped it`)
        : done(
            pause(task, phase.at, { is: "person", by: who, saidAtMs: comment.atMs }, moment.nowMs),
            `${who} interrupted the agent`,
          );
    case "paused":
      return isNow || isSecondStop(phase.cause, comment)
        ? done(stopped(task, who, moment), `${who} stopped it`)
        : no(task, "The agent rests already. `/coppice stop now` ends its session; `/coppice resume` goes on.");
    case "in-review":
      return no(task, "Nothing runs: the pull request waits for review. Close it, or take the label off, to end this.");
    case "stopped":
    case "ending":
    case "done":
      return no(task, "It is over already.");
    default:
      return phase satisfies never;
  }
}

function isSecondStop(cause: PauseCause, { atMs }: Comment): boolean {
  return cause.is === "person" && atMs - cause.saidAtMs <= secondStopMs;
}

function stopped(task: Task, who: string, { nowMs }: Moment): Task {
  const outcome: Outcome = { is: "stopped-by", who, how: "stopped it" };
  return move(task, { at: "stopped", sinceMs: nowMs, outcome }, `${who} stopped it`);
}

/** Goes on in the same conversation, with these words for the agent. */
function resume(task: Task, comment: Comment, told: string, moment: Moment): Obeyed {
  const { phase } = task;
  const who = comment.by.login;
  switch (phase.at) {
    case "paused":
      return resumePaused(task, phase, comment, told, moment);
    case "stopped":
      return done(requeue(task, toldRun(task, comment, told, moment), who, moment), `${who} let it go on`);
    case "in-review":
      return no(task, "The work is handed in. Ask for changes in a review, or with `/coppice tell <text>`.");
    case "ending":
    case "done":
      return no(task, "It is over. `/coppice retry` starts another attempt.");
    case "asked":
    case "queued":
    case "preparing":
    case "working":
    case "waiting":
    case "checking":
    case "delivering":
      return no(task, `It is not stopped: ${task.why}.`);
    default:
      return phase satisfies never;
  }
}

/** A run that used up its own budget gets as much again; more than a whole task or day may cost has to be asked for. */
function resumePaused(task: Task, phase: Paused, comment: Comment, told: string, moment: Moment): Obeyed {
  const { cause } = phase;
  const last = `${comment.by.login} let it go on`;
  if (cause.is !== "budget") return done(unpause(task, phase, comment, told, moment), last);
  const { limit } = cause.spent;
  if (limit === "task-usd" || limit === "day-usd") return no(task, `${pauseWords(cause)}. ${budgetHint(limit)}`);
  return done(unpause(anotherHelping(task), phase, comment, told, moment), last);
}

/** At once where a slot is free, else through the queue: who rests holds none. */
function unpause(task: Task, phase: Paused, comment: Comment, told: string, { sight, nowMs }: Moment): Task {
  const { run } = task;
  const why = `${comment.by.login} let it go on`;
  const isHandedIn =
    (phase.was === "checking" || phase.was === "delivering") && told === prompt.personSaysGoOn(comment.by.login);
  const at = isHandedIn ? (phase.was === "checking" ? "checking" : "delivering") : "working";
  const back: Task["phase"] = { at: sight.slot.free ? at : "queued", sinceMs: nowMs };
  if (run === undefined) return move(task, back, why);
  const rested = restedRun(run, phase, nowMs);
  if (isHandedIn) return move({ ...task, run: rested }, back, why);
  return move({ ...task, run: withPeoplesWords(rested, `go-on-${comment.commentId}`, told) }, back, why);
}

/** More money for this task: beyond its own limits, and beyond the day's. */
function raiseBudget(task: Task, moreUsd: number, comment: Comment, moment: Moment): Obeyed {
  const { phase, spending } = task;
  const raised = { ...task, spending: { ...spending, moreUsd: spending.moreUsd + moreUsd } };
  const last = `${comment.by.login} allowed ${money(moreUsd)} more`;
  if (phase.at === "ending" || phase.at === "done") return no(task, "It is over; nothing more is spent.");
  if (phase.at !== "paused" || phase.cause.is !== "budget") return done(raised, last);
  const left = usedUp(raised, moment.operator, moment.sight.todayUsd);
  if (left !== undefined) return done(raised, last, [words(`That is not enough yet: ${usedUpWords(left)}.`)]);
  return done(unpause(raised, phase, comment, prompt.personSaysGoOn(comment.by.login), moment), last);
}

/** What was given up or stopped goes on with another go of the same run, and what was never begun begins. */
function toldRun({ run }: Task, comment: Comment, told: string, { nowMs }: Moment): Run | undefined {
  return run === undefined ? undefined : withPeoplesWords(anotherGo(run, nowMs), `go-on-${comment.commentId}`, told);
}

function requeue(task: Task, run: Run | undefined, who: string, { nowMs }: Moment): Task {
  const at = task.brief === undefined ? ({ at: "asked" } as const) : ({ at: "queued", sinceMs: nowMs } as const);
  return move({ ...task, run, again: undefined }, at, `${who} let it go on`);
}

/** Another attempt in the same workspace, with a conversation of its own. */
function retry(task: Task, comment: Comment, moment: Moment): Obeyed {
  const { phase, run } = task;
  const who = comment.by.login;
  if (phase.at === "stopped") {
    const next = run === undefined ? undefined : newRun(run.number + 1, moment.conversation, moment.nowMs);
    return done(requeue(task, next, who, moment), `${who} asked for another try`);
  }
  if (phase.at === "ending" || phase.at === "done") return retryFresh(task, comment);
  if (phase.at === "in-review")
    return no(task, "The work is handed in. Ask for changes in a review, or start anew with `/coppice retry fresh`.");
  return no(task, "It is at work. `/coppice stop now` it first, or start anew with `/coppice retry fresh`.");
}

function retryFresh(task: Task, { by, atMs }: Comment): Obeyed {
  const { phase } = task;
  const last = `${by.login} asked for another attempt`;
  const again = { by: { id: by.id, login: by.login }, atMs, label: task.asked.label, text: undefined };
  const wanted: Task = { ...task, again };
  if (phase.at === "done" || phase.at === "ending") {
    const { outcome } = phase;
    if (["merged", "closed", "outdone"].includes(outcome.is)) return no(task, "The issue was closed; open it first.");
    if (outcome.is === "stopped-by" && outcome.how === "removed the label")
      return no(task, "The label was taken off. Put it on again for another attempt.");
    return done(wanted, last);
  }
  const outcome: Outcome =
    phase.at === "stopped" ? phase.outcome : { is: "stopped-by", who: by.login, how: "asked for another attempt" };
  return done(end(wanted, outcome, last), last);
}

/** Says something to the agent: at once when it is at work, else in the next round. */
function tell(task: Task, comment: Comment, text: string, moment: Moment): Obeyed {
  const { phase, run } = task;
  const who = comment.by.login;
  const told = prompt.personSays(who, text);
  switch (phase.at) {
    case "working":
    case "waiting":
      if (run === undefined) return no(task, "There is no run to tell it to.");
      return done(
        { ...task, run: withPeoplesWords(run, `tell-${comment.commentId}`, told) },
        `${who} told the agent something`,
      );
    case "paused":
    case "stopped":
      return run === undefined
        ? no(task, "The agent has not begun. Say it in the issue, then `/coppice retry fresh`.")
        : resume(task, comment, told, moment);
    case "checking":
    case "delivering":
    case "in-review":
      return done(withWish(task, { is: "words", by: who, text }), `${who} told the agent something`);
    case "asked":
    case "queued":
    case "preparing":
      return no(task, "The agent has not begun yet; tell it once it works.");
    case "ending":
    case "done":
      return no(task, "It is over. `/coppice retry` starts another attempt.");
    default:
      return phase satisfies never;
  }
}

function reply(task: Task, command: Command & { do: "approve" | "deny" | "answer" }, who: string): Obeyed {
  const found = replyTo(task, command, who);
  return "no" in found
    ? no(task, found.no)
    : done(withSteering(task, { reply: found }), `${who} answered the agent: ${found.words}`);
}

function chooseAgent(task: Task, name: string, who: string, { operator, sight }: Moment): Obeyed {
  if (sight.rivals.some(({ agent }) => agent === name)) return no(task, `\`${name}\` works on this already.`);
  if (!operator.agents.includes(name))
    return no(task, `There is no agent named \`${name}\` here; known are: ${operator.agents.join(", ")}.`);
  const chosen = withSteering(task, { agent: name });
  const isNow = task.phase.at === "queued" && task.run === undefined;
  const when = isNow ? "This task" : "The next attempt (`/coppice retry fresh`)";
  return done(isNow ? { ...chosen, agent: name } : chosen, `${who} chose the agent ${name}`, [
    words(`${when} will use the agent \`${name}\`.`),
  ]);
}

function chooseBase(task: Task, branch: string, who: string): Obeyed {
  const chosen = withSteering(task, { base: branch });
  const isNow = task.phase.at === "queued" && task.run === undefined;
  const when = isNow ? "This task" : "The next attempt (`/coppice retry fresh`)";
  const based: Task = isNow ? { ...chosen, base: { branch, named: true, sha: undefined } } : chosen;
  return done(based, `${who} chose the base ${branch}`, [words(`${when} will start from \`${branch}\`.`)]);
}

/** A person has looked at a finding. Once nothing else holds the commits they are checked again, and go out. */
function allow(task: Task, id: string, comment: Comment, moment: Moment): Obeyed {
  const { phase, run } = task;
  const who = comment.by.login;
  const open = stillHeld(task).flatMap((finding) => finding.id ?? []);
  if (!open.includes(id)) {
    const known = open.length === 0 ? "Nothing is held that could be allowed" : `Held are: ${open.join(", ")}`;
    return no(task, `There is no finding \`${id}\` to allow. ${known}.`);
  }
  const allowed = withAllowance(task, id, who);
  const last = `${who} allowed the finding ${id}`;
  const left = stillHeld(allowed);
  if (left.length > 0)
    return done(allowed, last, [words(`Still held: ${left.map((finding) => finding.words).join("; ")}`)]);
  const isGivenUp = phase.at === "stopped" && phase.outcome.is === "gave-up" && phase.outcome.cause === "push-refused";
  if (!isGivenUp || run === undefined)
    return done(allowed, last, [words("It counts when the agent hands in these very commits again.")]);
  if (!moment.sight.slot.free)
    return done(requeue(allowed, toldRun(allowed, comment, prompt.personAllowed(who), moment), who, moment), last);
  // In a round of its own, since the checks of an earlier one may have seen other files.
  const again: Task = { ...allowed, run: anotherGo(run, moment.nowMs) };
  return done(move(again, { at: "checking", sinceMs: moment.nowMs }, last), last);
}

function take(task: Task, link: string, who: string): Obeyed {
  const comment = Number(/#issuecomment-(\d+)$/.exec(link)?.[1]);
  if (!["working", "waiting", "checking", "delivering", "in-review"].includes(task.phase.at))
    return no(task, `There is no agent at work to hand it to: ${task.why}.`);
  const takes = [...task.steering.takes, { by: who, comment }];
  const leftOut = task.steering.leftOut.filter((one) => one.comment !== comment);
  return done(withSteering(task, { takes, leftOut }), `${who} handed the agent a comment`);
}
