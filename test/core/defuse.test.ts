import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { defuse, defuseLine, fence, quote } from "../../src/core/defuse.ts";

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
