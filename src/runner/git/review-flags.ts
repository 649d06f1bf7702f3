import { gitArgv, runGitOrThrow } from "./git-command.ts";
import type { Sighting } from "./commit-check.ts";
import { matchesPath } from "./path-glob.ts";
import { visible } from "./git-words.ts";

/** A changed path that reviewers should not pass over. */
export interface Flag {
  readonly path: string;
  readonly why: string;
}

const mostFlags = 50;

/**
 * Paths that decide what runs on other people's machines, what agents are told, or who must review. They are delivered, since issues ask for
 * such changes, and none is in force before people merge it; so people are told.
 */
const rules: readonly (readonly [why: string, globs: readonly string[]])[] = [
  ["says who must review", ["**/CODEOWNERS"]],
  ["steers Coppice", [".github/coppice.yml"]],
  [
    "steers coding agents",
    [
      "**/CLAUDE.md",
      "**/CLAUDE.local.md",
      "**/AGENTS.md",
      "**/GEMINI.md",
      "**/.claude",
      "**/.mcp.json",
      "**/.cursor",
      "**/.cursorrules",
      "**/.codex",
      ".github/copilot-instructions.md",
      ".github/instructions",
    ],
  ],
  [
    "runs when people commit or check out",
    ["**/.husky", "**/.githooks", "**/.pre-commit-config.yaml", "**/lefthook.yml"],
  ],
  ["steers CI or GitHub", [".github", "**/.gitlab-ci.yml", "**/.circleci", "**/Jenkinsfile"]],
  ["may run when an editor opens the folder", ["**/.vscode", "**/.idea", "**/.devcontainer", "**/.envrc"]],
  ["changes how Git treats files", ["**/.gitattributes", "**/.gitconfig", "**/.lfsconfig"]],
  [
    "decides where packages come from",
    ["**/.npmrc", "**/.yarnrc", "**/.yarnrc.yml", "**/pip.conf", "**/.cargo", "**/nuget.config"],
  ],
  [
    "pins packages",
    [
      "**/package-lock.json",
      "**/npm-shrinkwrap.json",
      "**/yarn.lock",
      "**/pnpm-lock.yaml",
      "**/bun.lock",
      "**/bun.lockb",
      "**/*.lock",
      "**/go.sum",
      "**/gradle-wrapper.properties",
    ],
  ],
  [
    "may hold scripts that run at install or build",
    ["**/package.json", "**/setup.py", "**/Makefile", "**/build.rs", "**/conftest.py", "**/Dockerfile"],
  ],
];

export interface Changed {
  /** What people should look at twice. */
  readonly flags: readonly Flag[];
  /** What it changes at all. */
  readonly paths: readonly string[];
}

const mostPaths = 500;

/** What a pull request from `tip` would change against the base. Only after the checks. */
export async function changedIn({ gate, run }: Sighting, tip: string, base: string): Promise<Changed> {
  const options = ["-z", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv", "--merge-base"];
  const text = await runGitOrThrow(gitArgv(gate, "diff", ...options, base, tip), run);
  const lines = text.split("\0");
  const paths = lines.flatMap((line) => /^(?:\d+|-)\t(?:\d+|-)\t(.+)$/s.exec(line)?.[1] ?? []);
  return {
    flags: lines.flatMap((line) => flagOf(line) ?? []).slice(0, mostFlags),
    paths: paths.slice(0, mostPaths).map(visible),
  };
}

/** `additions TAB deletions TAB path`, both of them `-` for a file that is no text. */
function flagOf(line: string): Flag | undefined {
  const [, added, path = ""] = /^(\d+|-)\t(?:\d+|-)\t(.+)$/s.exec(line) ?? [];
  const why = rules.find(([, globs]) => globs.some((glob) => matchesPath(path, glob)))?.[0];
  if (why !== undefined) return { path: visible(path), why };
  return added === "-" ? { path: visible(path), why: "is no text, so its change can't be read" } : undefined;
}
