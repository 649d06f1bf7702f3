import { mkdir, rename, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { KnownError } from "../../errors.ts";
import { writeWhole } from "../agents/safe-file.ts";
import { systemCallFilter } from "./system-calls.ts";

/** Who the agent is, behind the wall. Claude Code refuses to work unasked as root, and other tools are pickier as root, too. */
interface Person {
  readonly uid: number;
  readonly gid: number;
}

export const insideHome = "/home/agent";

/** Files of ours that are shown behind the wall in place of the system's. */
const inside = (person: Person): Readonly<Record<string, string>> => ({
  passwd: `root:x:0:0:root:/root:/bin/sh\nagent:x:${person.uid}:${person.gid}:agent:${insideHome}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n`,
  group: `root:x:0:\nagent:x:${person.gid}:\nnogroup:x:65534:\n`,
  hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  hostname: "sandbox\n",
});

export interface WallFiles {
  readonly person: Person;
  readonly filter: string;
  /** bwrap's arguments that show the others. */
  readonly arguments: readonly string[];
}

/** Root becomes somebody else behind the wall; anybody else stays who he is. */
function personOf(uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0): Person {
  return uid === 0 ? { uid: 1000, gid: 1000 } : { uid, gid };
}

/** Writes what the wall is built from. @throws KnownError when there is no filter for this kind of machine. */
export async function writeWallFiles(folder: string): Promise<WallFiles> {
  const person = personOf();
  const bytes = systemCallFilter(arch());
  if (bytes === undefined) {
    throw new KnownError("WALL_MACHINE", `there is no filter of system calls for this kind of machine (${arch()})`, {
      hint: "The wall is known for x64 and arm64.",
    });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const filter = join(folder, "system-calls.bpf");
  // Whole or not at all: a session that starts right now may be reading it.
  await writeFile(`${filter}.${process.pid}`, bytes, { mode: 0o600 });
  await rename(`${filter}.${process.pid}`, filter);
  const files = Object.entries(inside(person));
  for (const [name, text] of files) await writeWhole(join(folder, name), text);
  return { person, filter, arguments: files.flatMap(([name]) => ["--ro-bind", join(folder, name), `/etc/${name}`]) };
}
