import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunSpec } from "../agent.ts";
import type { RunFolder } from "../run-folder.ts";
import { writeWhole } from "../safe-file.ts";

const shape = z.object({
  agentSessionId: z.uuid(),
  /** Where the CLI keeps sessions and conversations. */
  stateDir: z.string(),
  /** Set when that is a folder of ours, not the owner's. */
  configDir: z.string().optional(),
  /** Where the CLI puts its sockets, unless that path would be too long for one. */
  temporaryDir: z.string().optional(),
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
    home,
    path: spec.environment["PATH"] ?? "",
  };
}

export async function saveFacts(run: RunFolder, facts: Facts): Promise<void> {
  await writeWhole(run.facts, JSON.stringify(facts));
}

export async function readFacts(run: RunFolder): Promise<Facts> {
  return shape.parse(JSON.parse(await readFile(run.facts, "utf8")));
}
