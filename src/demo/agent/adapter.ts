import { fileURLToPath } from "node:url";
import { KnownError } from "../../errors.ts";
import type { AgentAdapter, RunSpec } from "../../runner/agents/agent.ts";
import { exitStatus, type Launch, writeLaunch } from "../../runner/agents/launch.ts";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { writeWhole } from "../../runner/agents/safe-file.ts";
import { putAnswer, readSpool } from "../../runner/agents/spool.ts";
import type { Facts } from "./facts.ts";
import { costOf, madeUpModel, noFigures } from "./figures.ts";
import { leaveMessage, makeInbox } from "./inbox.ts";
import { readStatus } from "./status.ts";

export interface DemoAgentOptions {
  /** 1 is for people to watch, 0 is as fast as it goes. `COPPICE_DEMO_PACE` in the environment goes before it. */
  readonly pace?: number;
}

/** How long a living program may take to see a message; it looks several times a second. */
const patienceMs = 5000;

/** A small program that behaves like a coding agent: for the demo, and for tests that need an agent but no model. */
export function createDemoAgent(options: DemoAgentOptions = {}): AgentAdapter {
  const pace = paceIn(process.env) ?? options.pace ?? 1;
  return {
    name: "demo",
    interruptKeys: ["Escape"],
    check: async () => ({ program: programPath, version: "1" }),
    prepare: (run, spec) => prepare(run, spec, pace),
    events: (run) => readSpool(run, () => undefined),
    answer: (run, asked, reply) => putAnswer(run, asked.name, JSON.stringify(reply)),
    look: async (run) => (await readStatus(run))?.doing ?? "unknown",
    async tell(run, text) {
      if ((await exitStatus(run)) !== undefined) return "not-reachable";
      return (await leaveMessage(run, text, patienceMs)) === "taken" ? "told" : "not-reachable";
    },
    async usage(run) {
      const figures = (await readStatus(run))?.figures ?? noFigures;
      return { ...figures, costUsd: costOf(figures), model: madeUpModel, said: figures.said || undefined };
    },
  };
}

/** The compiled program lies beside the compiled adapter. */
const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
const programPath = fileURLToPath(new URL(`./program.${ending}`, import.meta.url));

async function prepare(run: RunFolder, spec: RunSpec, pace: number): Promise<Launch> {
  const facts: Facts = {
    conversation: spec.agentSessionId,
    prompt: spec.prompt.replaceAll("{brief}", () => run.brief),
    agentHome: spec.agentHome,
    pace,
  };
  await makeInbox(run);
  await writeWhole(run.brief, spec.brief);
  await writeWhole(run.instructions, spec.instructions);
  await writeWhole(run.facts, JSON.stringify(facts));
  return writeLaunch(run, {
    argv: [process.execPath, "--disable-warning=ExperimentalWarning", programPath, run.path],
    cwd: spec.workspaceDir,
    environment: spec.environment,
    ...(spec.wrap && { wrap: spec.wrap }),
  });
}

function paceIn(environment: NodeJS.ProcessEnv): number | undefined {
  const said = environment["COPPICE_DEMO_PACE"];
  if (said === undefined || said.trim() === "") return undefined;
  const pace = Number(said);
  if (Number.isFinite(pace) && pace >= 0) return pace;
  throw new KnownError("DEMO_PACE", `COPPICE_DEMO_PACE is "${said}"`, {
    hint: "Use a number: 1 is for people to watch, 0.2 is five times as fast, 0 does not pause at all.",
  });
}
