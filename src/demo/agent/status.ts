import { randomUUID } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { readSafely } from "../../runner/agents/safe-file.ts";
import { figuresShape } from "./figures.ts";

/** What the program shows of itself. Written from the agent's side of the wall, so it is parsed like anything else from there. */
const statusShape = z.object({
  doing: z.union([z.enum(["busy", "idle"]), z.object({ waiting: z.string() })]),
  figures: figuresShape,
});
type Status = z.infer<typeof statusShape>;

export async function writeStatus(run: RunFolder, status: Status): Promise<void> {
  const temporary = join(run.spool, "tmp", `status-${randomUUID()}`);
  await writeFile(temporary, JSON.stringify(status), { mode: 0o600 });
  await rename(temporary, run.status);
}

/** Undefined until the program has written one. */
export async function readStatus(run: RunFolder): Promise<Status | undefined> {
  const read = await readSafely(run.status, 100_000);
  if (read === "absent" || "odd" in read) return undefined;
  const parsed = statusShape.safeParse(parse(read.text));
  return parsed.success ? parsed.data : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
