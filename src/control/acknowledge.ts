import { defuseLine } from "../core/defuse.ts";
import { rivalSuffix } from "../core/names.ts";
import type { Action } from "../core/plan.ts";
import { diffAnswer, logsAnswer, whyAnswer } from "../core/steer-words.ts";
import type { Answer } from "../core/steering.ts";
import type { Task } from "../core/task.ts";
import type { Unfinished, World } from "./ports.ts";

type Acknowledging = Action & { do: "acknowledge" };

/** Shows a person that what he said was heard: an answer where there is something to say, and a reaction. */
export async function acknowledge(task: Task, action: Acknowledging, world: World): Promise<void> {
  const { comment, on, answers, isDone } = action;
  if (answers.length > 0) {
    const parts: string[] = [];
    for (const answer of answers) parts.push(await wordsOf(answer, task, action, world));
    const from = action.from === undefined ? "" : `**${action.from}**: `;
    const key = `answer-${comment}${rivalSuffix(task)}`;
    await world.forge.comment(task.issue, on, key, `${from}${parts.join("\n\n---\n\n")}`);
  }
  await world.forge.react(task.issue, comment, isDone);
}

async function wordsOf(answer: Answer, task: Task, { status }: Acknowledging, world: World): Promise<string> {
  switch (answer.is) {
    case "words":
      return answer.text;
    case "status":
      return status;
    case "why":
      return whyAnswer(task, await world.store.journal(task.id));
    case "logs":
      return logsAnswer(await world.runner.screen(task), await world.store.journal(task.id));
    case "diff":
      return await differenceOf(task, world);
    case "pushed-diff":
      return `${await differenceOf(task, world)}\n\n${unfinishedAnswer(await world.runner.pushUnfinished(task))}`;
    default:
      return answer satisfies never;
  }
}

async function differenceOf(task: Task, { runner }: World): Promise<string> {
  const { workspace } = await runner.look(task, onlyWorkspace);
  return diffAnswer(workspace.is === "there" ? { ...workspace, commits: workspace.commitsAhead } : undefined);
}

function unfinishedAnswer(unfinished: Unfinished): string {
  switch (unfinished.is) {
    case "pushed":
      return `Pushed as work in progress to \`${unfinished.branch}\`, to be looked at.`;
    case "nothing":
      return "Nothing is committed so far, so nothing was pushed.";
    case "refused":
      return ["It was not pushed:", "", ...unfinished.findings.map(({ words }) => `- ${defuseLine(words)}`)].join("\n");
    default:
      return unfinished satisfies never;
  }
}

const onlyWorkspace = {
  workspace: true,
  session: false,
  agent: false,
  setup: false,
  checks: false,
  usage: "no",
} as const;
