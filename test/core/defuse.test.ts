import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { defuse, defuseLine, defuseTitle, fence, quote } from "../../src/core/defuse.ts";

/** As GitHub does it: HTML counts, and mentions and references are looked for in what the page shows outside code. */
const markdown = new MarkdownIt({ html: true });

interface Shown {
  /** Each stretch of shown text, outside code. */
  readonly texts: readonly string[];
  readonly html: readonly string[];
  readonly images: number;
}

function show(text: string): Shown {
  const all = markdown.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  return {
    texts: all.filter(({ type }) => type === "text").map(({ content }) => content),
    html: all.filter(({ type }) => type === "html_inline" || type === "html_block").map(({ content }) => content),
    images: all.filter(({ type }) => type === "image").length,
  };
}

const mention = /(?:^|\W)@[a-z0-9]/i;
const reference = /(?:^|[^\w&])(?:#|GH-)\d/i;
const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:(?:[\w.-]+\/[\w.-]+)?#\d|https?:)/i;

const pieces = [
  ..."@#`~<>![]()*_\\|&-\n ".split(""),
  "ann",
  "GH-",
  "12",
  "fixes",
  "Closes ",
  "acme/shop",
  "\n/approve ",
  "]: ",
  "\n===\n",
  "~~~",
  "[^1]",
  "&sol;",
  "data:text/html,x",
  "```",
  "&#64;",
  "&#x40;",
  "&commat;",
  "&num;",
  "&#35;",
  "&lt;",
  "<!--",
  "-->",
  "<img src=x onerror=y>",
  "</details>",
  "https://github.com/acme/shop/issues/1",
  "\u200b",
  "\u202e",
  "    ",
];
const hostile = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(""));

describe.each([
  ["on its own", defuse],
  ["in a quotation", quote],
])("text from an agent, %s", (_name, make) => {
  it("notifies nobody, refers to nothing, closes nothing, shows no image and holds no HTML", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { texts, html, images } = show(make(text));
        expect(texts.filter((one) => mention.test(one) || reference.test(one) || closing.test(one))).toEqual([]);
        expect(html).toEqual([]);
        expect(images).toBe(0);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    "thanks @ann",
    "@ann",
    "(@ann)",
    "`@ann is a decorator",
    "&#64;ann",
    "&commat;ann",
    "\\@ann",
    "see #12",
    "fixes: #12",
    "Fixes\n#12",
    "closes acme/shop#12",
    "Resolved https://github.com/acme/shop/issues/1",
    "closes &#35;12",
    "![a](https://tracker.test/a.png)",
    "<img src='https://tracker.test/a.png'>",
    "<!-- coppice:status task=1-2 -->",
    "</details><h1>Approved</h1>",
    "\u200b@ann",
  ])("%j is shown and does nothing", (text) => {
    const { texts, html, images } = show(make(text));
    expect(texts.join("").length + texts.length).toBeGreaterThan(0);
    expect(texts.filter((one) => mention.test(one) || reference.test(one) || closing.test(one))).toEqual([]);
    expect({ html, images }).toEqual({ html: [], images: 0 });
  });
});

it("what hides from people, or turns the direction of what follows, is not there", () => {
  expect(defuse("pay\u202e42\u200b now\u0007")).toBe("pay42 now");
});

it("plain prose and Markdown's own shapes stay as they are", () => {
  const prose =
    "I changed **two** files:\n\n- `src/shop.ts`: a < b && c > d\n- the e-mail ann@shop.test stays\n\n| a | b |\n|---|---|";
  expect(defuse(prose)).toBe(prose);
});

it.each([
  "run `npx @biomejs/biome` in `<Button>`",
  "```ts\n@Injectable()\nclass A<T> {} // #12\n```",
  "~~~\n![a](b) @ann\n~~~\n\nand ``a ` @b``",
])("code stays as it is: %j", (text) => {
  expect(defuse(text)).toBe(text);
  expect(show(text).texts.join("")).not.toContain("@");
});

it("a fence that is left open is closed, so that it does not swallow what we say after it", () => {
  expect(defuse("see\n```ts\nlet a;")).toBe("see\n```ts\nlet a;\n```");
});

it("text for a line of ours stays on that line, and is as harmless there", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = `Given up: ${defuseLine(text)} and so on`;
      const { texts, html, images } = show(line);
      expect(line).not.toContain("\n");
      expect(texts.filter((one) => mention.test(one) || reference.test(one) || closing.test(one))).toEqual([]);
      expect({ html, images }).toEqual({ html: [], images: 0 });
    }),
    { numRuns: 3_000 },
  );
});

it.each(["a", "a/", "` ", "`a``", "@", "#1", "- ", "&#", "<", "![", "fixes ", "\n", " \n", "```\n", "a\n"])(
  "a long text of %j takes no time",
  (piece) => {
    const startedMs = performance.now();
    defuse(piece.repeat(20_000 / piece.length));
    defuseLine(piece.repeat(20_000 / piece.length));
    // Some milliseconds; what is quadratic takes seconds.
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  },
);

it("very long text is cut", () => {
  expect(defuse("x".repeat(30_000)).length).toBeLessThan(20_100);
});

it("every line of a quotation is one", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const line of quote(text).split("\n")) expect(line.startsWith("> ")).toBe(true);
    }),
  );
});

it("a fence can't be closed by what it holds", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const tokens = markdown.parse(`${fence(text)}\n\nafter`, {});
      expect(tokens.map(({ type }) => type)).toEqual(["fence", "paragraph_open", "inline", "paragraph_close"]);
    }),
    { numRuns: 1_000 },
  );
});

