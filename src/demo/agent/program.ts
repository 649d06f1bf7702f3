/** The demo agent's program, for the pane: `program.ts <run folder>`, in the workspace. */
import { constants } from "node:os";
import { runFolder } from "../../runner/agents/run-folder.ts";
import { putEvent } from "../../runner/agents/spool.ts";
import { createAct } from "./act.ts";
import { readFacts } from "./facts.ts";
import { createPrompts } from "./prompts.ts";
import { createScreen } from "./screen.ts";
import { live } from "./session.ts";

const run = runFolder(process.argv[2] ?? "");
const facts = await readFacts(run);
const prompts = createPrompts(run);

let hearer: ((line: string) => void) | undefined;

const screen = createScreen(
  process.stdout,
  process.stdin,
  (line) => {
    if (line === "/exit") void end("asked to at the terminal", 0);
    else if (hearer === undefined) prompts.push(line);
    else hearer(line);
  },
  () => void end("interrupted at the terminal", 130),
  prompts.interrupt,
);

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  process.on(signal, () => void end(`got ${signal}`, 128 + constants.signals[signal]));
}

async function end(reason: string, status: number): Promise<void> {
  screen.stop();
  await putEvent(run, { kind: "session-ended", reason });
  process.exit(status);
}

const act = createAct({
  run,
  screen,
  pace: facts.pace,
  typedLine() {
    const line = new Promise<string>((resolve) => (hearer = resolve));
    return { line, stop: () => (hearer = undefined) };
  },
});

await live({ run, facts, screen, prompts, act });
