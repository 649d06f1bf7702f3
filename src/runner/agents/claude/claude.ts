import { mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSpool, putAnswer } from "../spool.ts";
import type { AgentAdapter, RunSpec } from "../agent.ts";
import { type Launch, writeLaunch } from "../launch.ts";
import type { RunFolder } from "../run-folder.ts";
import { writeWhole } from "../safe-file.ts";
import { configFileOf, skipOnboarding, trustWorkspace } from "./config-file.ts";
import { carryCost } from "./cost.ts";
import { type Facts, factsOf, readFacts, saveFacts } from "./facts.ts";
import { readHookEvent } from "./hook-event.ts";
import { tellInbox } from "./inbox.ts";
import { hookAnswer } from "./reply.ts";
import { forgetDeadSessions, lookAt } from "./sessions.ts";
import { serversOf } from "./repository-settings.ts";
import { settingsOf } from "./settings.ts";
import { isConversationKnown } from "./transcript.ts";
import { readUsage } from "./usage.ts";
import { checkVersion } from "./version.ts";

/** Claude Code's own terminal program. `program`: its path, or its name on PATH. */
export function createClaude({ program }: { readonly program: string }): AgentAdapter {
  return {
    name: "claude",
    interruptKeys: ["Escape"],
    check: () => checkVersion(program),
    prepare: (run, spec) => prepare(program, run, spec),
    events: (run) => readSpool(run, readHookEvent),
    answer: (run, asked, reply) => putAnswer(run, asked.name, hookAnswer(asked.event, reply)),
    look: async (run) => lookAt(program, await readFacts(run)),
    tell: async (run, text) => tellInbox(await readFacts(run), text),
    usage: async (run) => readUsage(run, await readFacts(run)),
  };
}

async function prepare(program: string, run: RunFolder, spec: RunSpec): Promise<Launch> {
  const facts = await carryCost(run, factsOf(spec));
  await makeFolders(facts);
  await answerDialogs(facts, spec);
  await forgetDeadSessions(facts);
  await saveFacts(run, facts);
  await writeWhole(run.brief, spec.brief);
  await writeWhole(run.instructions, spec.instructions);
  await writeWhole(join(run.path, "settings.json"), JSON.stringify(settingsOf(run, spec), null, 2));
  await writeWhole(join(run.path, "mcp.json"), JSON.stringify(mcpServers(run, spec), null, 2));
  return writeLaunch(run, {
    argv: [program, ...(await argumentsOf(run, facts, spec))],
    cwd: spec.workspaceDir,
    environment: { ...spec.environment, ...environmentOf(facts, spec) },
    ...(spec.wrap === undefined ? {} : { wrap: spec.wrap }),
  });
}

async function makeFolders(facts: Facts): Promise<void> {
  const folders = [facts.configDir, facts.temporaryDir].flatMap((folder) => folder ?? []);
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function answerDialogs(facts: Facts, spec: RunSpec): Promise<void> {
  const { configDir, home } = facts;
  const configFile = configFileOf(configDir === undefined ? { home } : { configDir });
  // The owner's own answers stay the owner's; we only add that we trust our folders.
  if (configDir !== undefined)
    await skipOnboarding(configFile, spec.login.by === "api-key" ? spec.login.key : undefined);
  await trustWorkspace(configFile, spec.workspaceDir);
}

/** The program by which the agent says that it is done: TypeScript in development, JavaScript when built. */
function mcpServers(run: RunFolder, spec: RunSpec): unknown {
  const server = fileURLToPath(new URL(`../mcp-server${extname(import.meta.url)}`, import.meta.url));
  const args = ["--disable-warning=ExperimentalWarning", server, run.path];
  const theirs = serversOf(spec.repository, "coppice");
  return {
    mcpServers: { ...theirs, coppice: { type: "stdio", command: process.execPath, args, env: {}, alwaysLoad: true } },
  };
}

async function argumentsOf(run: RunFolder, facts: Facts, spec: RunSpec): Promise<string[]> {
  const known = await isConversationKnown(facts);
  return [
    // No settings but ours: neither the repository's, nor the owner's, nor what an agent left in its home.
    "--setting-sources",
    "",
    "--strict-mcp-config",
    "--disable-slash-commands",
    "--settings",
    join(run.path, "settings.json"),
    "--mcp-config",
    join(run.path, "mcp.json"),
    "--append-system-prompt-file",
    run.instructions,
    "--permission-mode",
    spec.permissionMode,
    ...(spec.model === undefined ? [] : ["--model", spec.model]),
    known ? "--resume" : "--session-id",
    facts.agentSessionId,
    // The CLI takes a word with a dash for an option, wherever it stands before this.
    "--",
    promptOf(run, spec),
  ];
}

/** The CLI attaches the file that stands behind an `@`, so the agent has it before it thinks. */
function promptOf(run: RunFolder, spec: RunSpec): string {
  if (/^[/!#@-]|[@\p{Cc}]/u.test(spec.prompt)) throw new Error("a prompt must be one plain sentence of ours");
  return spec.prompt.replace("{brief}", () => (run.brief.includes('"') ? run.brief : `@"${run.brief}"`));
}

function environmentOf(facts: Facts, spec: RunSpec): Record<string, string> {
  return {
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ...(facts.configDir === undefined ? {} : { CLAUDE_CONFIG_DIR: facts.configDir }),
    ...(facts.temporaryDir === undefined ? {} : { CLAUDE_CODE_TMPDIR: facts.temporaryDir }),
    ...(spec.baseUrl === undefined ? {} : { ANTHROPIC_BASE_URL: spec.baseUrl }),
    ...(spec.login.by === "api-key" ? { ANTHROPIC_API_KEY: spec.login.key } : {}),
    ...(spec.login.by === "oauth-token" ? { CLAUDE_CODE_OAUTH_TOKEN: spec.login.token } : {}),
  };
}
