import { isUtf8 } from "node:buffer";
import type { ObjectReader } from "./object-reader.ts";

/** What a path is in a commit. */
interface Entry {
  /** As git writes it: 100644, 100755, 120000 (link), 160000 (submodule), 40000 (folder). */
  readonly mode: string;
  readonly sha: string;
}

/** One path that a commit has otherwise than every one of its parents. */
export interface Change {
  readonly path: string;
  /** Names are bytes to git; those that are no text are shown with marks. */
  readonly isText: boolean;
  /** Undefined: the path was taken away. */
  readonly after: Entry | undefined;
  /** What the path is in the parents that have it. */
  readonly before: readonly Entry[];
}

/** Deeper folders are reported as they are and not looked into. */
export const mostDepth = 64;

const mostFolderBytes = 8 * 1024 * 1024;

/**
 * Every path that differs from all the parents, one at a time, so that the caller can stop: fifteen small objects can name 10^14
 * paths, and git's own diff would collect them all before its first word. Unchanged folders are never opened.
 */
export async function* treeChanges(
  reader: ObjectReader,
  parents: readonly string[],
  tree: string,
): AsyncGenerator<Change> {
  yield* folderChanges(reader, parents, tree, "", 0);
}

type Folder = ReadonlyMap<string, Entry>;

async function* folderChanges(
  reader: ObjectReader,
  parents: readonly (string | undefined)[],
  tree: string | undefined,
  folder: string,
  depth: number,
): AsyncGenerator<Change> {
  if (parents.includes(tree)) return;
  const after = await readFolder(reader, tree);
  const before: Folder[] = [];
  for (const parent of parents) before.push(await readFolder(reader, parent));

  const inside = (name: string, entry: Entry | undefined) => {
    const those = before.map((one) => folderIn(one.get(name)));
    return folderChanges(reader, those, folderIn(entry), `${folder}${name}/`, depth + 1);
  };
  const entriesOf = (name: string) => before.flatMap((one) => one.get(name) ?? []);
  for (const [name, entry] of after) {
    if (before.some((one) => isSame(one.get(name), entry))) continue;
    if (isFolder(entry) && depth < mostDepth) yield* inside(name, entry);
    else yield changeOf(folder + name, entry, entriesOf(name));
  }
  for (const [name, entry] of before[0] ?? []) {
    if (!before.every((one) => isGone(one.get(name), after.get(name)))) continue;
    if (isFolder(entry) && depth < mostDepth) yield* inside(name, undefined);
    else yield changeOf(folder + name, undefined, entriesOf(name));
  }
}

async function readFolder(reader: ObjectReader, sha: string | undefined): Promise<Folder> {
  if (sha === undefined) return new Map();
  const object = await reader.read(sha, mostFolderBytes);
  if (object?.type !== "tree") throw new Error(`${sha} should be a tree`);
  return parseFolder(object.content);
}

/** Names as latin1, a letter per byte: they are keys here, and need not be text. */
function parseFolder(content: Buffer): Folder {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const nul = content.indexOf(0, space);
    const sha = content.toString("hex", nul + 1, nul + 21);
    entries.set(content.toString("latin1", space + 1, nul), { mode: content.toString("latin1", at, space), sha });
    at = nul + 21;
  }
  return entries;
}

function changeOf(path: string, after: Entry | undefined, before: readonly Entry[]): Change {
  const bytes = Buffer.from(path, "latin1");
  return { path: bytes.toString("utf8"), isText: isUtf8(bytes), after, before };
}

function isFolder(entry: Entry): boolean {
  return entry.mode === "40000";
}

function folderIn(entry: Entry | undefined): string | undefined {
  return entry && isFolder(entry) ? entry.sha : undefined;
}

function isSame(one: Entry | undefined, other: Entry): boolean {
  return one?.sha === other.sha && one.mode === other.mode;
}

/** A file that became a folder is gone as a file, and the other way round. */
function isGone(before: Entry | undefined, after: Entry | undefined): boolean {
  return before !== undefined && (after === undefined || isFolder(before) !== isFolder(after));
}
