import { z } from "zod";
import type { RepositoryFiles } from "../agent.ts";
import { parseJson } from "../safe-file.ts";

/** Where a repository may hook in. Not at requests for permission: those are for people. */
const events = ["PreToolUse", "PostToolUse", "UserPromptSubmit", "Stop", "SubagentStop", "SessionStart", "SessionEnd"];

const command = z.object({ type: z.literal("command"), command: z.string().min(1), timeout: z.number().optional() });
const hook = z.object({ matcher: z.string().optional(), hooks: z.array(command) });
const settings = z.object({ hooks: z.record(z.string(), z.unknown()).default({}) });

const program = z.object({
  type: z.literal("stdio").optional(),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});
const address = z.object({
  type: z.enum(["http", "sse"]),
  url: z.url(),
  headers: z.record(z.string(), z.string()).default({}),
});
const servers = z.object({ mcpServers: z.record(z.string(), z.unknown()).default({}) });

/**
 * The repository's hooks by event: whatever has another shape is left out, for one wrong value would make the CLI skip our whole file.
 * Of its settings nothing else is taken: no permissions, no environment, no key helper.
 */
export function hooksOf(files: RepositoryFiles | undefined): Record<string, readonly unknown[]> {
  const found = settings.safeParse(parseJson(files?.settings ?? "")).data?.hooks ?? {};
  return Object.fromEntries(
    events.flatMap((event) => {
      const good = listOf(found[event]).flatMap((one) => hook.safeParse(one).data ?? []);
      return good.length === 0 ? [] : [[event, good]];
    }),
  );
}

/** The repository's MCP servers. None takes the name of ours. */
export function serversOf(files: RepositoryFiles | undefined, ours: string): Record<string, unknown> {
  const found = servers.safeParse(parseJson(files?.servers ?? "")).data?.mcpServers ?? {};
  const named = Object.entries(found).filter(([name]) => name !== ours && /^[\w-]{1,64}$/.test(name));
  return Object.fromEntries(
    named.flatMap(([name, server]) => {
      const { data } = z.union([program, address]).safeParse(server);
      return data === undefined ? [] : [[name, data]];
    }),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
