import { changeProse } from "./prose.ts";
import { redactFormats } from "./redact.ts";

const wordJoiner = "\u2060";

/**
 * Characters that show nothing, or turn the direction of what follows: they hide text from people, not from programs. Variation
 * selectors and the fillers of Hangul are among them.
 */
const invisible = /(?![\t\n])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

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
  return defuseCommands(changeProse(whole, defuseProse));
}

/** The same for a place in a line of ours. */
export function defuseLine(text: string): string {
  const line = plain(text, longestLine).replace(/\s+/g, " ").trim();
  // A mark that begins a block shows as it is in the middle of a line.
  return changeProse(` ${line}`, defuseProse).trim();
}

/** The same for the title of a pull request, which is no Markdown, but becomes a commit's message when it is merged. */
export function defuseTitle(text: string): string {
  return defuseReferences(plain(text, longestLine).replace(/\s+/g, " "))
    .replace(/\[(?=(?:skip|no) ci\]|ci skip\]|skip actions\]|actions skip\])/gi, `[${wordJoiner}`)
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
  const shown = plain(text, longestText);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${shown}\n${ticks}`;
}

/** Without what looks like a secret, also when invisible characters stood in it, or the end is cut off. */
function plain(text: string, most: number): string {
  const lines = redactFormats(text.replace(/\r\n?/g, "\n").replace(invisible, ""));
  return lines.length <= most ? lines : `${lines.slice(0, most).toWellFormed()}\n… (cut)`;
}

/**
 * GitHub looks for mentions and references in what the page shows, so characters written as entities count as well. Definitions of
 * links are shown: they can say things that nobody sees.
 */
function defuseProse(prose: string): string {
  const inert = prose
    .replace(/&(?=#\d|#x[\da-f]|(?!(?:lt|gt|amp|quot|nbsp);)[a-z][a-z\d]{1,40};)/gi, "&amp;")
    .replace(/<(?=[A-Za-z/!?])/g, "&lt;")
    .replace(/!\[/g, `!${wordJoiner}[`)
    .replace(/\]:/g, `]${wordJoiner}:`)
    .replace(/(\]\([ \t\n]{0,20}<?)(?=(?:javascript|vbscript|data|file):)/gi, `$1${wordJoiner}`);
  return defuseReferences(inert);
}

/** No mention, and no word that links another issue to this text or closes one. */
function defuseReferences(text: string): string {
  return text
    .replace(/(^|[^A-Za-z0-9])@(?=[A-Za-z0-9])/g, `$1@${wordJoiner}`)
    .replace(
      /(?<![A-Za-z0-9])(clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))(\s{0,50}:?\s{1,50})(?=https?:)/gi,
      `$1$2${wordJoiner}`,
    )
    .replace(/(https?:\/\/)(?:www\.)?(?=github\.com\/[^\s/]{1,100}\/[^\s/]{1,100}\/)/gi, "$1redirect.")
    .replace(/(^|[^A-Za-z0-9&])#(?=\d)/g, `$1#${wordJoiner}`)
    .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, (word) => `${word}${wordJoiner}`)
    .replace(/\S+/g, defuseWord);
}

/** `owner/name#12`, however it is spelled; but a place in a page stays, or the link would be broken. */
function defuseWord(word: string): string {
  return /:\/\/|www\./i.test(word) ? word : word.replace(/#(?=\d)/g, `#${wordJoiner}`);
}

/** Many bots take `/approve` at the beginning of a line for a command of whoever wrote it: here of ours, who may write. Also in code. */
function defuseCommands(text: string): string {
  return text.replace(/^([ \t]*)\/(?=[a-z][\w-]*(?:[ \t]|$))/gim, `$1${wordJoiner}/`);
}
