import markdownIt, { type MarkdownIt, type StateCore, type Token } from "markdown-it";
import sanitize from "sanitize-html";
import { type Html, trusted } from "./html.ts";

/** Text of people and agents as a page shows it: GitHub's flavour, without anything that could run. */
export function renderMarkdown(text: string, repository: string): Html {
  return trusted(sanitize(talk.render(text, { repository }), rules));
}

/** A file's text, where the end of a line is no more than a space. */
export function renderFile(text: string, repository: string): Html {
  return trusted(sanitize(files.render(text, { repository }), rules));
}

const talk = withReferences(markdownIt({ html: true, linkify: true, breaks: true }));
const files = withReferences(markdownIt({ html: true, linkify: true }));

const rules: sanitize.IOptions = {
  allowedTags: [
    ...sanitize.defaults.allowedTags,
    "details",
    "summary",
    "input",
    "img",
    "del",
    "ins",
    "s",
    "h1",
    "h2",
    "kbd",
    "sub",
    "sup",
  ],
  allowedAttributes: {
    a: ["href", "title", "class"],
    code: ["class"],
    details: ["open"],
    img: ["src", "alt", "title", "width", "height"],
    input: ["type", "checked", "disabled", "class", "aria-label"],
    li: ["class"],
    ol: ["start"],
    td: ["align"],
    th: ["align"],
  },
  allowedClasses: { a: ["mention", "reference"], code: [/^language-/], input: ["task"], li: ["task"] },
  // Pictures from elsewhere would tell others who reads here.
  allowedSchemesByTag: { img: ["data"] },
  transformTags: { td: aligned, th: aligned, input: checkbox },
};

/** Tables carry their alignment as a style, which the pages' policy forbids. */
function aligned(tagName: string, { style = "", ...attributes }: sanitize.Attributes): sanitize.Tag {
  const align = /text-align:\s*(left|right|center)/.exec(style)?.[1];
  return { tagName, attribs: { ...attributes, ...(align !== undefined && { align }) } };
}

/** Only ever the box of a task, which nobody can tick here. */
function checkbox(tagName: string, { checked }: sanitize.Attributes): sanitize.Tag {
  const attribs = { type: "checkbox", disabled: "", class: "task", "aria-label": "task" };
  return { tagName, attribs: { ...attribs, ...(checked !== undefined && { checked: "" }) } };
}

/** `@somebody`, `#12` and `- [ ]` are GitHub's own. */
function withReferences(markdown: MarkdownIt): MarkdownIt {
  markdown.core.ruler.after("inline", "references", (state) => {
    for (const token of state.tokens) {
      if (token.type === "inline" && token.children !== null) token.children = linked(state, token.children);
    }
  });
  markdown.core.ruler.after("references", "tasks", (state) => {
    for (const [at, token] of state.tokens.entries()) {
      const item = state.tokens[at - 2];
      if (token.type === "inline" && item?.type === "list_item_open") tick(state, item, token);
    }
  });
  return markdown;
}

function linked(state: StateCore, children: readonly Token[]): Token[] {
  let depth = 0;
  return children.flatMap((token) => {
    if (token.type === "link_open") depth += 1;
    if (token.type === "link_close") depth -= 1;
    return token.type === "text" && depth === 0 ? split(state, token) : [token];
  });
}

const reference = /(?<![\w/&#@.])(@[a-z\d][a-z\d-]{0,38}|#\d{1,7})(?![\w-])/gi;

function split(state: StateCore, { content }: Token): Token[] {
  return content.split(reference).flatMap((piece, at) => {
    const text = new state.Token("text", "", 0);
    text.content = piece;
    if (at % 2 === 0) return piece === "" ? [] : [text];
    const open = new state.Token("link_open", "a", 1);
    open.attrs = piece.startsWith("#")
      ? issueLink(state, piece.slice(1))
      : [
          ["href", `/${piece.slice(1)}`],
          ["class", "mention"],
        ];
    return [open, text, new state.Token("link_close", "a", -1)];
  });
}

function issueLink({ env }: StateCore, number: string): [string, string][] {
  const { repository } = env;
  return [
    ["href", `/${typeof repository === "string" ? repository : ""}/issues/${number}`],
    ["class", "reference"],
  ];
}

/** `[ ] words` and `[x] words` at the start of a list's item. */
function tick(state: StateCore, item: Token, inline: Token): void {
  const [first] = inline.children ?? [];
  const box = /^\[([ xX])\] /.exec(first?.content ?? "");
  if (first === undefined || box === null) return;
  item.attrJoin("class", "task");
  const input = new state.Token("html_inline", "", 0);
  input.content = `<input type="checkbox"${box[1] === " " ? "" : " checked"}> `;
  first.content = first.content.slice(box[0].length);
  inline.children?.unshift(input);
}
