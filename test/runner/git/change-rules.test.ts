import { expect, test } from "vitest";
import { isLinkInside, judgeChange, usualLimits } from "../../../src/runner/git/change-rules.ts";
import { isBranchName } from "../../../src/runner/git/layout.ts";
import { matchesPath } from "../../../src/runner/git/path-glob.ts";
import { wordsOf } from "../../../src/runner/git/git-words.ts";

test.each<[string, string, boolean]>([
  ["link", "file", true],
  ["link", "./a/b", true],
  ["a/link", "../file", true],
  ["a/b/link", "../../file", true],
  ["a/b/link", "../..", true],
  ["a/link", "../../file", false],
  ["link", "..", false],
  ["link", "../x", false],
  ["link", "a/../b", false],
  ["a/b/link", "../c/../../..", false],
  ["link", "/etc/passwd", false],
  ["link", "C:/x", false],
  ["link", "..\\x", false],
  ["link", ".git/config", false],
  ["link", ".GIT/config", false],
  ["link", "", false],
  ["link", "a\0b", false],
])("a link at %s to %j stays in the tree: %s", (path, target, isInside) => {
  expect(isLinkInside(path, target)).toBe(isInside);
});

test.each<[string, string, boolean]>([
  [".github/workflows/ci.yml", ".github/workflows", true],
  [".github/workflows/.hidden/x", ".github/workflows/**", true],
  [".GitHub/Workflows/ci.yml", ".github/workflows", true],
  [".github/workflows-old/ci.yml", ".github/workflows", false],
  [".github/workflows", ".github/workflows", true],
  ["a/.b/CODEOWNERS", "**/CODEOWNERS", true],
  ["CODEOWNERS", "**/CODEOWNERS", true],
  ["XCODEOWNERS", "**/CODEOWNERS", false],
  ["a/b.lock", "*.lock", false],
  ["b.lock", "*.lock", true],
  ["a/b.lock", "**/*.lock", true],
  ["a\nb/CODEOWNERS", "**/CODEOWNERS", true],
  ["(x)+.md", "(x)+.md", true],
  ["xx.md", "(x)+.md", false],
  ["ab", "a?", true],
  ["a/", "a?", false],
])("%j is meant by the glob %s: %s", (path, glob, isMeant) => {
  expect(matchesPath(path, glob)).toBe(isMeant);
});

test.each<[string, string]>([
  ["100644", "fine"],
  ["100755", "fine"],
  ["100664", "mode"],
  ["160000", "submodule"],
  ["40000", "name"],
])("a path of mode %s is judged: %s", (mode, kind) => {
  const change = { path: "a", isText: true, after: { mode, sha: "1".repeat(40) }, before: [] };
  expect(judgeChange(change, usualLimits).map((finding) => finding.kind)).toEqual(kind === "fine" ? [] : [kind]);
});

test.each([".git", "a/.Git/b", "git~1", ".git ", ".git.", ".git::$INDEX_ALLOCATION", "a/../b", "a//b"])(
  "%j names git's folder, or no place in the tree",
  (path) => {
    const change = { path, isText: true, after: { mode: "100644", sha: "1".repeat(40) }, before: [] };
    expect(judgeChange(change, usualLimits)).toMatchObject([{ kind: "name" }]);
  },
);

test.each<[string, boolean]>([
  ["main", true],
  ["release/1.x", true],
  ["a/b-c_d+e", true],
  ["-x", false],
  ["a..b", false],
  ["a b", false],
  ["a~1", false],
  ["a/", false],
  ["/a", false],
  ["a//b", false],
  [".a", false],
  ["a/.b", false],
  ["a.lock", false],
  ["a.", false],
  ["a@{1}", false],
  ["@", false],
  ["a*", false],
  ["a:b", false],
  ["a\nb", false],
  ["", false],
])("%j is a branch's name: %s", (name, is) => {
  expect(isBranchName(name)).toBe(is);
});

test("git's words are fit to be shown", () => {
  const stderr =
    "hint: much advice\nremote: \u001b[31mred\u202e\r\nfatal: https://x:hunter2hunter2@example.com/ ghs_0123456789012345678901234567890123456789\n";
  expect(wordsOf(stderr)).toBe("remote: \ufffd[31mred\ufffd; fatal: https://x:[redacted]@example.com/ [redacted]");
  expect(wordsOf("")).toBe("it gave no reason");
});
