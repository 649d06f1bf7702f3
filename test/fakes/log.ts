import type { Log } from "../../src/control/ports.ts";

export interface LogLine {
  readonly level: keyof Log;
  readonly what: object;
  readonly words: string;
}

/** A log that keeps what was said. */
export function createFakeLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (what: object, words: string) => void lines.push({ level, what, words });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
