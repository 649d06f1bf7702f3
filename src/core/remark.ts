import type { Fact } from "./fact.ts";
import * as prompt from "./prompt.ts";
import { withPeoplesWords } from "./run.ts";
import { type LeftOut, withSteering } from "./steering.ts";
import type { Moment } from "./step.ts";
import type { Task } from "./task.ts";

type Comment = Fact & { kind: "commented" };

/**
 * A comment that commands nothing. What people who may decide say while the agent works is offered to it at its next
 * turn; what others say, or what comes when the agent can't be told, is left out until somebody hands it over.
 */
export function remark(task: Task, comment: Comment, { sight }: Moment): Task {
  // Written before the label it is in the brief, or was weighed when that was read.
  if (comment.atMs <= task.asked.atMs) return task;
  if (!isOpen(task) || task.steering.leftOut.some((one) => one.comment === comment.commentId)) return task;
  const { run } = task;
  if (run !== undefined && isAtWork(task) && sight.trusted.includes(comment.by.id)) {
    const said = prompt.personComments(comment.by.login, comment.text);
    return { ...task, run: withPeoplesWords(run, `comment-${comment.commentId}`, said) };
  }
  // People talk about a finished change with each other; what is meant for us is said in a review or a command.
  if (task.phase.at === "in-review") return task;
  return withSteering(task, { leftOut: [...task.steering.leftOut, leftOutOf(comment)].slice(-mostLeftOut) });
}

/** Strangers can write as much as they like; the newest are enough to look at. */
const mostLeftOut = 50;

function leftOutOf({ commentId, url }: Comment): LeftOut {
  return { comment: commentId, url };
}

function isAtWork({ phase }: Task): boolean {
  if (phase.at === "paused") return phase.was === "working" || phase.was === "waiting";
  return phase.at === "working" || phase.at === "waiting";
}

function isOpen({ phase }: Task): boolean {
  return !["stopped", "ending", "done"].includes(phase.at);
}

/** The agent works on the text as of the label; people are to know that a later one does not reach it. */
export function noteEdit(task: Task, what: string): Task {
  const isFrozen = task.brief !== undefined && isOpen(task) && task.phase.at !== "in-review";
  return what === "issue edited" && isFrozen ? withSteering(task, { isEdited: true }) : task;
}
