import { describe, expect, it } from "vitest";
import { nearest } from "../../src/config/did-you-mean.ts";
import { isListed } from "../../src/config/repository-list.ts";

describe("a list of repositories", () => {
  it.each<[string, string, string[], boolean]>([
    ["names one", "octo/spoon", ["octo/spoon"], true],
    ["does not care about capitals", "Octo/Spoon", ["octo/sPOON"], true],
    ["names all of an owner's", "octo/spoon", ["hub/knife", "octo/*"], true],
    ["does not name another owner's", "octocat/spoon", ["octo/*"], false],
    ["does not name what only begins alike", "octo/spoons", ["octo/spoon"], false],
    ["names none when it is empty", "octo/spoon", [], false],
  ])("%s", (_name, repository, list, wanted) => {
    expect(isListed(repository, list)).toBe(wanted);
  });
});

describe("the guess at what was meant", () => {
  const known = ["verify", "limits", "runMinutes", "MAX_SESSIONS", "base"];
  it.each<[string, string, string | undefined]>([
    ["a swapped letter", "verfiy", "verify"],
    ["a letter too few", "limit", "limits"],
    ["a letter too many", "verifyy", "verify"],
    ["other joints", "run-minutes", "runMinutes"],
    ["small letters", "max_sessions", "MAX_SESSIONS"],
    ["one slip in a short word", "bsae", "base"],
    ["two slips in a short word", "bear", undefined],
    ["something else", "permissions", undefined],
    ["nothing", "", undefined],
    ["a novel", "verify".repeat(1000), undefined],
  ])("takes %s for what it is", (_name, written, wanted) => {
    expect(nearest(written, known)).toBe(wanted);
  });
});
