import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeRunFolder, type RunFolder } from "../../../src/runner/agents/run-folder.ts";

/** A folder of its own that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-agent-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export async function temporaryRun(): Promise<RunFolder> {
  return makeRunFolder(join(await temporaryFolder(), "a run's folder"));
}
