import type { PermissionMode } from "../core/policy.ts";
import { oneOf, opaque, path, pathList, program, webAddress, wordList, word } from "./kinds.ts";
import { agentPattern, modelPattern } from "./names.ts";
import { sandbox } from "./sandbox.ts";
import { optional, preset } from "./setting.ts";

const permissionModes = ["acceptEdits", "default", "bypassPermissions"] as const satisfies readonly PermissionMode[];

const agentName = word("an agent's name in small letters", agentPattern);
const modelName = word("a model's name", modelPattern);

const hostList = wordList("hosts", /^(\*|(\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(:\d{1,5})?)$/);

const globList = wordList("paths or globs such as `infra/**`", /^[^\s,]{1,200}$/);

/** The agents, and how they may act. */
export const agentSettings = {
  DEFAULT_AGENT: preset(agentName, "claude", {
    about: "The agent that works when the label names none. The label `coppice:<agent>` picks another.",
    example: "claude",
  }),
  MODEL: optional(modelName, {
    about: "The model that the agent uses.",
    example: "sonnet",
    otherwise: "the agent's own choice",
  }),
  PERMISSION_MODE: preset(oneOf(...permissionModes), "acceptEdits", {
    about:
      "What an agent may do unasked. `acceptEdits`: edit files and run listed commands; `default`: ask before edits, too; `bypassPermissions`: everything, which needs the sandbox.",
    example: "acceptEdits",
  }),
  SANDBOX: preset(sandbox, "auto", {
    about:
      "Whether agents and the repository's own commands run behind a wall. `off` takes it away from the repositories in ALLOWED_REPOSITORIES, `off:<list>` from the listed ones. An agent without a wall can read whatever you can.",
    example: "off:octo/spoon",
  }),
  SANDBOX_HOSTS: optional(hostList, {
    about:
      "Hosts that agents and the repository's own commands may reach from behind the wall, besides the model's API: your package registry, say. `*.example.com` is every host below it, `*` every public one.",
    example: "registry.example.com, *.example.org",
    otherwise: "only the model's API",
  }),
  SANDBOX_TOOLS: optional(pathList, {
    about: "Folders and programs outside the system's own that agents may see and use: tool chains in your home, say.",
    example: "~/.nvm, ~/.cargo/bin",
    otherwise: "the system's programs, Node, and Claude Code",
  }),
  PROTECTED_PATHS: preset(
    globList,
    "**/CODEOWNERS,.github/coppice.yml,**/CLAUDE.md,**/AGENTS.md,**/.claude,**/.mcp.json,**/.husky",
    {
      about:
        "Paths that agents may not change: commits that do are held until a person allows them (`/coppice allow`). A repository's own file can name more; workflows are always held. `none`: no others.",
      example: "**/CODEOWNERS,infra/**",
    },
  ),
};

/** Claude Code. */
export const claudeSettings = {
  CLAUDE_LOGIN: preset(oneOf("api-key", "oauth-token", "owner"), "api-key", {
    about:
      "With whose login Claude Code works: an API key, a token from `claude setup-token` (both with settings of its own, apart from yours), or the login and settings that you have on this machine.",
    example: "owner",
  }),
  ANTHROPIC_API_KEY: optional(opaque, {
    about: "The API key for CLAUDE_LOGIN=api-key.",
    example: "sk-ant-…",
    secret: true,
    early: true,
    otherwise: "nothing, so CLAUDE_LOGIN must be another",
  }),
  CLAUDE_CODE_OAUTH_TOKEN: optional(opaque, {
    about: "The token for CLAUDE_LOGIN=oauth-token; make one with `claude setup-token`.",
    example: "sk-ant-oat…",
    secret: true,
    otherwise: "nothing",
  }),
  MODEL_KEY: preset(oneOf("gateway", "environment"), "gateway", {
    about:
      "Where the API key or token is. `gateway`: with a gateway of Coppice on this machine that adds it to requests, so agents only have a token that ends with their session; `environment`: in the agent's environment, where its commands can read it. With CLAUDE_LOGIN=owner the agent has your login.",
    example: "environment",
  }),
  ANTHROPIC_BASE_URL: optional(webAddress, {
    about: "Another address for Anthropic's API, such as a gateway of your company.",
    example: "https://gateway.example.com",
    otherwise: "Claude Code's own",
  }),
  CLAUDE_PATH: preset(program, "claude", {
    about: "The Claude Code program.",
    example: "~/.local/bin/claude",
  }),
  CLAUDE_CONFIG_DIR: optional(path, {
    about: "Where your own Claude Code keeps its login, for CLAUDE_LOGIN=owner.",
    example: "~/.claude",
    otherwise: "Claude Code's usual place",
  }),
};
