import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRepositoryFile } from "../../src/config/repository-file.ts";
import type { RepositoryPolicy } from "../../src/core/policy.ts";

const whole = `# What Coppice should know
label: agent-please
base: develop
setup:
  - npm ci
verify:
  - npm test
  - |
    npm run lint
    npm run types
draft: true
checks: [build, lint]
keepUpToDate: true
protectedPaths: [infra/**, db]
agent: claude
model: sonnet
instructions: |
  Write a line in CHANGELOG.md.
limits:
  sessions: 2
  runMinutes: 45
  stopReminders: 1
  verifyRounds: 5
permissions:
  allow: [npm run build]
`;

const silent = { setup: [], verify: [], draft: false, checks: [], protectedPaths: [], keepUpToDate: false, allow: [] };

function policyOf(text: string): RepositoryPolicy {
  const parsed = parseRepositoryFile(text);
  if ("mistakes" in parsed) throw new Error(parsed.mistakes.join("\n"));
  return parsed.policy;
}

function mistakesOf(text: string): readonly string[] {
  const parsed = parseRepositoryFile(text);
  return "mistakes" in parsed ? parsed.mistakes : [];
}

describe("a file that is right", () => {
  it("gives the core the repository's policy", () => {
    expect(policyOf(whole)).toEqual({
      triggerLabel: "agent-please",
      base: "develop",
      setup: ["npm ci"],
      verify: ["npm test", "npm run lint\nnpm run types"],
      draft: true,
      checks: ["build", "lint"],
      keepUpToDate: true,
      protectedPaths: ["infra/**", "db"],
      agent: "claude",
      model: "sonnet",
      instructions: "Write a line in CHANGELOG.md.",
      maxSessions: 2,
      maxRunMs: 2_700_000,
      maxStopReminders: 1,
      maxVerifyRounds: 5,
      allow: ["npm run build"],
    });
  });

  it.each<[string, string, Partial<RepositoryPolicy>]>([
    ["may be empty", "", {}],
    ["may be a comment", "# nothing yet", {}],
    ["may hold keys whose values were commented out", "verify:\n#  - npm test\nlimits:\n#  sessions: 1", {}],
    ["may name a single command without a list", "verify: npm test", { verify: ["npm test"] }],
    ["may be JSON", '{"draft": true}', { draft: true }],
    [
      "may begin with a byte order mark and have Windows' line ends",
      "\uFEFFdraft: true\r\nbase: main\r\n",
      { draft: true, base: "main" },
    ],
  ])("%s", (_name, text, wanted) => {
    expect(policyOf(text)).toEqual({ ...silent, ...wanted });
  });
});

