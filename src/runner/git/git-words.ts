import { redactFormats } from "../../core/redact.ts";

const mostLetters = 600;

/**
 * What git said, fit for an error, a log or a comment: the last lines, without control and invisible characters, without
 * anything that looks like a secret. On the agent's side git says what an agent made it say.
 */
export function wordsOf(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => visible(line).trim())
    .filter((line) => line !== "" && !line.startsWith("hint:"));
  return redactFormats(lines.slice(-6).join("; ")).slice(-mostLetters) || "it gave no reason";
}

/** Control, direction and zero-width characters become a visible mark; so do halves of characters. */
export function visible(text: string): string {
  return text.toWellFormed().replace(invisible, "\ufffd");
}

export function hasInvisible(text: string): boolean {
  return text.search(invisible) >= 0;
}

// \p{Cc} control, \p{Cf} format (bidi, zero-width, soft hyphen, tags), line and paragraph separators.
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
