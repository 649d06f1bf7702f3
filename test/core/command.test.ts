import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Command, commandHelp, commandsIn } from "../../src/core/command.ts";

it.each<[string, readonly Command[]]>([
  ["/coppice status", [{ do: "status" }]],
  ["/coppice", [{ do: "help" }]],
  ["/COPPICE Why", [{ do: "why" }]],
  ["  /coppice stop", [{ do: "stop", isNow: false }]],
  ["/coppice stop now", [{ do: "stop", isNow: true }]],
  ["/coppice retry fresh", [{ do: "retry", isFresh: true }]],
  ["/coppice diff push", [{ do: "diff", isPushed: true }]],
  ["/coppice tell use tabs\nand no spaces", [{ do: "tell", text: "use tabs\nand no spaces" }]],
  ["/coppice deny", [{ do: "deny", reason: "" }]],
  ["/coppice answer 2", [{ do: "answer", text: "2" }]],
  ["/coppice agent codex", [{ do: "agent", name: "codex" }]],
  ["/coppice base `release/1.x`", [{ do: "base", branch: "release/1.x" }]],
  ["/coppice budget +$2.50", [{ do: "budget", moreUsd: 2.5 }]],
  [
    "/coppice take https://x.test/acme/shop/issues/1#issuecomment-5",
    [{ do: "take", link: "https://x.test/acme/shop/issues/1#issuecomment-5" }],
  ],
  ["Thanks!\r\n/coppice approve\r\n/coppice status", [{ do: "approve" }, { do: "status" }]],
  ["/coppices status", []],
  ["see /coppice status", []],
  ["/coppice/x", []],
  ["> /coppice stop now", []],
  ["    /coppice stop now", []],
  ["```\n/coppice stop now\n```", []],
  ["~~~\n/coppice stop now", []],
  ["````\n```\n/coppice stop now\n````\n/coppice status", [{ do: "status" }]],
  ["<!-- /coppice stop now -->", []],
  ["<!--\n/coppice stop now", []],
])("%j says %j", (comment, commands) => {
  expect(commandsIn(comment)).toEqual(commands);
});

it.each([
  "/coppice dance",
  "/coppice status please",
  "/coppice stop tomorrow",
  "/coppice tell",
  "/coppice budget 5",
  "/coppice budget +0",
  "/coppice base -x",
  "/coppice base a b",
  "/coppice agent $(x)",
  "/coppice take here",
])("%j is answered with how to say it", (comment) => {
  expect(commandsIn(comment)).toEqual([
    { do: "not-understood", said: expect.any(String), cure: expect.stringMatching(/\S/) },
  ]);
});

it("every command that the help names is understood", () => {
  for (const [usage] of commandHelp) {
    const example = usage
      .replace("@<agent> <command>", "@codex status")
      .replace("<text>", "x")
      .replace("<n or text>", "x")
      .replace("<name>", "x")
      .replace("<branch>", "x")
      .replace("<id>", "0a1b2c3d")
      .replace("+<n>", "+1")
      .replace("<link>", "https://x.test/a#issuecomment-1")
      .replace(" [reason]", "");
    expect(commandsIn(`/coppice ${example}`)).toMatchObject([
      { do: usage.startsWith("@") ? "status" : usage.split(" ")[0] },
    ]);
  }
});

it("no comment makes it stumble, however long or odd", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(commandsIn(`/coppice ${text}`)).not.toHaveLength(0);
    }),
  );
  expect(commandsIn(`/coppice tell ${"x".repeat(60_000)}`)).toMatchObject([{ do: "tell" }]);
});

it.each(commandHelp)("the page about commands has %s", (usage, what) => {
  const page = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");
  expect(page).toContain(`| \`/coppice ${usage}\` | ${what} |`);
});