describe("a mistake", () => {
  it.each<[string, string, string[]]>([
    ["in a name", "verfiy: npm test", ["line 1: verfiy is no setting: did you mean verify?"]],
    [
      "in a name further in",
      "limits:\n  run_minutes: 5",
      ["line 2: limits.run_minutes is no setting: did you mean runMinutes?"],
    ],
    [
      "by a name out of the blue",
      "permissions:\n  everything: true",
      ["line 2: permissions.everything is no setting here; there are allow"],
    ],
    ["in a kind", "draft: yes", ['line 1: draft is "yes", but must be `true` or `false`']],
    [
      "in a number",
      "\nlimits:\n  sessions: 1\n  runMinutes: long",
      ['line 4: limits.runMinutes is "long", but must be a whole number from 1 to 10080'],
    ],
    [
      "in a number's size",
      "limits: {sessions: 0}",
      ["line 1: limits.sessions is 0, but must be a whole number from 1 to 100"],
    ],
    [
      "in a group",
      "limits: 5",
      [
        "line 1: limits is 5, but must be a group with sessions, runMinutes, runTurns, runTokens, runUsd, taskUsd, stopReminders, verifyRounds",
      ],
    ],
    [
      "of the whole",
      "- a\n- b",
      [expect.stringMatching(/^the file is a list, but must be a group with label, base, /)],
    ],
    [
      "in a list",
      "verify:\n  - npm test\n  - 5",
      [expect.stringMatching(/^line \d: verify.* must be commands of at most 2000 characters/)],
    ],
    ["by an option for a branch", "base: --upload-pack=x", [expect.stringContaining("must be the name of a branch")]],
    ["by a branch that Git refuses", "base: a..b", [expect.stringContaining("must be the name of a branch")]],
    ["by an option for a model", "model: -x", [expect.stringContaining("must be a model's name")]],
    [
      "by a chain in a rule",
      "permissions: {allow: 'npm test && curl x'}",
      [expect.stringContaining("without shell signs")],
    ],
    ["by a wildcard in a rule", "permissions: {allow: ['npm:*']}", [expect.stringContaining("without shell signs")]],
    ["in the form", "verify: [npm test\ndraft: true", [expect.stringMatching(/^line \d: /)]],
    ["by a tab", "limits:\n\tsessions: 1", [expect.stringMatching(/^line 2: Tabs are not allowed/)]],
    ["by a key twice", "draft: true\ndraft: false", ["line 2: Map keys must be unique"]],
    ["by two documents", "draft: true\n---\ndraft: false", [expect.stringMatching(/^line 2: .*multiple documents/)]],
    ["by a tag", "draft: !!js/function x", [expect.stringMatching(/^line 1: Unresolved tag/)]],
    ["by an alias", "setup: &a [npm ci]\nverify: *a", ["line 2: aliases (`*name`) are not taken here"]],
    ["by its size", `instructions: ${"x".repeat(70_000)}`, ["the file is larger than 64 KB"]],
    [
      "by a name that means something to JavaScript",
      "__proto__: {draft: true}",
      [expect.stringMatching(/^line 1: __proto__ is no setting/)],
    ],
  ])("%s is told with its line", (_name, text, wanted) => {
    expect(mistakesOf(text)).toEqual(wanted);
  });

  it("comes with all the others", () => {
    expect(mistakesOf("draft: 1\nbase: [x]\nlimits: {sessions: x}\nextra: 1")).toHaveLength(4);
  });

  it("is one of twenty at most", () => {
    const mistakes = mistakesOf(Array.from({ length: 50 }, (_, i) => `unknown${i}: 1`).join("\n"));
    expect(mistakes).toHaveLength(21);
    expect(mistakes.at(-1)).toBe("and 30 more");
  });
});

describe("a hostile file", () => {
  const aliases = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`);
  it.each<[string, string]>([
    ["doubles itself by aliases", ["a0: &a0 [x]", ...aliases].join("\n")],
    ["merges itself", "a: &a\n  <<: *a"],
    ["opens lists without end", "[".repeat(60_000)],
    ["opens groups without end", "{a: ".repeat(15_000)],
    ["opens keys without end", "? ".repeat(30_000)],
    ["is of quotes", "'\"".repeat(30_000)],
    ["is of line ends", `a:${"\n".repeat(60_000)}- `],
    ["is of anchors", "&a ".repeat(20_000)],
    ["is of dashes", "- ".repeat(30_000)],
  ])("that %s is refused before long", (_name, text) => {
    const startMs = performance.now();
    expect(mistakesOf(text).length).toBeGreaterThan(0);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  it("never makes the reader throw, and is told in short lines", () => {
    const signs =
      "label|verify|limits|:|: |\n|  |- |[|]|{|}|&a|*a|!!x |'|\"|>|?|#|---|%YAML|\t|0|true|null|~|\0|é|<<|,|\u2028|1e400";
    const pieces = fc.constantFrom("|", "sessions", "0x1F", ...signs.split("|"));
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }), (parts) => {
        for (const mistake of mistakesOf(parts.join(""))) expect(mistake.length).toBeLessThan(600);
      }),
      { numRuns: 2_000 },
    );
  });
});
