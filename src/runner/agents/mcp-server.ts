import { writeFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
import type { AgentEvent } from "../../core/agent-event.ts";
import { maxBody, maxSaid, maxTitle } from "./own-event.ts";
import { runFolder, toolsReady } from "./run-folder.ts";
import { putEvent } from "./spool.ts";

/**
 * The tools by which an agent says that it is done, as a program of its own that the agent starts: `mcp-server.ts <run
 * folder>`. A call is in the spool before it is answered, so nobody needs to be listening.
 */
const run = runFolder(process.argv[2] ?? "");

const server = new McpServer(
  { name: "coppice", version: "1" },
  { instructions: "Call one of these tools when you have finished; without it your work is not delivered." },
);

const filled = (what: string, max: number) =>
  z.string().trim().min(1, `${what} must not be empty`).max(max, `${what} must have at most ${max} characters`);

server.registerTool(
  "submit_pull_request",
  {
    description:
      "Hands in the finished work: everything you committed on this branch becomes one pull request. Commit first. Do not push.",
    inputSchema: {
      title: filled("the title", maxTitle).regex(/^[^\n\r]*$/, "the title must be one line"),
      body: filled("the body", maxBody).describe("Markdown: what was changed and why, and how it was tested"),
    },
  },
  ({ title, body }) => note({ kind: "submitted", title, body }),
);

server.registerTool(
  "no_change_needed",
  {
    description: "Says that the issue needs no change to the code, and why. Nothing is delivered then.",
    inputSchema: { reason: filled("the reason", maxSaid) },
  },
  ({ reason }) => note({ kind: "no-change", reason }),
);

server.registerTool(
  "answer_thread",
  {
    description:
      "Answers a thread of a review of your pull request; the answer is shown to the reviewer when your commits are.",
    inputSchema: {
      thread: filled("the thread", 200).describe("the id of the thread, as your brief has it"),
      answer: filled("the answer", maxSaid).describe("what you changed, or why you did not"),
      resolved: z.boolean().describe("whether what the thread asks for is dealt with"),
    },
  },
  ({ thread, answer, resolved }) => note({ kind: "thread-answered", thread, answer, resolved }, "Noted."),
);

async function note(
  event: AgentEvent,
  said = "Noted. Now end your turn; you will be told if anything is missing.",
): Promise<{ content: { type: "text"; text: string }[] }> {
  await putEvent(run, event);
  return { content: [{ type: "text", text: said }] };
}

// The CLI would send its first request without our tools; the hook of its start waits for this mark.
server.server.oninitialized = () => writeFileSync(toolsReady(run), "");
await server.connect(new StdioServerTransport());
