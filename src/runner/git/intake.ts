import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import type { AgentSide } from "./agent-side.ts";
import type { Finding } from "./change-rules.ts";
import { ended, gitArgvWith, gitFailed, processOptions } from "./git-command.ts";
import { wordsOf } from "./git-words.ts";
import type { Layout } from "./layout.ts";
import { isSha } from "./layout.ts";

/** Objects that came over the wall and are not part of the gate yet. Ends by `admit` or `drop`, never both. */
export interface Quarantine {
  /** With this, git in the gate sees the gate's objects and the new ones. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the objects the gate's own. A ref has to hold them afterwards. */
  admit(): Promise<void>;
  drop(): Promise<void>;
}

export interface Wanted {
  readonly tip: string;
  /** Commits that the gate has: what they reach is not packed again. */
  readonly have: readonly string[];
  readonly mostBytes: number;
  readonly limitMs: number;
}

/**
 * Takes a commit and what it needs over the wall, as bytes: packed on the agent's side with the agent's rights (so a planted
 * alternates file reaches nothing that the agent can't read), unpacked and checked for form in a folder of its own in the gate.
 */
export async function receive(layout: Layout, side: AgentSide, wanted: Wanted): Promise<Quarantine | Finding> {
  if (!isSha(wanted.tip)) return { kind: "broken", words: "the workspace's head is not the name of a commit" };
  if (wanted.have.includes(wanted.tip)) return nothingNew;
  const folder = join(layout.quarantine, randomUUID());
  await mkdir(join(folder, "pack"), { recursive: true, mode: 0o700 });
  const environment = { GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: layout.gateObjects };
  const drop = () => rm(folder, { recursive: true, force: true });
  try {
    const finding = await streamPack(layout, side, wanted, environment);
    if (finding === undefined) return { environment, drop, admit: () => admit(folder, layout.gateObjects) };
    await drop();
    return finding;
  } catch (error) {
    await drop();
    throw error;
  }
}

const nothingNew: Quarantine = { environment: {}, admit: async () => {}, drop: async () => {} };

async function streamPack(
  layout: Layout,
  side: AgentSide,
  { tip, have, mostBytes, limitMs }: Wanted,
  environment: Readonly<Record<string, string>>,
): Promise<Finding | undefined> {
  const packing = side.argv(["pack-objects", "--revs", "--stdout", "--thin", "--delta-base-offset", "--quiet"]);
  const options = ["--stdin", "--strict", "--fix-thin", `--max-input-size=${mostBytes}`];
  const indexing = gitArgvWith(["core.bigFileThreshold=16m", "pack.threads=1"], layout.gate, "index-pack", ...options);

  const packer = execa(packing[0], packing.slice(1), {
    ...processOptions({ cwd: side.desk.tree, limitMs }),
    input: [tip, ...have.filter(isSha).map((sha) => `^${sha}`), ""].join("\n"),
    buffer: { stdout: false },
  });
  const indexer = execa(indexing[0], indexing.slice(1), {
    ...processOptions({ cwd: layout.root, environment, limitMs }),
    stdin: "pipe",
  });
  // A pipe that breaks is no news of its own: it shows in how the two programs end.
  const flowed = Promise.allSettled([pipeline(packer.stdout, indexer.stdin)]);
  const [packed, indexed] = await Promise.all([packer, indexer, flowed]);

  const into = ended(indexing, indexed);
  if (/maximum allowed size/.test(into.stderr))
    return { kind: "too-large", words: `the commits have more than ${mostBytes} bytes` };
  if (into.exitCode === 0 || /early EOF/.test(into.stderr)) {
    const out = ended(packing, packed);
    return out.exitCode === 0
      ? undefined
      : { kind: "broken", words: `the commits could not be read: ${wordsOf(out.stderr)}` };
  }
  if (/No space left|[Uu]nable to (create|write)|Permission denied|Read-only file/.test(into.stderr))
    throw gitFailed(indexing, into.stderr);
  return { kind: "broken", words: `the commits are not in order: ${wordsOf(into.stderr)}` };
}

/** `.idx` last: a pack without it is not seen by git. */
async function admit(folder: string, gateObjects: string): Promise<void> {
  const from = join(folder, "pack");
  const names = await readdir(from);
  await mkdir(join(gateObjects, "pack"), { recursive: true });
  for (const name of names.toSorted((a, b) => Number(a.endsWith(".idx")) - Number(b.endsWith(".idx")))) {
    if (/^pack-[0-9a-f]+\.(pack|idx|rev)$/.test(name)) await rename(join(from, name), join(gateObjects, "pack", name));
  }
  await rm(folder, { recursive: true, force: true });
}
