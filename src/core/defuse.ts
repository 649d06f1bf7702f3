import { changeProse } from "./prose.ts";

const wordJoiner = "\u2060";

/** Characters that show nothing, or turn the direction of what follows: they hide text from people, not from programs. */
const invisible = /(?![\t\n])[\p{Cc}\p{Cf}]/gu;

const longestText = 20_000;
const longestLine = 1_000;

/**
 * Makes text that an agent or a stranger wrote harmless in a comment: it notifies nobody, refers to nothing, closes no
 * issue, loads no image and holds no HTML. Markdown's own shapes stay. The result has to begin a line.
 */
export function defuse(text: string): string {
  // Blank lines go, but not the indentation of the first one: it makes code of what would open a fence without it.
  const whole = plain(text, longestText)
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
  return changeProse(whole, defuseProse);
}

/** The same for a place in a line of ours. */
export function defuseLine(text: string): string {
  const line = plain(text, longestLine).replace(/\s+/g, " ").trim();
  // A mark that begins a block shows as it is in the middle of a line.
  return changeProse(` ${line}`, defuseProse).trim();
}

/** The text as a quotation, whatever it holds. */
export function quote(text: string): string {
  return defuse(text)
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

/** The text in a code fence that it can't close. */
export function fence(text: string): string {
  const shown = plain(text, longestText);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${shown}\n${ticks}`;
}

function plain(text: string, most: number): string {
  const lines = text.replace(/\r\n?/g, "\n").replace(invisible, "");
  return lines.length <= most ? lines : `${lines.slice(0, most)}\n… (cut)`;
}

/** GitHub looks for mentions and references in what the page shows, so characters written as entities count as well. */
function defuseProse(prose: string): string {
  return prose
    .replace(/&(?=#\d|#x[\da-f]|commat;|num;)/gi, "&amp;")
    .replace(/<(?=[A-Za-z/!?])/g, "&lt;")
    .replace(/!\[/g, `!${wordJoiner}[`)
    .replace(/(^|[^A-Za-z0-9])@(?=[A-Za-z0-9])/g, `$1@${wordJoiner}`)
    .replace(
      /(?<![A-Za-z0-9])(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))(\s*:?\s+)(?=https?:)/gi,
      `$1$2${wordJoiner}`,
    )
    .replace(/(^|[^\w./:@-])([\w-]+\/[\w.-]+)#(?=\d)/g, `$1$2#${wordJoiner}`)
    .replace(/(^|[^A-Za-z0-9&])#(?=\d)/g, `$1#${wordJoiner}`)
    .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, (word) => `${word}${wordJoiner}`);
}
