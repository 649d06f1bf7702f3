import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, relative, sep } from "node:path";
import { KnownError } from "../../errors.ts";
import { hasCode } from "../agents/safe-file.ts";
import type { Room } from "../wall.ts";

export interface Mount {
  readonly path: string;
  readonly access: "write" | "read";
}

/**
 * The mounts for a room, outer ones first, so that of two nested paths the deeper one decides.
 *
 * What lies in a folder that the agent can write may be replaced by it: with a link to one's keys, say, which would then be mounted.
 * So no such path may hold a link, and every folder on the way is mounted by itself: a mount point can't be moved or removed from the
 * inside, so nothing can be replaced while the paths are looked at.
 *
 * @throws KnownError when a path is not there, goes through a link, or would show what has to stay `hidden`.
 */
export function mountsOf(room: Room, hidden: readonly string[]): Mount[] {
  const writable = room.writable.map(checked);
  const readable = room.readable.map(checked);
  for (const path of [...writable, ...readable]) refuseHidden(path, hidden);
  const access = new Map<string, Mount["access"]>();
  for (const path of readable) access.set(path, "read");
  for (const path of writable) access.set(path, "write");
  for (const step of [...readable, ...writable].flatMap((path) => stepsTo(path, writable))) {
    if (!access.has(step)) access.set(step, accessAround(step, access));
  }
  return [...access].map(([path, to]) => ({ path, access: to })).toSorted((a, b) => depth(a.path) - depth(b.path));
}

function checked(path: string): string {
  if (!isAbsolute(path) || path.includes("\0")) throw new Error(`not an absolute path: ${JSON.stringify(path)}`);
  const plain = normalize(path).replace(/(?<=.)\/$/, "");
  if (plain === sep) throw new KnownError("WALL_ROOM", "the whole file system can't be shown behind the wall");
  try {
    statSync(plain);
    return plain;
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES")) throw error;
    throw new KnownError("WALL_ROOM", `${plain} can't be shown behind the wall: it is not there`, {
      retry: "later",
      cause: error,
    });
  }
}

/** The folders between the outermost writable folder and the path; read-only ones among them are mounted anyway. */
function stepsTo(path: string, writable: readonly string[]): string[] {
  const around = writable.filter((folder) => isInside(path, folder)).toSorted((a, b) => depth(a) - depth(b))[0];
  if (around === undefined) return [];
  if (realpathSync(path) !== join(realpathSync(around), relative(around, path))) {
    throw new KnownError("WALL_LINK", `${path} goes through a link that the agent may have made`, {
      hint: `Look at what is there with \`ls -l ${dirname(path)}\`. The wall is not built over it.`,
    });
  }
  const steps: string[] = [];
  for (let step = dirname(path); step !== around; step = dirname(step)) steps.push(step);
  return steps;
}

/** What the nearest listed folder around it allows. */
function accessAround(path: string, access: ReadonlyMap<string, Mount["access"]>): Mount["access"] {
  const around = [...access.keys()]
    .filter((folder) => isInside(path, folder))
    .toSorted((a, b) => depth(b) - depth(a))[0];
  return access.get(around ?? "") ?? "read";
}

function refuseHidden(path: string, hidden: readonly string[]): void {
  const real = realpathSync(path);
  const shown = hidden.find((secret) => [path, real].some((one) => secret === one || isInside(secret, one)));
  if (shown === undefined) return;
  throw new KnownError("WALL_EXPOSES", `${path} can't be shown behind the wall: ${shown} lies in it`, {
    hint: "List narrower folders for the agents' tools, or move them out of there.",
  });
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function depth(path: string): number {
  return path.split(sep).length;
}
