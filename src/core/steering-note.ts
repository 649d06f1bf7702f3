import type { Note } from "./note.ts";
import * as prompt from "./prompt.ts";
import { withPeoplesWords } from "./run.ts";
import { withSteering, withWish } from "./steering.ts";
import type { Task } from "./task.ts";

type SteeringNote = Note & {
  of:
    | "interrupt"
    | "reply"
    | "read-comment"
    | "acknowledge"
    | "ask"
    | "close-question"
    | "answer-thread"
    | "show-check";
};

/** Takes in what became of things that people said, or were told. */
export function takeSteeringNote(task: Task, note: SteeringNote): Task {
  const { steering, phase, round } = task;
  switch (note.of) {
    case "interrupt":
      return phase.at === "paused" ? { ...task, phase: { ...phase, isInterrupted: true } } : task;
    case "reply":
      return replied(task, note);
    case "read-comment":
      return taken(task, note);
    case "acknowledge":
      return withSteering(task, { owed: steering.owed.filter(({ comment }) => comment !== note.comment) });
    case "ask": {
      const { event, text, commentId } = note;
      return withSteering(task, { question: { event, text, commentId, isClosed: false } });
    }
    case "close-question":
      return steering.question === undefined
        ? task
        : withSteering(task, { question: { ...steering.question, isClosed: true } });
    case "answer-thread": {
      if (round?.threads === undefined) return task;
      const threads = round.threads.map((thread) =>
        thread.id === note.thread ? { ...thread, isAnswered: true } : thread,
      );
      return { ...task, round: { ...round, threads } };
    }
    case "show-check":
      return round === undefined ? task : { ...task, round: { ...round, check: note.check } };
    default:
      return note satisfies never;
  }
}

/** An answer for which nobody waits any more is told as words. */
function replied(task: Task, { owed, is }: SteeringNote & { of: "reply" }): Task {
  const { event, by, words } = owed;
  const answered = withSteering(task, { reply: undefined, answered: { event, by, words } });
  if (is === "given" || task.run === undefined) return answered;
  const said = owed.reply.do === "deny" ? `${words}: ${owed.reply.why}` : words;
  return { ...answered, run: withPeoplesWords(task.run, `answer-${event}`, prompt.answeredLate(by, said)) };
}

function taken(task: Task, { take, found }: SteeringNote & { of: "read-comment" }): Task {
  const rest = withSteering(task, { takes: task.steering.takes.slice(1) });
  if (found === undefined) return withSteering(rest, { last: `${take.by} named a comment that is not there` });
  const text = prompt.takenComment(found.by, take.by, found.text);
  if (task.phase.at === "in-review" || task.run === undefined)
    return withWish(rest, { is: "words", by: take.by, text });
  return { ...rest, run: withPeoplesWords(task.run, `take-${take.comment}`, text) };
}
