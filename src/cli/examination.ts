import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { execa } from "execa";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAppManifest } from "../config/app-manifest.ts";
import type { Settings } from "../config/arranged-settings.ts";
import { loadSettings } from "../config/settings.ts";
import { KnownError } from "../errors.ts";
import { createClaude } from "../runner/agents/claude/claude.ts";
import { examineMachine, examineWorkflows } from "./safety-examination.ts";
import { findWall } from "../runner/sandbox/find-wall.ts";
import { disk } from "./disk-finding.ts";

/** One thing that was looked at: fine, weak (works, but look at it) or missing. */
export interface Finding {
  readonly is: "fine" | "weak" | "missing";
  readonly what: string;
  readonly cure?: string | undefined;
}

/** Looks at all that a service needs on this machine and at GitHub. Changes nothing. */
export async function examine(): Promise<readonly Finding[]> {
  const settings = readSettings();
  const programs = await Promise.all([
    program("git", ["--version"], "apt install git"),
    program("tmux", ["-V"], "apt install tmux"),
  ]);
  if ("is" in settings) return [settings, ...programs];
  const warnings = settings.warnings.map((what): Finding => ({ is: "weak", what }));
  return [
    { is: "fine", what: "the settings are right" },
    ...warnings,
    ...programs,
    await disk(settings),
    await agent(settings),
    ...(await examineMachine(settings)),
    await wall(settings),
    ...(await github(settings)),
  ];
}

function readSettings(): Settings | Finding {
  try {
    return loadSettings();
  } catch (error) {
    return missing(error);
  }
}

async function program(name: string, args: readonly string[], cure: string): Promise<Finding> {
  const found = await execa(name, args, { reject: false, timeout: 10_000 });
  if (found.exitCode === 0) return { is: "fine", what: found.stdout.trim() };
  return { is: "missing", what: `${name} is not there`, cure };
}

async function agent({ claude }: Settings): Promise<Finding> {
  try {
    const { program: name, version } = await createClaude({ program: claude.path }).check();
    return { is: "fine", what: `Claude Code ${version} (${name})` };
  } catch (error) {
    return missing(error);
  }
}

/** Builds the wall as the service does, and says what it costs. */
async function wall({ sandbox }: Settings): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-doctor-"));
  try {
    const found = await findWall({ folder, tools: [], hidden: [] });
    if (found.is === "found")
      return {
        is: "fine",
        what: `agents work behind bubblewrap ${found.version}; it takes ${found.startMs} ms to start`,
      };
    const isNeeded = sandbox.mode === "auto" || sandbox.repositories !== "all";
    return { is: isNeeded ? "missing" : "weak", what: `agents have no sandbox here: ${found.why}`, cure: found.cure };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing here can look it up for every repository, and nobody expects it. */
const pushedBranches: Finding = {
  is: "weak",
  what: "branches that Coppice pushes start a repository's `on: push` workflows, with its secrets and the agent's version of every script",
  cure: 'Leave them out (`branches-ignore: ["coppice/**"]`), or keep secrets in environments with reviewers: docs/security.md says how.',
};

async function github(settings: Settings): Promise<readonly Finding[]> {
  const { app, github: place } = settings;
  const octokit = new Octokit({
    baseUrl: place.apiUrl,
    authStrategy: createAppAuth,
    auth: { appId: app.id, privateKey: app.privateKey },
    request: { headers: { "x-github-api-version": "2022-11-28" } },
  });
  try {
    const [{ data: own }, { data: installations }] = await Promise.all([
      octokit.rest.apps.getAuthenticated(),
      octokit.rest.apps.listInstallations({ per_page: 100 }),
    ]);
    const accounts = installations.map(({ account }) =>
      account !== null && "login" in account ? account.login : "an enterprise",
    );
    const installed: Finding =
      accounts.length > 0
        ? { is: "fine", what: `installed for ${accounts.join(", ")}` }
        : {
            is: "missing",
            what: "the App is installed nowhere",
            cure: `Install it on your repositories: ${own?.html_url ?? place.webUrl}`,
          };
    return [
      { is: "fine", what: `GitHub knows us as ${own?.slug ?? "?"}` },
      installed,
      pushedBranches,
      ...permissions(own?.permissions ?? {}),
      ...(await workflows(
        installations.map(({ id }) => id),
        settings,
      )),
    ];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [
      {
        is: "missing",
        what: `GitHub does not take us: ${error.message}`,
        cure: "Are APP_ID and the private key those of one App?",
      },
    ];
  }
}

async function workflows(
  installations: readonly number[],
  { app, github: place }: Settings,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const installationId of installations) {
    const auth = { appId: app.id, privateKey: app.privateKey, installationId };
    const octokit = new Octokit({ baseUrl: place.apiUrl, authStrategy: createAppAuth, auth });
    try {
      found.push(...(await examineWorkflows(octokit)));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      found.push({ is: "weak", what: `the repositories' workflows could not be looked at: ${error.message}` });
    }
  }
  return found;
}

const ranks = ["none", "read", "write", "admin"];

function permissions(given: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  return Object.entries(readAppManifest().default_permissions).flatMap(([name, wanted]) => {
    const has = given[name] ?? "none";
    if (ranks.indexOf(has) >= ranks.indexOf(wanted)) return [];
    const cure = "Give it on the App's settings page, then accept the new permission where the App is installed.";
    return [{ is: "missing" as const, what: `the App may not ${wanted} ${name} (it has: ${has})`, cure }];
  });
}

function missing(error: unknown): Finding {
  if (!(error instanceof KnownError)) throw error;
  return { is: "missing", what: error.message, cure: error.hint };
}
