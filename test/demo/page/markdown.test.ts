import { expect, test } from "vitest";
import { renderFile, renderMarkdown } from "../../../src/demo/page/markdown.ts";

test.each([
  ["a script is left out", "<script>alert(1)</script>hello", /^<p>hello<\/p>|^hello/, /script|alert/],
  ["a handler is left out", '<img src="x" onerror="alert(1)">', /<img/, /onerror/],
  ["a link can't run anything", "[go](javascript:alert(1))", /go/, /href="javascript/],
  ["a style is left out", '<p style="position:fixed">x</p>', /<p>x<\/p>/, /style/],
  ["a hidden marker is not shown", "<!-- coppice:status task=1-2 -->\n\nhello", /<p>hello<\/p>/, /coppice|<!--/],
  ["a form is left out", '<form action="/-/act-as"><button>Win</button></form>', /Win/, /<form|<button/],
])("%s", (_name, text, wanted, unwanted) => {
  const { text: drawn } = renderMarkdown(text, "mira/teatime");
  expect(drawn).toMatch(wanted);
  expect(drawn).not.toMatch(unwanted);
});

test.each([
  ["an issue's number is a link", "Closes #12.", 'Closes <a href="/mira/teatime/issues/12" class="reference">#12</a>.'],
  ["a person is a link", "Thanks @aiko!", 'Thanks <a href="/aiko" class="mention">@aiko</a>!'],
  ["neither is one in code", "`#12 @aiko`", "<code>#12 @aiko</code>"],
  ["an address is no person", "mira@teatime.example", "mira@teatime.example"],
  ["a table keeps its sides", "| a |\n|---:|\n| 1 |", '<td align="right">1</td>'],
  ["details can be folded", "<details open><summary>More</summary>\n\n> so\n\n</details>", "<details open"],
  ["a task is a box that nobody can tick", "- [x] done", 'type="checkbox" disabled'],
  ["a line's end is one in talk", "one\ntwo", "one<br />"],
])("%s", (_name, text, wanted) => {
  expect(renderMarkdown(text, "mira/teatime").text).toContain(wanted);
});

test("a line's end is a space in files", () => {
  expect(renderFile("one\ntwo", "mira/teatime").text).toBe("<p>one\ntwo</p>\n");
});
