import { dirname, join } from "node:path";
import { z } from "zod";
import { type RunFolder, runFolder } from "../run-folder.ts";
import { listFolder, readJsonSafely, readSafely } from "../safe-file.ts";
import { type Facts, parseFacts } from "./facts.ts";
import { readCostState } from "./transcript.ts";

const status = z.object({
  cost: z.object({ total_cost_usd: z.number() }).optional().catch(undefined),
  model: z.object({ id: z.string() }).optional().catch(undefined),
});
type Status = z.infer<typeof status>;

/** The CLI's last figures; it writes them after each answer. */
export async function readStatus(run: RunFolder): Promise<Status> {
  const parsed = status.safeParse(await readJsonSafely(run.status, 100_000));
  return parsed.success ? parsed.data : {};
}

/** What the whole conversation has cost; undefined while nothing is known. */
export function costOf(facts: Facts, latest: Status): number | undefined {
  const counted = latest.cost?.total_cost_usd ?? facts.restoredUsd;
  return counted === undefined && facts.lostUsd === 0 ? undefined : (counted ?? 0) + facts.lostUsd;
}

/**
 * The CLI goes on counting from what it noted at its last proper end; a killed one has noted nothing. So before a start we keep
 * what the earlier process had counted beyond that.
 */
export async function carryCost(run: RunFolder, facts: Facts): Promise<Facts> {
  const earlier = await earlierCost(run, facts);
  const restoredUsd = await readCostState(facts);
  const lostUsd = Math.max(0, (earlier ?? 0) - (restoredUsd ?? 0));
  return { ...facts, lostUsd, ...(restoredUsd === undefined ? {} : { restoredUsd }) };
}

/** As of the latest start of the same conversation, in this folder or one beside it. */
async function earlierCost(run: RunFolder, facts: Facts): Promise<number | undefined> {
  const folders = (await listFolder(dirname(run.path))).map((name) => runFolder(join(dirname(run.path), name)));
  const starts = (await Promise.all(folders.map(readStart))).flatMap((start) => start ?? []);
  const ours = starts.filter((start) => start.facts.agentSessionId === facts.agentSessionId);
  const [latest] = ours.toSorted((one, other) => other.atMs - one.atMs);
  return latest === undefined ? undefined : costOf(latest.facts, await readStatus(latest.run));
}

async function readStart(run: RunFolder): Promise<{ run: RunFolder; facts: Facts; atMs: number } | undefined> {
  const read = await readSafely(run.facts, 100_000);
  if (read === "absent" || "odd" in read) return undefined;
  const facts = parseFacts(read.text);
  return facts === undefined ? undefined : { run, facts, atMs: read.atMs };
}
