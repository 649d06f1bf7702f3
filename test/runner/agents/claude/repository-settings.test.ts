import { readdir } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";
import { hooksOf, serversOf } from "../../../../src/runner/agents/claude/repository-settings.ts";
import { say } from "../../../model/script.ts";
import { startBench } from "./bench.ts";
import { realClaude } from "./real-claude.ts";

const files = (settings: unknown, servers: unknown = {}) => ({
  settings: typeof settings === "string" ? settings : JSON.stringify(settings),
  servers: JSON.stringify(servers),
});
const runs = (command: string) => ({ hooks: [{ type: "command", command }] });

describe("what a trusted repository says to the agent's program", () => {
  it.each<[string, Parameters<typeof hooksOf>[0], ReturnType<typeof hooksOf>]>([
    ["nothing from a repository that is not trusted", undefined, {}],
    ["nothing that is no JSON", files("{ half"), {}],
    ["hooks", files({ hooks: { Stop: [runs("lint")] } }), { Stop: [runs("lint")] }],
    ["no odd ones, which would make the CLI leave ours out, too", files({ hooks: { Stop: [1, { hooks: 2 }] } }), {}],
    ["none that answer for people", files({ hooks: { PermissionRequest: [runs("echo yes")] } }), {}],
    ["no key helper, environment or permissions", files({ apiKeyHelper: "x", env: { A: "b" }, permissions: {} }), {}],
  ])("is %s", (_name, given, wanted) => expect(hooksOf(given)).toEqual(wanted));

  it("servers, none of which takes the name of ours", () => {
    const server = { command: "serve", args: ["x"], env: {} };
    const web = { type: "http", url: "https://mcp.example.com/", headers: {} };
    const mcpServers = { coppice: server, docs: server, web, odd: { command: 7 }, "a b": server };
    expect(serversOf(files({}, { mcpServers }), "coppice")).toEqual({ docs: server, web });
  });
});

describe.skipIf(realClaude === undefined)("the real CLI", () => {
  it("runs hooks and servers of a trusted repository, beside ours", async () => {
    const repository = files(
      { hooks: { UserPromptSubmit: [runs('touch "$CLAUDE_PROJECT_DIR/hook-ran"')] } },
      { mcpServers: { theirs: { command: "touch", args: ["server-ran"] } } },
    );
    const bench = await startBench([say("Done.")], { repository });
    await bench.next("turn-ended");
    await vi.waitFor(async () =>
      expect(await readdir(bench.workspace)).toEqual(expect.arrayContaining(["hook-ran", "server-ran"])),
    );
  });
});
