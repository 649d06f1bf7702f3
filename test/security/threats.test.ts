import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", root), "utf8");
const rows = page
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, number = ""]) => /^[A-Z]\d+$/.test(number))
  .map(([, number = "", , stoppedBy = "", testedIn = ""]) => ({ number, stoppedBy, testedIn }));

/** Of the threats that were tried before anything was built, and what came up since: failed checks (C6), other users (K8), forgery, floods (W4, W5), packages (P). */
const counts = { G: 14, F: 1, K: 8, S: 6, C: 6, A: 3, O: 2, W: 5, D: 1, P: 2 };

it("every threat that was tried has its row", () => {
  const all = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) => `${kind}${at + 1}`),
  );
  expect(rows.map(({ number }) => number)).toEqual(all);
});

it.each(rows)("$number is stopped and tested, or openly not", ({ stoppedBy, testedIn }) => {
  const tests = [...testedIn.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, path = ""]) => path);
  expect(tests.length > 0 || stoppedBy.includes("openly not") || stoppedBy.includes("Openly not")).toBe(true);
  expect(tests.filter((path) => !existsSync(new URL(`test/${path}`, root)))).toEqual([]);
});

it("the page names no file that is not there", () => {
  const paths = [...page.matchAll(/`(src\/[^`]+)`/g)].map(([, path = ""]) => path);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
