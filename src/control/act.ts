import { defuseTitle } from "../core/defuse.ts";
import { namesOf, rivalSuffix } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import type { Action } from "../core/plan.ts";
import type { Task } from "../core/task.ts";
import { pullBody } from "../core/words.ts";
import { acknowledge } from "./acknowledge.ts";
import { readFailures, runAgain } from "./failing-checks.ts";
import type { PullText, World } from "./ports.ts";

/** Carries out one action. @returns what the next pass has to know of it, if anything. */
export async function act(task: Task, action: Action, world: World): Promise<Note | undefined> {
  const { forge, runner } = world;
  switch (action.do) {
    case "greet":
      await forge.greet(task.issue);
      return { of: "greet" };
    case "prepare-workspace": {
      const prepared = await runner.prepare(task);
      return prepared.is === "ready" ? undefined : { of: "prepare-workspace", unknownBase: prepared.known };
    }
    case "start-setup":
      await runner.startSetup(task);
      return undefined;
    case "start-session":
      await runner.startSession(task, action.say);
      return { of: "start-session" };
    case "tell":
      return { of: "tell", is: await runner.tell(task, action.message, action.heldStop) };
    case "let-stop":
      await runner.letStop(task, action.event);
      return { of: "let-stop" };
    case "start-checks":
      await runner.startChecks(task, action.round);
      return undefined;
    case "deliver":
      return { of: "deliver", ...(await runner.deliver(task, action.head)) };
    case "open-pull":
      return { of: "open-pull", ref: await forge.openPull(task, pullText(task)) };
    case "close-pull":
      if (task.pull !== undefined) await forge.closePull(task, task.pull, action.text);
      return { of: "close-pull" };
    case "tell-beside": {
      const { text, commentId } = action;
      if (commentId === undefined || commentId === 0)
        return {
          of: "tell-beside",
          text,
          ...(await forge.comment(task.issue, task.pull?.number ?? 0, "beside", text)),
        };
      // An empty comment is none that GitHub takes.
      await forge.editComment(task.issue, commentId, text === "" ? "~~Other pull requests beside this one~~" : text);
      return { of: "tell-beside", text, commentId };
    }
    case "ask-review":
      if (task.pull !== undefined) await forge.askReview(task, task.pull, action.of);
      return { of: "ask-review" };
    case "bring-in":
      return { of: "bring-in", words: await runner.bringIn(task) };
    case "merge-base":
      return { of: "merge-base", base: await runner.mergeBase(task) };
    case "read-failures":
      return { of: "read-failures", sha: action.sha, read: await readFailures(task, action.failures, world) };
    case "run-check-again":
      return { of: "run-check-again", key: action.failure.key, isRunning: await runAgain(task, action.failure, world) };
    case "interrupt":
      await runner.interrupt(task);
      return { of: "interrupt" };
    case "reply": {
      const asking = task.run?.asking;
      if (asking === undefined) return undefined;
      return { of: "reply", owed: action.owed, is: await runner.reply(task, asking, action.owed.reply) };
    }
    case "read-comment":
      return { of: "read-comment", take: action.take, found: await forge.readComment(task.issue, action.take.comment) };
    case "acknowledge":
      await acknowledge(task, action, world);
      return { of: "acknowledge", comment: action.comment };
    case "ask": {
      const { event, text } = action;
      const key = `ask${rivalSuffix(task)}-${task.attempt}-${event}`;
      return { of: "ask", event, text, ...(await forge.comment(task.issue, task.issue.number, key, text)) };
    }
    case "close-question":
      await forge.editComment(task.issue, action.commentId, action.text);
      return { of: "close-question" };
    case "answer-thread":
      if (task.pull !== undefined) await forge.answerThread(task, task.pull, action.thread, action.round);
      return { of: "answer-thread", thread: action.thread.id };
    case "show-check": {
      const { check, round, isOver } = action;
      return { of: "show-check", check: await forge.showCheck(task, check, round, isOver) };
    }
    case "end-session":
      await runner.endSession(task);
      return undefined;
    case "clear-workspace":
      await runner.clearWorkspace(task);
      return undefined;
    case "label":
      await forge.showState(task, action.want, action.was);
      return { of: "label", want: action.want, was: action.was };
    case "say":
      return { of: "say", text: action.text, ...(await forge.say(task, action.text)) };
    default:
      return action satisfies never;
  }
}

function pullText(task: Task): PullText {
  const submitted = task.run?.submitted;
  return {
    branch: namesOf(task).branch,
    base: task.base?.branch ?? "",
    title: defuseTitle(submitted?.title ?? task.brief?.title ?? ""),
    body: pullBody(task),
    isDraft: task.policy.draft || submitted?.isWhole === false,
  };
}
