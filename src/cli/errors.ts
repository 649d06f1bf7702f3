import { CommanderError } from "commander";
import { redactFormats } from "../core/redact.ts";
import { KnownError } from "../errors.ts";

/** The one place where the command line turns what went wrong into words. */
export function sayError(error: unknown): void {
  process.stderr.write(`${redactFormats(wordsOf(error))}\n`);
}

function wordsOf(error: unknown): string {
  if (error instanceof KnownError) {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint.replaceAll("\n", "\n  ")}`;
    return `coppice: ${error.message}${hint}`;
  }
  return `coppice: this is a bug in Coppice.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** 2 for a wrong call, 1 for everything else. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return 1;
}
