import { parseRepositoryFile } from "../config/repository-file.ts";
import type { Log } from "../control/ports.ts";
import { type RepositoryPolicy, silentRepository } from "../core/policy.ts";
import type { IssueRef } from "../core/task.ts";
import { createEtags, type Etags } from "./etags.ts";
import { hasStatus } from "./failures.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at } from "./repositories.ts";

export const settingsPath = ".github/coppice.yml";

/** A repository's settings, and what is wrong with its file, if anything: then the last good ones are in force. */
interface RepositorySettings {
  readonly policy: RepositoryPolicy;
  readonly mistakes: readonly string[];
}

/** Where the text of the last good file is kept over restarts. */
export interface SettingsMemory {
  rememberedSettings(
    repositoryId: number,
  ): Promise<{ readonly good: unknown; readonly mistakes: readonly string[] } | undefined>;
  rememberSettings(
    repositoryId: number,
    settings: { readonly good: unknown; readonly mistakes: readonly string[]; readonly readAtMs: number },
  ): Promise<void>;
}

export interface SettingsFiles {
  /** The settings on the default branch; never those of a branch that an agent wrote. */
  inForce(issue: IssueRef): Promise<RepositorySettings>;
  /** The file changed, or may have: it is read anew at the next question. */
  forget(repositoryId: number): void;
}

type Content = Awaited<ReturnType<Octokit["rest"]["repos"]["getContent"]>>["data"];

interface SettingsParts {
  readonly octokits: Octokits;
  readonly memory: SettingsMemory;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** After this the file is looked at again though no push was heard of. */
const freshMs = 300_000;

interface Known {
  readonly settings: Promise<RepositorySettings>;
  readonly readAtMs: number;
}

export function createSettingsFiles(parts: SettingsParts): SettingsFiles {
  const { octokits, memory, log, nowMs } = parts;
  const etags = createEtags<Content>();
  const known = new Map<number, Known>();

  async function inForce(issue: IssueRef): Promise<RepositorySettings> {
    const fresh = known.get(issue.repositoryId);
    if (fresh !== undefined && nowMs() - fresh.readAtMs < freshMs) return await fresh.settings;
    const mine: Known = { settings: settingsOf(issue), readAtMs: nowMs() };
    known.set(issue.repositoryId, mine);
    try {
      return await mine.settings;
    } catch (error) {
      if (known.get(issue.repositoryId) === mine) known.delete(issue.repositoryId);
      throw error;
    }
  }

  async function settingsOf(issue: IssueRef): Promise<RepositorySettings> {
    const [file, before] = await Promise.all([
      readFile(octokits, etags, issue),
      memory.rememberedSettings(issue.repositoryId),
    ]);
    const lastGood = typeof before?.good === "string" ? before.good : undefined;
    const now = judge(file, lastGood);
    const isNews = now.good !== lastGood || JSON.stringify(now.mistakes) !== JSON.stringify(before?.mistakes ?? []);
    if (isNews) {
      await memory.rememberSettings(issue.repositoryId, { ...now, readAtMs: nowMs() });
      const what = { repository: `${issue.owner}/${issue.name}`, mistakes: now.mistakes };
      if (now.mistakes.length > 0) log.warn(what, `${settingsPath} can't be used; the last good settings stay`);
    }
    return { policy: policyOf(now.good), mistakes: now.mistakes };
  }

  return {
    inForce,
    forget: (repositoryId) => {
      known.delete(repositoryId);
    },
  };
}

function judge(file: File, lastGood: string | undefined) {
  if (file.is === "absent") return { good: undefined, mistakes: [] };
  if (file.is === "unusable") return { good: lastGood, mistakes: [file.why] };
  const parsed = parseRepositoryFile(file.text);
  return "mistakes" in parsed
    ? { good: lastGood, mistakes: parsed.mistakes }
    : { good: file.text, mistakes: [] as readonly string[] };
}

/** A newer Coppice may refuse what an older one took. */
function policyOf(text: string | undefined): RepositoryPolicy {
  const parsed = text === undefined ? { policy: silentRepository } : parseRepositoryFile(text);
  return "policy" in parsed ? parsed.policy : silentRepository;
}

type File =
  | { readonly is: "absent" }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "unusable"; readonly why: string };

/** More than any sensible file, and less than what could keep a parser busy. */
const mostBytes = 65_536;

async function readFile(octokits: Octokits, etags: Etags<Content>, issue: IssueRef): Promise<File> {
  const { rest } = octokits.installation(issue.installationId);
  const key = `settings ${issue.installationId} ${issue.repositoryId} ${issue.owner}/${issue.name}`;
  try {
    const { data } = await etags.ask(key, (headers) =>
      rest.repos.getContent({ ...at(issue), path: settingsPath, headers }),
    );
    if (Array.isArray(data) || data.type !== "file") return { is: "unusable", why: "it is not a file" };
    if (data.size > mostBytes) return { is: "unusable", why: `it is larger than ${mostBytes} bytes` };
    return { is: "text", text: Buffer.from(data.content, "base64").toString("utf8") };
  } catch (error) {
    if (hasStatus(error, 404)) return { is: "absent" };
    throw error;
  }
}
