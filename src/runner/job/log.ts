import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { hasCode } from "../agents/safe-file.ts";
import type { JobFolder } from "./plan.ts";

/** Keeps the end of an output: never more than twice `mostBytes`, never less than the last `mostBytes`. */
interface Log {
  write(chunk: Uint8Array): void;
  close(): void;
}

/** Written synchronously: what a command said last must be there when the result is. */
export function openLog(files: JobFolder, mostBytes: number): Log {
  let file = openSync(files.log, "w", 0o600);
  let size = 0;
  return {
    write(chunk) {
      if (size >= mostBytes) {
        closeSync(file);
        renameSync(files.log, files.olderLog);
        file = openSync(files.log, "w", 0o600);
        size = 0;
      }
      writeSync(file, chunk);
      size += chunk.length;
    },
    close: () => closeSync(file),
  };
}

const tailLines = 60;
const mostOfALine = 500;
const tailBytes = 128 * 1024;

/** The last lines as a person would see them: no escapes, no control characters, no overwritten progress bars. */
export async function readTail(files: JobFolder): Promise<string> {
  const newest = await readEnd(files.log);
  const text = newest.length < tailBytes ? (await readEnd(files.olderLog)) + newest : newest;
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .map((line) => visible(line.trimEnd()));
  return lines.join("\n").trimEnd().split("\n").slice(-tailLines).join("\n");
}

function visible(line: string): string {
  const last = line.slice(line.lastIndexOf("\r") + 1);
  // oxlint-disable-next-line no-control-regex
  const plain = last.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
  return plain.length > mostOfALine ? `${plain.slice(0, mostOfALine)}…` : plain;
}

async function readEnd(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  }
}
