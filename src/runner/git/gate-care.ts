import { createHash } from "node:crypto";
import { link, mkdir, readFile, rename, utimes } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { exists, isFolder, lookAt, namesIn } from "./files.ts";
import { createGateRefs } from "./gate-refs.ts";
import { gitArgv, runGit } from "./git-command.ts";
import { isSha, type Layout } from "./layout.ts";

/**
 * A gate that a failing disk or a careless hand has damaged is put aside, never deleted: the next fetch clones anew and takes over what can
 * still be read, since it alone holds saved work and commits that workspaces borrow.
 */
const aside = "gate.git.damaged-";

const limitMs = 15 * 60_000;

/** Whether git's words are those about a damaged repository. Agents have a part in some of them, so the gate itself is asked, too. */
export function soundsDamaged(words: string): boolean {
  return /corrupt|not a git repository|bad (object|tree|signature|pack)|missing (blob|tree|commit|object)|(unable|failed) to (read|parse|traverse|unpack)|could not (read|parse)|packfile|pack file|inflate|index file|object file|is empty|did not send all necessary|unresolved deltas|garbage at end|remote did not send|invalid sha1 pointer|does not exist/i.test(
    words,
  );
}

/** Reads every commit and folder that a ref reaches, and the ends of all packs. */
export async function isDamaged({ gate, root }: Layout): Promise<boolean> {
  if (!(await exists(gate))) return false;
  const run = { cwd: root, limitMs };
  const checked = await runGit(gitArgv(gate, "fsck", "--connectivity-only", "--no-dangling", "--no-progress"), run);
  if (checked.exitCode !== 0) return true;
  for (const pack of await packsOf(gate)) {
    const verified = await runGit(gitArgv(gate, "verify-pack", pack.replace(/\.pack$/, ".idx")), run);
    if (verified.exitCode !== 0) return true;
  }
  return false;
}

/** From now on there is no gate, until a fetch makes one. */
export async function putAside(layout: Layout): Promise<void> {
  const name = join(layout.root, `${aside}${new Date().toISOString().replace(/\D/g, "")}`);
  await rename(layout.gate, name);
  await utimes(name, new Date(), new Date());
}

/** The folder's name of the gate that was put aside last, if any. */
export async function lastAside(layout: Layout): Promise<string | undefined> {
  const [last] = (await namesIn(layout.root))
    .filter((name) => name.startsWith(aside))
    .toSorted()
    .slice(-1);
  return last === undefined ? undefined : join(layout.root, last);
}

export const isAside = (name: string): boolean => name.startsWith(aside);

/** Takes over every object that is what its name says. Packs are checked byte for byte; of a broken one, as much as can be unpacked. */
export async function takeOverObjects(from: string, to: string): Promise<void> {
  for (const pack of await packsOf(from)) await takeOverPack(pack, to);
  for (const folder of await namesIn(join(from, "objects"))) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await namesIn(join(from, "objects", folder))) await takeOverLoose(from, to, folder, name);
  }
}

async function packsOf(gate: string): Promise<string[]> {
  const folder = join(gate, "objects", "pack");
  return (await namesIn(folder)).filter((name) => name.endsWith(".pack")).map((name) => join(folder, name));
}

async function takeOverPack(pack: string, to: string): Promise<void> {
  const script = `git --git-dir="$1" index-pack --stdin <"$2" >/dev/null 2>&1 || git --git-dir="$1" unpack-objects -q -r <"$2"`;
  await runGit(["/bin/sh", "-c", script, "take-over", to, pack], { cwd: to, limitMs });
}

async function takeOverLoose(from: string, to: string, folder: string, name: string): Promise<void> {
  const path = join(from, "objects", folder, name);
  const target = join(to, "objects", folder, name);
  if (!isSha(folder + name) || (await exists(target)) || !(await isWhole(path, folder + name))) return;
  await mkdir(join(to, "objects", folder), { recursive: true, mode: 0o700 });
  await link(path, target);
}

async function isWhole(path: string, sha: string): Promise<boolean> {
  const packed = await readFile(path);
  try {
    return createHash("sha1").update(inflateSync(packed)).digest("hex") === sha;
  } catch (error) {
    // zlib's own codes; anything else is no answer to this question.
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) return false;
    throw error;
  }
}

/** Sets every ref of ours again whose commit is whole in the new gate. @returns those that could not be kept. */
export async function takeOverRefs(from: string, to: string, fetchSha: (sha: string) => Promise<void>) {
  const lost: string[] = [];
  for (const [name, sha] of await readRefs(from)) {
    if (!name.startsWith("refs/coppice/")) continue;
    if (!(await isHeld(to, sha))) await fetchSha(sha);
    if (await isHeld(to, sha)) await createGateRefs(to).set(name, sha);
    else lost.push(name);
  }
  return lost;
}

async function isHeld(gate: string, sha: string): Promise<boolean> {
  const held = await runGit(gitArgv(gate, "rev-list", "--objects", "--quiet", sha), { cwd: gate, limitMs });
  return held.exitCode === 0;
}

/** Read from the files, since git may refuse to. A loose ref goes before a packed one. */
async function readRefs(gate: string): Promise<ReadonlyMap<string, string>> {
  const packed = (await textOf(join(gate, "packed-refs"))).matchAll(/^([0-9a-f]{40}) (refs\/\S+)$/gm);
  const found = new Map([...packed].map(([, sha = "", name = ""]) => [name, sha]));
  for (const name of await filesUnder(gate, "refs")) {
    const sha = (await textOf(join(gate, name))).trim();
    if (isSha(sha)) found.set(name, sha);
  }
  return found;
}

async function filesUnder(gate: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesIn(join(gate, folder))) {
    const path = `${folder}/${name}`;
    if (await isFolder(join(gate, path))) found.push(...(await filesUnder(gate, path)));
    else if (!name.endsWith(".lock")) found.push(path);
  }
  return found;
}

async function textOf(path: string): Promise<string> {
  return (await lookAt(path))?.isFile() ? await readFile(path, "utf8") : "";
}
