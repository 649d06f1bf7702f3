/**
 * Characters that show nothing, or turn the direction of what follows: they carry words to programs past people's eyes.
 * Variation selectors and the fillers of Hangul are among them.
 */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The two ways to write what GitHub does not show: HTML comments, and definitions of links that nobody follows. */
const htmlComment = /<!--[\s\S]*?(?:--!?>|$)/g;
const linkComment = /^ {0,3}\[[^\]\n]{0,100}\]:[ \t]*<?#?>?[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\))[ \t]*$/gm;

/** What people see of a text that somebody wrote on GitHub. Hidden parts are gone, also those shown as examples in code. */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(invisible, "")
    .replace(htmlComment, "")
    .replace(linkComment, "")
    .replace(/\n{4,}/g, "\n\n\n")
    .trim();
}