/** What harm a text can do, in its source or on the page: true for the raw one, false for the defused one. */
const mentions = (text: string) => show(text).texts.some((one) => mention.test(one));
const refers = (text: string) => show(text).texts.some((one) => reference.test(one) || /\w\/[\w.-]+#\d/.test(one));
const shown = (word: string) => (text: string) =>
  !markdown
    .render(text)
    .replace(/<[^>]*>/g, "")
    .includes(word);
const commands = (text: string) => /^\s*\/[a-z]/m.test(text);
const backlinks = (text: string) => /https?:\/\/(?:www\.)?github\.com\/[^/]+\/[^/]+\/(?:issues|pull)\/\d/.test(text);
const hasImage = (text: string) => /<img/.test(markdown.render(text));
const hasHtml = (text: string) => show(text).html.length > 0;
const swallows = (text: string) => !markdown.render(`${text}\n\nnext`).includes("<p>next</p>");

describe("what is hidden, or acts on others, in GitHub's Markdown", () => {
  it.each<[string, string, (text: string) => boolean]>([
    ["a mention in emphasis", "_@ann_", mentions],
    ["a mention behind a letter of another alphabet", "да@ann", mentions],
    ["a team", "cc **@acme/shop**", mentions],
    ["a mention in a heading", "@ann\n===", mentions],
    ["a mention in a table", "| a |\n|---|\n| @ann |", mentions],
    ["a mention in a link's words", "[@ann](https://x.test)", mentions],
    ["a mention in a footnote", "a[^1]\n\n[^1]: @ann", (text) => /@[a-z]/.test(text)],
    ["a mention between odd backticks", "``@ann`", mentions],
    ["a mention by an entity's name", "&commat;ann", mentions],
    ["a mention behind a tilde fence that never was one", "a ~~~\n@ann\n~~~", mentions],
    ["a reference in a link's words", "[#12](https://x.test)", refers],
    ["a reference to another repository behind a colon", "see:acme/shop#12", refers],
    ["a reference to another repository with a backslash", "acme\\/shop#12", refers],
    ["a reference to another repository by an entity", "acme&sol;shop#12", refers],
    ["a reference in brackets", "(acme/shop#12)", refers],
    ["a link that shows up on somebody's issue", "https://github.com/acme/shop/issues/12", backlinks],
    ["a link in words that does", "[a](https://www.github.com/acme/shop/pull/12)", backlinks],
    ["a link that would close", "Fixes: https://github.com/acme/shop/issues/12", backlinks],
    ["an image", "![](https://x.test/a.png)", hasImage],
    ["an image by reference", "![a][b]\n\n[b]: https://x.test/a.png", hasImage],
    ["an image in a link", "[![a](https://x.test/a.png)](https://x.test)", hasImage],
    ["an image in HTML over two lines", "<img\nsrc=x>", (text) => hasHtml(text)],
    ["a comment that hides", "a <!-- secret words --> b", hasHtml],
    ["a declaration", "<?php secret ?>", hasHtml],
    ["a definition that hides", "[//]: # (secret words)\n\na", shown("secret words")],
    ["a definition in a quotation that hides", "> [a]: https://x.test 'secret words'\n\na", shown("secret words")],
    ["a bot's command", "text\n/approve", commands],
    ["a bot's command with words, in code", "```\n/deploy production\n```", commands],
    ["a fence that is left open", "```\ncode", swallows],
    ["a comment that is left open", "<!-- ", swallows],
    ["a data link", "[a](data:image/png;base64,AAAA)", (text) => /href="data:|src="data:/.test(markdown.render(text))],
    ["letters that nobody sees", "a\u{e0100}\u3164\u{e0041}b", (text) => /[\u{e0100}\u3164\u{e0041}]/u.test(text)],
    ["a turned reading direction", "a\u202eb", (text) => text.includes("\u202e")],
  ])("%s: %j", (_what, text, doesHarm) => {
    expect(doesHarm(text), "the raw text should do harm, or this shows nothing").toBe(true);
    expect(doesHarm(defuse(text))).toBe(false);
  });
});

describe("a title", () => {
  it.each<[string, string]>([
    ["Fix the shop, fixes #12", "Fix the shop, fixes #\u206012"],
    ["Thanks @ann\nsecond line", "Thanks @\u2060ann second line"],
    ["Closes acme/shop#12 [skip ci]", "Closes acme/shop#\u206012 [\u2060skip ci]"],
    ["Parse `a < b` and <T> in *.ts", "Parse `a < b` and <T> in *.ts"],
    ["a\u202eb\u200b", "ab"],
  ])("%j reads %j", (text, safe) => {
    expect(defuseTitle(text)).toBe(safe);
  });

  it("never refers to an issue or mentions anybody", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const title = defuseTitle(text);
        expect(mention.test(title) || /#\d/.test(title.replace(/\S*:\/\/\S*/g, "")) || /\n/.test(title)).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });
});

it("what looks like a secret is hidden wherever an agent's text is shown", () => {
  const secret = `ghp_${"aB3".repeat(12)}`;
  const text = `The token is ${secret.replace("aB", "aB\u200b")}, \`${secret}\`.\n\n    ${secret}`;
  for (const make of [defuse, defuseLine, defuseTitle, quote, fence]) {
    expect(make(text)).toContain("[redacted]");
    expect(make(text)).not.toContain("aB3aB3");
  }
});

it("takes no longer than the text is long, whatever it repeats", () => {
  const repeated = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(repeated, (piece) => {
      const text = piece.repeat(Math.ceil(20_000 / piece.length));
      const startedMs = performance.now();
      for (const make of [defuse, defuseLine, defuseTitle, quote, fence]) make(text);
      // A few ms each; backtracking without bound would take minutes.
      expect(performance.now() - startedMs).toBeLessThan(3_000);
    }),
    { numRuns: 300 },
  );
}, 60_000);
