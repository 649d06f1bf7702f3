import { describe, expect, it } from "vitest";
import { visibleText } from "../../src/forge/visible-text.ts";

describe("visible text", () => {
  it.each<[string, string, string]>([
    ["keeps what people wrote", "Fix `a < b`.\n\n- one\n\ttwo ✨ é 漢字", "Fix `a < b`.\n\n- one\n\ttwo ✨ é 漢字"],
    ["has no HTML comment", "a<!-- hidden -->b", "ab"],
    ["has no comment over several lines", "a\n<!--\nhidden\n-->\nb", "a\n\nb"],
    ["has no comment that is never closed", "a <!-- hidden", "a"],
    ["has no comment that is closed in HTML's other way", "a<!-- hidden --!>b", "ab"],
    ["has no comment that invisible characters disguise", "a<!\u200b-- hidden -->b", "ab"],
    ["has no definition of a link that nobody follows", 'a\n\n[//]: # "hidden"\n\nb', "a\n\n\nb"],
    ["keeps links", 'a [b]\n\n[b]: https://example.com "c"', 'a [b]\n\n[b]: https://example.com "c"'],
    ["has no zero-width characters", "a\u200b\u200c\u2060\ufeffb", "ab"],
    ["has no characters that turn the direction", "a\u202eb\u2066c", "abc"],
    ["has no tag characters", `a${String.fromCodePoint(0xe0061, 0xe0062)}b`, "ab"],
    ["has no variation selectors, which can carry bytes", `a\ufe00${String.fromCodePoint(0xe0101)}b`, "ab"],
    ["has no fillers", "a\u3164\u115f\u2800b", "ab"],
    ["has no control characters", "a\u0000\u001b[31mb\u0085", "a[31mb"],
    ["has plain line ends", "a\r\nb\rc", "a\nb\nc"],
  ])("%s", (_name, text, wanted) => {
    expect(visibleText(text)).toBe(wanted);
  });

  it("takes linear time on hostile text", () => {
    const started = performance.now();
    for (const piece of ["<!--", "[//]: # ", "\n\n\n", "[", "<!-", " \n", '[a]: # "'])
      visibleText(piece.repeat(65_536 / piece.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
