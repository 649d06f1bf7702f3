const wordJoiner = "\u2060";

/** Characters that show nothing, or turn the direction of what follows: they hide text from people, not from programs. */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}]/gu;

const longestText = 20_000;

/**
 * Makes text that an agent or a stranger wrote harmless in a comment: it notifies nobody, closes no issue, loads no
 * image and holds no HTML. Markdown's own shapes stay.
 */
export function defuse(text: string): string {
  return cut(text)
    .replace(invisible, "")
    .replace(/<(?=[A-Za-z/!?])/g, "&lt;")
    .replace(/!\[/g, `!${wordJoiner}[`)
    .replace(/(^|[^A-Za-z0-9_`])@(?=[A-Za-z0-9])/g, `$1@${wordJoiner}`)
    .replace(
      /\b(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))(\s*:?\s+)(?=#|[\w.-]+\/[\w.-]+#|https?:)/gi,
      `$1${wordJoiner}$2${wordJoiner}`,
    )
    .replace(/(^|\s|\()#(?=\d)/g, `$1#${wordJoiner}`)
    .trim();
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
  const plain = cut(text).replace(invisible, "");
  const longest = Math.max(2, ...[...plain.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${plain}\n${ticks}`;
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}\n… (cut)`;
}
