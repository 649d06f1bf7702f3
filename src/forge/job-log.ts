import { stripVTControlCharacters } from "node:util";

/** `2026-01-02T03:04:05.1234567Z `, before each line. */
const stamp = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/gm;

/**
 * What somebody would look at in a log of GitHub Actions: without time stamps and colours, and without what the runner tidies up after
 * the failure, which may be longer than what led to it.
 */
export function usefulEnd(log: string): string {
  const plain = stripVTControlCharacters(log.replaceAll("\r\n", "\n")).replace(stamp, "");
  const failed = plain.lastIndexOf("\n##[error]");
  if (failed === -1) return plain.trimEnd();
  const end = plain.indexOf("\n", failed + 1);
  return (end === -1 ? plain : plain.slice(0, end)).trimEnd();
}
