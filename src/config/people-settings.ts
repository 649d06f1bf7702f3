import { oneOf, word, wordList } from "./kinds.ts";
import { labelPattern } from "./names.ts";
import { repositoryList } from "./repository-list.ts";
import { optional, preset } from "./setting.ts";

const login = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const botLogin = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\[bot\])?$/;

/** Who may ask for work, and where. */
export const peopleSettings = {
  TRIGGER_LABEL: preset(
    word("a label's name of at most 30 characters, without a colon or comma", labelPattern),
    "coppice",
    {
      about:
        "The label that makes a task of an issue; `<label>:<agent>` picks an agent. A repository's own file can name another.",
      example: "coppice",
    },
  ),
  ALLOWED_REPOSITORIES: optional(repositoryList, {
    about: "The repositories that are served. Anybody can install a public App on a repository of his own: list yours.",
    example: "octo/spoon,octo-org/*",
    otherwise: "every repository on which the App is installed",
  }),
  TRUSTED_REPOSITORIES: optional(repositoryList, {
    about:
      "Repositories whose own hooks (`.claude/settings.json`) and MCP servers (`.mcp.json`) run in their agents' sessions, as they are on the base branch. They may allow an agent what people would be asked for.",
    example: "octo/spoon",
    otherwise: "none: nothing that a repository says about the agent's program counts",
  }),
  MIN_ROLE: preset(oneOf("triage", "write", "maintain", "admin"), "write", {
    about:
      "The least role that a person needs in the repository for his label or comment to count. A run spends money and pushes code.",
    example: "maintain",
  }),
  OPERATORS: optional(wordList("logins of GitHub", login), {
    about: "People whose commands count in every repository, whatever their role there.",
    example: "octocat",
    otherwise: "nobody",
  }),
  ALLOWED_BOTS: optional(wordList("logins of bots", botLogin), {
    about: "Bots whose labels count like a person's. All others are ignored. What bots write never reaches an agent.",
    example: "renovate[bot]",
    otherwise: "none",
  }),
};
