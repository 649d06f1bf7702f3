import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type OwnStore, openStore } from "../../src/store/store.ts";
import { createFakeLog } from "../fakes/log.ts";

/** A folder of its own that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export async function temporaryFile(): Promise<string> {
  return join(await temporaryFolder(), "coppice.db");
}

export async function temporaryStore(file?: string): Promise<OwnStore> {
  const store = await openStore({ file: file ?? (await temporaryFile()), log: createFakeLog(), nowMs: Date.now });
  onTestFinished(() => store.close());
  return store;
}
