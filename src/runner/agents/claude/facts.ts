import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunSpec } from "../agent.ts";
import type { RunFolder } from "../run-folder.ts";
import { parseJson, writeWhole } from "../safe-file.ts";

const shape = z.object({
  agentSessionId: z.uuid(),
  /** Where the CLI keeps sessions and conversations. */
  stateDir: z.string(),
  /** Set when that is a folder of ours, not the owner's. */
  configDir: z.string().optional(),
  /** Where the CLI puts its sockets, unless that path would be too long for one. */
  temporaryDir: z.string().optional(),
  /** What the CLI had noted as the conversation's cost before this start, and what had been counted beyond that. */
  restoredUsd: z.number().optional(),
  lostUsd: z.number().default(0),
  home: z.string(),
  path: z.string(),
});

/** What has to be known of a run later, by a bot that was restarted meanwhile. */
export type Facts = z.infer<typeof shape>;

// macOS allows 104 bytes for a socket's path; the CLI appends `/cc-socks/<pid>.sock`.
const longestTemporaryDir = 80;

export function factsOf(spec: RunSpec): Facts {
  const home = spec.environment["HOME"] ?? "";
  const temporaryDir = join(spec.agentHome, "tmp");
  const configDir = join(spec.agentHome, "claude");
  return {
    agentSessionId: spec.agentSessionId,
    ...(spec.login.by === "owner" ? { stateDir: join(home, ".claude") } : { stateDir: configDir, configDir }),
    ...(Buffer.byteLength(temporaryDir) > longestTemporaryDir ? {} : { temporaryDir }),
    lostUsd: 0,
    home,
    path: spec.environment["PATH"] ?? "",
  };
}

export async function saveFacts(run: RunFolder, facts: Facts): Promise<void> {
  await writeWhole(run.facts, JSON.stringify(facts));
}

/** @throws when the run was never prepared. */
export async function readFacts(run: RunFolder): Promise<Facts> {
  return shape.parse(JSON.parse(await readFile(run.facts, "utf8")));
}

/** Another agent's run has other facts: undefined then. */
export function parseFacts(text: string): Facts | undefined {
  return shape.safeParse(parseJson(text)).data;
}
