import { readFile } from "node:fs/promises";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { putEvent } from "../../runner/agents/spool.ts";
import type { Act } from "./act.ts";
import type { Facts } from "./facts.ts";
import { heldAnswer } from "./held.ts";
import { type Issue, issueIn, loadMemory, type Memory, newMemory, saveMemory } from "./memory.ts";
import { banner, told } from "./paint.ts";
import { stepsOf } from "./plan.ts";
import type { Prompts } from "./prompts.ts";
import type { Screen } from "./screen.ts";
import { madeUpModel } from "./figures.ts";
import { writeStatus } from "./status.ts";

export interface SessionParts {
  readonly run: RunFolder;
  readonly facts: Facts;
  readonly screen: Screen;
  readonly prompts: Prompts;
  readonly act: Act;
}

/** How long the end of a turn waits for somebody to say "go on", as the hook of a real agent would. */
const heldStopMs = 20_000;

/** Works until nothing is left to do, rests until it is told something, and so on until it is ended. */
export async function live({ run, facts, screen, prompts, act }: SessionParts): Promise<never> {
  const opening = await readOpening(run, facts);
  const before = await loadMemory(facts);
  let memory = before ?? newMemory(opening.issue);

  async function remember(changes: Partial<Memory>): Promise<void> {
    memory = { ...memory, ...changes };
    await saveMemory(facts, memory);
  }

  async function hear(text: string): Promise<void> {
    await putEvent(run, { kind: "prompt-taken", text });
    screen.print(told(shortened(text)));
    const news = newsIn(await inFile(text), memory);
    if (news !== undefined) await remember({ told: [...memory.told, news] });
    await show("busy");
  }

  async function show(doing: "busy" | "idle" | { waiting: string }): Promise<void> {
    await writeStatus(run, { doing, figures: memory.figures });
  }

  /** @returns whether it came to its end, and was not interrupted. */
  async function work(): Promise<boolean> {
    for (;;) {
      if (prompts.wasInterrupted()) return false;
      for (const text of prompts.drain()) await hear(text);
      const step = stepsOf(memory)[memory.done];
      if (step === undefined) return true;
      if (step.do === "ask") await show({ waiting: "input needed" });
      const changes = await act(step, memory);
      await remember({ ...changes, done: memory.done + 1 });
      await show("busy");
    }
  }

  /** What the bot says to the end of a turn, if it wants the agent to go on. */
  async function endTurn(wasSentOn: boolean): Promise<string | undefined> {
    await show("idle");
    const { said } = memory.figures;
    const event = await putEvent(run, { kind: "turn-ended", said, backgroundTasks: 0, wasSentOn });
    screen.show({ is: "idle" });
    const giveUp = new AbortController();
    void prompts.wait().then(() => giveUp.abort());
    const reply = await heldAnswer(run, event, heldStopMs, giveUp.signal);
    return reply?.do === "go-on" ? reply.why : undefined;
  }

  /** An interrupt ends a turn without a word, as it does with a real agent. */
  async function interrupted(): Promise<undefined> {
    screen.print(told("(interrupted)"));
    screen.show({ is: "idle" });
    await show("idle");
    return undefined;
  }

  screen.print(banner(`#${memory.issue.number} ${memory.issue.title}`, process.cwd()));
  await putEvent(run, { kind: "session-started", how: before === undefined ? "new" : "resumed", model: madeUpModel });
  await hear(opening.text);
  for (let wasSentOn = false; ; ) {
    const why: string | undefined = (await work()) ? await endTurn(wasSentOn) : await interrupted();
    wasSentOn = why !== undefined;
    if (why === undefined) await prompts.wait();
    else await hear(why);
  }
}

interface Opening {
  /** What this session is told first. */
  readonly text: string;
  readonly issue: Issue;
}

/** The prompt names a file: the issue, or in a later session what else there is to say. */
async function readOpening(run: RunFolder, { prompt }: Facts): Promise<Opening> {
  const brief = await readFile(run.brief, "utf8");
  const found = issueIn(brief);
  const issue = found ?? { number: 0, title: brief.split("\n")[0] ?? "", text: brief };
  const isMessage = found === undefined && prompt.includes(run.brief);
  return { text: isMessage ? brief : prompt, issue };
}

/** What people said comes in a file. */
async function inFile(text: string): Promise<string> {
  const file = /^There is news about your work in the file (\S+) \(/.exec(text)?.[1];
  return file === undefined ? text : await readFile(file, "utf8");
}

/** What a text adds to what the agent knows: the first prompt and a word about a restart add nothing. */
function newsIn(text: string, memory: Memory): string | undefined {
  if (text.startsWith("Work on the GitHub issue")) return undefined;
  const restart = /^Your session was restarted[^]*?(?:The last thing you were told was: ([^]*))?$/.exec(text);
  if (restart === null) return text;
  const before = restart[1];
  return before === undefined || memory.told.includes(before) ? undefined : newsIn(before, memory);
}

function shortened(text: string): string {
  const all = text.trim().split("\n");
  return all.length > 16 ? [...all.slice(0, 15), `… ${all.length - 15} more lines`].join("\n") : all.join("\n");
}
