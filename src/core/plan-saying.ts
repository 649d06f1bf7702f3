import { answeredComment, questionComment } from "./asking-words.ts";
import type { Action } from "./plan.ts";
import type { Task } from "./task.ts";

/** What people are to be told besides the status comment: questions, answers to reviewers, the check on the pull request. */
export function saying(task: Task): readonly Action[] {
  return [...asking(task), ...threads(task), ...check(task)];
}

/** A question is put once, and its comment says how it was answered. */
function asking(task: Task): readonly Action[] {
  const { phase, steering, run } = task;
  const { question, answered } = steering;
  const isAskedStill = question?.event === run?.asking?.event && ["working", "waiting"].includes(phase.at);
  const closing: readonly Action[] = [];
  if (question !== undefined && !question.isClosed && !isAskedStill) {
    const by = answered?.event === question.event ? answered : undefined;
    return [
      { do: "close-question", commentId: question.commentId, text: answeredComment(question.text, by?.by, by?.words) },
    ];
  }
  if (phase.at !== "waiting" || phase.on.event === undefined || phase.on.event === question?.event) return closing;
  return [{ do: "ask", event: phase.on.event, text: questionComment(task, phase.on) }];
}

/** Reviewers are answered when what was changed is there to be seen. */
function threads({ phase, round }: Task): readonly Action[] {
  if (phase.at !== "in-review" || round?.threads === undefined) return [];
  const answered = round.threads.filter(({ answer, isAnswered }) => answer !== undefined && !isAnswered);
  return answered.map((thread) => ({ do: "answer-thread", thread, round: round.number }));
}

/** The pull request shows that a round is under way. */
function check({ phase, round, delivered }: Task): readonly Action[] {
  if (round === undefined || delivered === undefined || round.check === 0) return [];
  const isOver = ["in-review", "stopped", "ending", "done"].includes(phase.at);
  if (!isOver && round.check !== undefined) return [];
  if (isOver && round.check === undefined) return [];
  return [{ do: "show-check", check: round.check, round: round.number, isOver }];
}
