import { defuseTitle } from "../core/defuse.ts";
import { namesOf } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import type { Action } from "../core/plan.ts";
import type { Task } from "../core/task.ts";
import { pullBody } from "../core/words.ts";
import type { PullText, World } from "./ports.ts";

/** Carries out one action. @returns what the next pass has to know of it, if anything. */
export async function act(task: Task, action: Action, { forge, runner }: World): Promise<Note | undefined> {
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
    case "ask-review":
      if (task.pull !== undefined) await forge.askReview(task, task.pull);
      return { of: "ask-review" };
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
