import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Octokit } from "@octokit/rest";
import { parse, YAMLParseError } from "yaml";
import type { Settings } from "../config/arranged-settings.ts";
import { hasCode } from "../runner/agents/safe-file.ts";
import { findWall } from "../runner/sandbox/find-wall.ts";
import type { Finding } from "./examination.ts";

/** What protects this machine from agents: the wall, and the modes of our files. */
export async function examineMachine(settings: Settings): Promise<readonly Finding[]> {
  return [await wall(settings), ...(await modes(settings))];
}

async function wall({ sandbox }: Settings): Promise<Finding> {
  if (sandbox.mode === "off") {
    const where = sandbox.repositories === "all" ? "all repositories" : sandbox.repositories.join(", ");
    const cure = "Take SANDBOX=off away, or run Coppice as a user of its own on a machine with nothing else.";
    return { is: "weak", what: `agents work without a sandbox for ${where}: they can read what you can`, cure };
  }
  const folder = await mkdtemp(join(tmpdir(), "coppice-doctor-"));
  try {
    const found = await findWall({ folder, tools: sandbox.tools, hidden: [] });
    if (found.is === "found") return { is: "fine", what: `agents work behind bubblewrap ${found.version}` };
    return { is: "missing", what: `no sandbox, so no agent starts: ${found.why}`, cure: found.cure };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function modes({ service, app }: Settings): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const path of [service.homePath, app.keyPath]) {
    if (path === undefined || !(await isOpenToOthers(path))) continue;
    const cure = `chmod go-rwx ${path}`;
    found.push({ is: "weak", what: `other users of this machine may look into ${path}`, cure });
  }
  return found;
}

async function isOpenToOthers(path: string): Promise<boolean> {
  try {
    return ((await stat(path)).mode & 0o077) !== 0;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** So that a large installation keeps neither people nor GitHub's limits. */
const mostRepositories = 20;
const mostFiles = 20;

/** Workflows that our pushed branches would start with the repository's secrets. */
export async function examineWorkflows(octokit: Octokit): Promise<readonly Finding[]> {
  const { data } = await octokit.rest.apps.listReposAccessibleToInstallation({ per_page: mostRepositories });
  const found: Finding[] = [];
  for (const { full_name: name } of data.repositories) {
    const [owner = "", repo = ""] = name.split("/");
    for (const path of await workflowPaths(octokit, owner, repo)) {
      const file = await octokit.rest.repos.getContent({ owner, repo, path, mediaType: { format: "raw" } });
      const text: unknown = file.data;
      if (typeof text !== "string" || !givesSecretsAway(text)) continue;
      found.push({
        is: "weak",
        what: `${name}: a branch that we push starts ${path} with the repository's secrets`,
        cure: 'Add `branches-ignore: ["coppice/**"]` under `on: push`, or keep the secrets in a protected environment: see docs/security.md.',
      });
    }
  }
  return found;
}

async function workflowPaths(octokit: Octokit, owner: string, repo: string): Promise<readonly string[]> {
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path: ".github/workflows" });
    const files = Array.isArray(data) ? data.filter(({ type, path }) => type === "file" && /\.ya?ml$/.test(path)) : [];
    return files.slice(0, mostFiles).map(({ path }) => path);
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 404) return [];
    throw error;
  }
}

/** Whether a workflow runs for pushes to a branch of ours, and mentions a secret besides GitHub's own token. */
export function givesSecretsAway(text: string): boolean {
  const secrets = text.replaceAll(/secrets\.GITHUB_TOKEN\b/gi, "");
  return /\bsecrets\s*(?:[.[]|:\s*inherit)/i.test(secrets) && runsForOurs(onOf(text));
}

function onOf(text: string): unknown {
  try {
    const content: unknown = parse(text, { maxAliasCount: 10 });
    return typeof content === "object" && content !== null && "on" in content ? content.on : undefined;
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** A branch of ours as our names have it. */
const ours = "coppice/issue-1-a";

function runsForOurs(on: unknown): boolean {
  if (on === "push") return true;
  if (Array.isArray(on)) return on.includes("push");
  if (typeof on !== "object" || on === null || !("push" in on)) return false;
  const { push } = on;
  if (typeof push !== "object" || push === null) return true;
  if ("branches-ignore" in push) return !matches(push["branches-ignore"]);
  if ("branches" in push) return matches(push.branches);
  // Tags alone are no branches.
  return !("tags" in push || "tags-ignore" in push);
}

function matches(globs: unknown): boolean {
  const all = typeof globs === "string" ? [globs] : Array.isArray(globs) ? globs.map(String) : [];
  return all.some((glob) => !glob.startsWith("!") && matchesGlob(glob));
}

/** GitHub's globs: `*` stays within a part of the name, `**` does not. */
function matchesGlob(glob: string): boolean {
  const parts = glob.match(/\*\*|\*|[^*]+/g) ?? [];
  const pattern = parts.map((part) =>
    part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"),
  );
  return new RegExp(`^${pattern.join("")}$`).test(ours);
}
