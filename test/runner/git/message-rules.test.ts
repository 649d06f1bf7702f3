import { expect, test } from "vitest";
import { judgeMessage } from "../../../src/runner/git/message-rules.ts";

test.each<[string, RegExp]>([
  ["Count in grams\n\nFixes #7", /^fine$/],
  ["Fix: #7 is about grams, see #8", /^fine$/],
  ["Fix 8 tests (#8)", /^fine$/],
  ["Resolves https://github.com/acme/shop/issues/7", /^fine$/],
  ["Count in grams\n\nCo-authored-by: Claude <noreply@anthropic.com>", /^fine$/],
  ["Skip the CI folder", /^fine$/],
  ["Closes #8", /close an issue other than #7/],
  ["fixed: #70", /other than/],
  ["Fixes #7, resolves\n#9", /other than/],
  ["closes acme/other#7", /other than/],
  ["Fixes https://github.com/acme/shop/issues/12", /other than/],
  ["Count in grams [skip ci]", /no checks/],
  ["Count in grams\n\n[CI Skip]", /no checks/],
  ["Count in grams\n\nskip-checks: true", /no checks/],
])("%j: %s", (message, trouble) => {
  expect(judgeMessage(message, 7) ?? "fine").toMatch(trouble);
});

test("a long hostile message is judged in bounded time", () => {
  const startedMs = performance.now();
  for (const piece of ["fixes ", "fixes \n", "closes a/", "closes https://a/issues/", "[skip ", "skip-checks: "])
    judgeMessage(piece.repeat(1_000_000 / piece.length), 7);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
