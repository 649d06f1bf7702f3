import type { Log } from "../../src/control/ports.ts";

export interface LogLine {
  readonly level: keyof Log;
  readonly what: object;
  readonly words: string;
}

/** A log that keeps what was said, or the last so many lines of it. */
export function createFakeLog(most = Number.POSITIVE_INFINITY): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Log) => (what: object, words: string) => {
    lines.push({ level, what, words });
    if (lines.length > most) lines.shift();
  };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
