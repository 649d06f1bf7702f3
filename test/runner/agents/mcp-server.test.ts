import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RunFolder } from "../../../src/runner/agents/run-folder.ts";
import { readSpool } from "../../../src/runner/agents/spool.ts";
import { temporaryRun } from "./temporary-run.ts";

const server = fileURLToPath(new URL("../../../src/runner/agents/mcp-server.ts", import.meta.url));

async function connect(run: RunFolder): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const args = ["--disable-warning=ExperimentalWarning", server, run.path];
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  onTestFinished(() => client.close());
  return client;
}

const events = async (run: RunFolder) => (await readSpool(run, () => undefined)).map((one) => one.event);

describe("the agent's tools", () => {
  it("note what was handed in, and ask for the end of the turn", async () => {
    const run = await temporaryRun();
    const client = await connect(run);
    const args = { title: "  Say good day ", body: "Because." };
    const result = await client.callTool({ name: "submit_pull_request", arguments: args });
    expect(JSON.stringify(result)).toContain("end your turn");
    await client.callTool({ name: "no_change_needed", arguments: { reason: "It does." } });
    expect(await events(run)).toEqual([
      { kind: "submitted", title: "Say good day", body: "Because." },
      { kind: "no-change", reason: "It does." },
    ]);
  });

  it.each([
    ["submit_pull_request", { title: " ", body: "b" }, "the title must not be empty"],
    ["submit_pull_request", { title: "t".repeat(201), body: "b" }, "the title must have at most 200 characters"],
    ["submit_pull_request", { title: "a\nb", body: "b" }, "the title must be one line"],
    ["submit_pull_request", { title: "t", body: "" }, "the body must not be empty"],
    ["submit_pull_request", { title: "t" }, "body"],
    ["no_change_needed", { reason: "" }, "the reason must not be empty"],
  ])("%s %j: %s", async (name, args, words) => {
    const run = await temporaryRun();
    const client = await connect(run);
    const result = await client.callTool({ name, arguments: args });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).toContain(words);
    expect(await events(run)).toEqual([]);
  });
});
