import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { RunFolder } from "../../runner/agents/run-folder.ts";
import { readSafely } from "../../runner/agents/safe-file.ts";
import { awaitAnswer } from "../../runner/agents/spool.ts";

const replyShape = z.discriminatedUnion("do", [
  z.object({ do: z.enum(["go-on", "deny"]), why: z.string() }),
  z.object({ do: z.enum(["rest", "allow", "nothing"]) }),
  z.object({ do: z.literal("choose"), answers: z.record(z.string(), z.string()) }),
]);
export type HeldReply = z.infer<typeof replyShape>;

/** Waits for the bot's answer to an event, as long as nobody else answered. Undefined: there is none, and none will be taken any more. */
export async function heldAnswer(
  run: RunFolder,
  event: string,
  waitMs: number,
  giveUp: AbortSignal,
): Promise<HeldReply | undefined> {
  const file = join(run.answers, `${event}.json`);
  for (const untilMs = Date.now() + waitMs; Date.now() < untilMs && !giveUp.aborted; await sleep(100)) {
    const read = await readSafely(file, 1_000_000);
    if (read !== "absent" && "text" in read) return replyShape.parse(JSON.parse(read.text));
  }
  // Leaves the mark by which the bot sees that nobody waits.
  const last = await awaitAnswer(run, event, 0);
  return last === undefined ? undefined : replyShape.parse(JSON.parse(last));
}
