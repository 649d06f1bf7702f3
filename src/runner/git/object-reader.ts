import type { Readable } from "node:stream";
import { execa } from "execa";
import { KnownError } from "../../errors.ts";
import { gitArgv, processOptions } from "./git-command.ts";
import type { GitRun } from "./git-command.ts";

interface GitObject {
  readonly type: string;
  readonly content: Buffer;
}

/** Reads objects one by one from a single git process. Close it when done. */
export interface ObjectReader {
  /** Undefined when there is no such object. @throws KnownError GIT_OBJECT_SIZE for one larger than `mostBytes`. */
  read(sha: string, mostBytes: number): Promise<GitObject | undefined>;
  close(): Promise<void>;
}

export function openObjects(gitDir: string, run: GitRun): ObjectReader {
  const [file, ...args] = gitArgv(gitDir, "cat-file", "--batch");
  const git = execa(file, args, { ...processOptions(run), buffer: false, stdin: "pipe" });
  const bytes = createByteReader(git.stdout);
  return {
    read: async (sha, mostBytes) => {
      git.stdin.write(`${sha}\n`);
      const [, type = "", size = ""] = (await bytes.line()).split(" ");
      if (!/^\d+$/.test(size)) return undefined;
      if (Number(size) > mostBytes) throw new KnownError("GIT_OBJECT_SIZE", `object ${sha} has ${size} bytes`);
      const content = await bytes.exactly(Number(size) + 1);
      return { type, content: content.subarray(0, -1) };
    },
    close: async () => {
      git.kill("SIGKILL");
      await git;
    },
  };
}

interface ByteReader {
  line(): Promise<string>;
  exactly(count: number): Promise<Buffer>;
}

function createByteReader(source: Readable): ByteReader {
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async () => {
    const next = await chunks.next();
    if (next.done) throw new KnownError("GIT_KILLED", "git cat-file ended before its answer", { retry: "now" });
    return next.value;
  };
  const take = (count: number, skip = 0) => {
    const taken = held.subarray(0, count);
    held = held.subarray(count + skip);
    return taken;
  };
  return {
    line: async () => {
      while (!held.includes(10)) held = Buffer.concat([held, await more()]);
      return take(held.indexOf(10), 1).toString();
    },
    exactly: async (count) => {
      const parts = [take(Math.min(count, held.length))];
      for (let have = parts[0]?.length ?? 0; have < count; ) {
        const next = await more();
        const wanted = next.subarray(0, count - have);
        parts.push(wanted);
        have += wanted.length;
        held = next.subarray(wanted.length);
      }
      return Buffer.concat(parts);
    },
  };
}
