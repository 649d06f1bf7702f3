import { setTimeout as sleep } from "node:timers/promises";
import type { Question } from "../../core/agent-event.ts";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { putEvent } from "../../runner/agents/spool.ts";
import { countAnswer, type Figures } from "./figures.ts";
import { commitWork, type Done, editWork, readWork, runWork, writeWork } from "./hands.ts";
import { type HeldReply, heldAnswer } from "./held.ts";
import type { Memory } from "./memory.ts";
import { diff, options, output, thought, tool } from "./paint.ts";
import type { Screen } from "./screen.ts";
import type { Step } from "./step.ts";

/** Does one step before everybody's eyes, and answers what the agent knows by it. */
export type Act = (step: Step, memory: Memory) => Promise<Partial<Memory>>;

export interface ActParts {
  readonly run: RunFolder;
  readonly screen: Screen;
  readonly pace: number;
  /** The next line that a person types at the terminal. */
  readonly typedLine: () => { readonly line: Promise<string>; readonly stop: () => void };
}

const longestWaitMs = 24 * 60 * 60 * 1000;

export function createAct({ run, screen, pace, typedLine }: ActParts): Act {
  return async (step, memory) => {
    const figures = countAnswer(memory.figures, JSON.stringify(step));
    switch (step.do) {
      case "say":
        return { figures: { ...figures, said: await think(step.text) } };
      case "read":
        await use("Read", step.file, "Reading", () => readWork(step.file));
        return { figures };
      case "edit":
        await use(
          "Edit",
          step.file,
          "Editing",
          () => editWork(step.file, step.from, step.to),
          diff(step.from, step.to),
        );
        return { figures };
      case "write":
        await use("Write", step.file, "Writing", () => writeWork(step.file, step.text), diff("", step.text));
        return { figures };
      case "run":
        await use("Bash", step.command.join(" "), "Running", () => runWork(step.command));
        return { figures };
      case "commit": {
        const [subject = ""] = step.message.split("\n");
        await use("Bash", `git commit -m "${subject}"`, "Committing", () => commitWork(step.message));
        return { figures };
      }
      case "ask":
        return { figures, answers: { ...memory.answers, [step.question.question]: await ask(step.question) } };
      case "submit":
        screen.print(tool("coppice · submit_pull_request", step.title, false));
        await putEvent(run, { kind: "submitted", title: step.title, body: step.body });
        return { figures: await conclude(figures, `Done: “${step.title}” is committed and handed in.`) };
      case "answer-thread": {
        const { thread, answer } = step;
        screen.print(tool("coppice · answer_thread", answer, false));
        await putEvent(run, { kind: "thread-answered", thread, answer, resolved: true });
        return { figures };
      }
      case "no-change":
        screen.print(tool("coppice · no_change_needed", step.reason, false));
        await putEvent(run, { kind: "no-change", reason: step.reason });
        return { figures: await conclude(figures, `Nothing to change: ${step.reason}`) };
      default:
        return step satisfies never;
    }
  };

  async function pause(ms: number): Promise<void> {
    if (pace > 0) await sleep(ms * pace);
  }

  async function think(text: string): Promise<string> {
    screen.show({ is: "busy", words: "Thinking" });
    await pause(700 + text.length * 14);
    screen.print(`\n${thought(text)}\n`);
    return text;
  }

  async function conclude(figures: Figures, text: string): Promise<Figures> {
    return { ...figures, said: await think(text) };
  }

  async function use(name: string, what: string, words: string, hand: () => Promise<Done>, change = ""): Promise<void> {
    screen.show({ is: "busy", words });
    await pause(600 + change.length * 3);
    const { isFailed, output: text } = await hand();
    screen.print(tool(name, what, isFailed));
    if (change !== "" && !isFailed) screen.print(change);
    if (text !== "") screen.print(output(text));
    await putEvent(run, { kind: "tool-done", tool: name, summary: what, failed: isFailed });
    await pause(400);
  }

  /** First answer wins: typed here, or given from anywhere else. */
  async function ask(question: Question): Promise<string> {
    const event = await putEvent(run, { kind: "asks-question", questions: [question] });
    screen.show({ is: "asking", lines: options(question) });
    const typed = typedLine();
    const isTyped = new AbortController();
    const here = typed.line.then((line) => {
      isTyped.abort();
      return chosen(question, line);
    });
    const elsewhere = heldAnswer(run, event, longestWaitMs, isTyped.signal).then((reply) => {
      typed.stop();
      return reply === undefined ? here : replied(question, reply);
    });
    const answer = await elsewhere;
    screen.print(tool("AskUserQuestion", `${question.question} → ${answer}`, false));
    await putEvent(run, { kind: "tool-done", tool: "AskUserQuestion", summary: `answered: ${answer}`, failed: false });
    return answer;
  }
}

/** An option by its number, or whatever else was said. */
function chosen(question: Question, line: string): string {
  return question.options[Number(line) - 1]?.label ?? line;
}

function replied(question: Question, reply: HeldReply): string {
  switch (reply.do) {
    case "choose":
      return chosen(question, reply.answers[question.question] ?? Object.values(reply.answers)[0] ?? "1");
    case "go-on":
    case "deny":
      return reply.why;
    case "allow":
    case "rest":
    case "nothing":
      return chosen(question, "1");
    default:
      return reply satisfies never;
  }
}
