import type { Command, Spoken } from "./command.ts";
import type { Task } from "./task.ts";

/** What a comment's commands mean for one of an issue's tasks, when several agents compete. */
export function commandsFor(
  task: Task,
  rivals: readonly Task[],
  spoken: readonly Spoken[],
  isOnPull: boolean,
): readonly Command[] {
  return spoken.flatMap(({ to, command }) => {
    if (isOnPull) return toPull(task, command, to);
    return to === undefined ? toAll(task, rivals, command) : toOne(task, rivals, command, to);
  });
}

/** On a pull request, the task that opened it is meant. */
function toPull({ agent }: Task, command: Command, to: string | undefined): readonly Command[] {
  if (to === undefined || to === agent) return [command];
  return [puzzled(to, `this is ${agent}'s pull request; say it on the issue, or on the other one's`)];
}

function toOne(task: Task, rivals: readonly Task[], command: Command, to: string): readonly Command[] {
  if (task.agent === to) return [command];
  const isKnown = rivals.some(({ agent }) => agent === to);
  const agents = [task, ...rivals].map(({ agent }) => agent).toSorted();
  return isKnown || !isSpeaker(task, [task, ...rivals])
    ? []
    : [puzzled(to, `no agent of that name works on this; there is ${agents.join(" and ")}`)];
}

/** Without a name all that are not over are meant, but an answer, and a choice for one agent, must be for one. */
function toAll(task: Task, rivals: readonly Task[], command: Command): readonly Command[] {
  if (rivals.length === 0) return [command];
  const all = [task, ...rivals];
  const live = all.filter(({ phase }) => phase.at !== "ending" && phase.at !== "done");
  const meant = live.length > 0 ? live : all;
  if (!meant.includes(task)) return [];
  const isOnlyOne = meant.length === 1;
  switch (command.do) {
    case "approve":
    case "deny":
    case "answer":
    case "allow": {
      const asking = meant.filter(command.do === "allow" ? holdsBack : asks);
      if (asking.length === 1) return asking[0] === task ? [command] : [];
      if (asking.length === 0) return isSpeaker(task, meant) ? [command] : [];
      return isSpeaker(task, asking) ? [unclear(command, asking)] : [];
    }
    case "agent":
      if (isOnlyOne) return [command];
      return isSpeaker(task, meant) ? [unclear(command, meant)] : [];
    case "help":
    case "not-understood":
      return isSpeaker(task, meant) ? [command] : [];
    case "status":
    case "why":
    case "logs":
    case "diff":
    case "stop":
    case "resume":
    case "retry":
    case "tell":
    case "model":
    case "base":
    case "budget":
    case "take":
      return [command];
    default:
      return command satisfies never;
  }
}

function asks({ run }: Task): boolean {
  return run?.asking !== undefined;
}

function holdsBack({ steering }: Task): boolean {
  return steering.held !== undefined;
}

/** One of them speaks for all: the first one of the issue, or who comes first by name. */
function isSpeaker(task: Task, all: readonly Task[]): boolean {
  return all.every(({ id }) => task.id <= id);
}

function unclear(command: Command, tasks: readonly Task[]): Command {
  const ways = tasks.map(({ agent }) => `\`/coppice @${agent} ${command.do} …\``).toSorted();
  return puzzled(command.do, `several agents work on this, so say which one: ${ways.join(" or ")}`);
}

function puzzled(said: string, cure: string): Command {
  return { do: "not-understood", said, cure };
}
