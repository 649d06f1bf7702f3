import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FindWallOptions, findWall } from "../../../src/runner/sandbox/find-wall.ts";
import type { Wall } from "../../../src/runner/wall.ts";

/** A folder of its own; short, for the sockets in it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cop-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The wall of this machine. Where there is none a test of it says so; in CI that is a failure. */
export async function realWall(
  options: Omit<FindWallOptions, "tools" | "hidden"> & Partial<FindWallOptions>,
): Promise<Wall> {
  const found = await findWall({ tools: [], hidden: [], ...options });
  if (found.is === "found") return found.wall;
  throw new Error(`${found.why}. ${found.cure}`);
}

/** Why the tests of the wall can't run on this machine, or undefined when they can. Never so in CI: there the first test fails. */
export async function whyNoWall(): Promise<string | undefined> {
  if (process.env["CI"] === "true") return undefined;
  await using folder = await temporaryFolder();
  const found = await findWall({ folder: folder.path, tools: [], hidden: [] });
  if (found.is === "found") return undefined;
  console.warn(`skipped, no wall on this machine: ${found.why}. ${found.cure}`);
  return found.why;
}
