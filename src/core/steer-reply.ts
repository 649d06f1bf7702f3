import type { Question } from "./agent-event.ts";
import type { Command } from "./command.ts";
import type { OwedReply, Reply } from "./steering.ts";
import type { Asking, Task } from "./task.ts";

type Replying = Command & { do: "approve" | "deny" | "answer" };
type Refused = { readonly no: string };

/** What a person's command answers to what the agent asks, or why it does not. The first answer wins. */
export function replyTo(task: Task, command: Replying, by: string): OwedReply | Refused {
  const asking = task.phase.at === "waiting" ? task.run?.asking : undefined;
  const { reply, answered } = task.steering;
  if (asking === undefined) return { no: notAsked(task) };
  if (asking.event === undefined) return { no: "It waits at its terminal, and can only be answered there." };
  const first = reply?.event === asking.event ? reply : answered?.event === asking.event ? answered : undefined;
  if (first !== undefined) return { no: `${first.by} has answered already: ${first.words}.` };
  const found = replyFor(asking, command);
  return "no" in found ? found : { event: asking.event, by, ...found };
}

function notAsked({ phase, steering: { answered } }: Task): string {
  if (phase.at === "waiting") return "It waits at its terminal, and can only be answered there.";
  const before = answered === undefined ? "" : ` The last question was answered by ${answered.by}: ${answered.words}.`;
  return `The agent asks nothing at the moment.${before}`;
}

type Found = { readonly words: string; readonly reply: Reply };

function replyFor(asking: Asking, command: Replying): Found | Refused {
  if (command.do === "deny") {
    const why = command.reason === "" ? "A person refused this." : command.reason;
    return { words: "no", reply: { do: "deny", why } };
  }
  switch (asking.kind) {
    case "permission":
      return command.do === "approve"
        ? { words: "allowed", reply: { do: "allow" } }
        : { no: "It asks for a permission: say `/coppice approve` or `/coppice deny <reason>`." };
    case "question":
      return command.do === "answer"
        ? choose(asking.questions, command.text)
        : { no: "It asks a question: say `/coppice answer <number or text>`." };
    case "terminal":
      return { no: "It waits at its terminal, and can only be answered there." };
    default:
      return asking satisfies never;
  }
}

function choose(questions: readonly Question[], text: string): Found | Refused {
  const lines = questions.length === 1 ? [text.trim()] : text.split("\n").flatMap((line) => line.trim() || []);
  if (lines.length !== questions.length)
    return { no: `It asks ${questions.length} questions: answer each on a line of its own.` };
  const answers: [string, string][] = [];
  for (const [at, question] of questions.entries()) {
    const answer = chosen(question, lines[at] ?? "");
    if (answer === undefined)
      return { no: `There are the answers 1 to ${question.options.length}, or your own words.` };
    answers.push([question.question, answer]);
  }
  return {
    words: answers.map(([, answer]) => answer.slice(0, 200)).join("; "),
    reply: { do: "choose", answers: Object.fromEntries(answers) },
  };
}

/** By number where it is one (several, where several may be chosen), else in free words. */
function chosen({ options, multiSelect }: Question, text: string): string | undefined {
  if (!/^\d+(?:\s*[, ]\s*\d+)*$/.test(text)) return text;
  const numbers = text.split(/[\s,]+/).map(Number);
  if (numbers.length > 1 && !multiSelect) return undefined;
  const labels = numbers.map((number) => options[number - 1]?.label);
  return labels.includes(undefined) ? undefined : labels.join(", ");
}
