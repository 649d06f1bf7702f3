import { defuse, defuseLine, fence, quote } from "./defuse.ts";
import { redactFormats } from "./redact.ts";
import type { Asking, Task } from "./task.ts";

/** The comment by which a question of the agent reaches people, and how they can answer it. */
export function questionComment(task: Task, asking: Asking): string {
  const who = task.rival === undefined ? "the agent" : task.agent;
  return [`@${task.asked.by.login}, ${who} waits for an answer.`, askedWords(asking), howToAnswer(asking, task)].join(
    "\n\n",
  );
}

export function askedWords(asking: Asking): string {
  switch (asking.kind) {
    case "permission":
      return `It asks for permission to use **${defuseLine(asking.tool)}**:\n\n${fence(redactFormats(asking.summary))}`;
    case "question":
      return asking.questions
        .map(({ question, options }) => {
          const lines = options.map(({ label, description }, at) =>
            redactFormats(`${at + 1}. **${defuseLine(label)}** ${defuseLine(description)}`.trim()),
          );
          return `It asks:\n\n${quote(redactFormats(question))}\n\n${lines.join("\n")}`;
        })
        .join("\n\n");
    case "terminal":
      return asking.summary;
    default:
      return asking satisfies never;
  }
}

/** A rival is named, since the other agent may ask, too. */
export function howToAnswer(asking: Asking, { rival, agent }: Pick<Task, "rival" | "agent">): string {
  const say = rival === undefined ? "/coppice" : `/coppice @${agent}`;
  switch (asking.kind) {
    case "permission":
      return `Answer with \`${say} approve\` or \`${say} deny <reason>\`.`;
    case "question":
      return asking.questions.length === 1
        ? `Answer with \`${say} answer <number or text>\`.`
        : `Answer with \`${say} answer\`, and an answer to each question on a line of its own.`;
    case "terminal":
      return "";
    default:
      return asking satisfies never;
  }
}

/** The same comment once it was answered, so that nobody answers in vain. */
export function answeredComment(text: string, by: string | undefined, words: string | undefined): string {
  const how =
    by === undefined ? "Answered at the terminal, or no longer asked." : `${by} answered: ${defuse(words ?? "")}`;
  return `~~The agent waits for an answer.~~ ✅ ${how}\n\n${text.split("\n\n").slice(1, -1).join("\n\n")}`;
}
