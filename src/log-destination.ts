import { fstatSync, writeSync } from "node:fs";
import type { DestinationStream } from "pino";

/** Of these the operator hears elsewhere, and they pass. */
const passing = ["ENOSPC", "EDQUOT", "EFBIG", "EIO"];

/**
 * Where the log goes: standard output. Where that is a file, lines that the disk has no room for are dropped and counted: Node's own stream
 * would end the whole process at the first of them, and a log is not worth that.
 */
export function logDestination(): DestinationStream & { readonly isTTY?: boolean | undefined } {
  const stats = process.stdout.isTTY ? undefined : fstatSync(process.stdout.fd);
  const isFile = stats?.isFile() === true || stats?.isCharacterDevice() === true;
  return isFile ? createFileDestination((text) => writeAll(process.stdout.fd, text)) : process.stdout;
}

export function createFileDestination(write: (text: string) => void): DestinationStream {
  let lost = 0;
  return {
    write(line) {
      try {
        write(lost === 0 ? line : `${lostLines(lost)}${line}`);
        lost = 0;
      } catch (error) {
        if (!isPassing(error)) throw error;
        lost += 1;
      }
    },
  };
}

function lostLines(count: number): string {
  const what = { level: "warn", time: new Date().toISOString(), msg: `${count} lines of this log found no room` };
  return `\n${JSON.stringify(what)}\n`;
}

function writeAll(fd: number, text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
}

function isPassing(error: unknown): boolean {
  return error instanceof Error && "code" in error && passing.includes(String(error.code));
}
