import { KnownError } from "../../errors.ts";
import { redactFormats } from "../../core/redact.ts";
import type { Finding, IntakeLimits } from "./change-rules.ts";
import { changesOf, sizesOf } from "./commit-check.ts";
import type { Commit, Sighting } from "./commit-check.ts";
import { visible } from "./git-words.ts";
import { judgeMessage } from "./message-rules.ts";
import { openObjects } from "./object-reader.ts";
import type { ObjectReader } from "./object-reader.ts";
import { mostSecrets, searchSecrets } from "./secret-search.ts";
import type { Secret } from "./secret-search.ts";
import type { Change } from "./tree-changes.ts";

const mostFindings = 30;
/** The name of what must never leave, whoever says so. */
const ownSecret = "a secret of the service itself";
const limitMs = 3 * 60_000;
const mostCommitBytes = 1024 * 1024;

/** The search's state over all commits. Each file is searched once, however many commits have it. */
interface Search {
  readonly at: Sighting;
  readonly reader: ObjectReader;
  readonly limits: IntakeLimits;
  readonly seen: Map<string, readonly Secret[]>;
  readonly untilMs: number;
  searched: number;
}

/**
 * Looks for what commits must not bring to GitHub: secrets in each version of each file that they change, in their messages, people's names
 * and paths; and messages that close other issues or stop checks. What a parent has already is no news. Only for commits that passed `checkCommits`: that bounds their number and sizes.
 * The search stops accidents; whoever wants to smuggle a secret out can spell it in a way that nobody looks for.
 */
export async function checkOutgoing(
  at: Sighting,
  commits: readonly Commit[],
  limits: IntakeLimits,
): Promise<readonly Finding[]> {
  const reader = openObjects(at.gate, { ...at.run, limitMs: 2 * limitMs });
  const search = { at, reader, limits, seen: new Map(), untilMs: performance.now() + limitMs, searched: 0 };
  const findings: Finding[] = [];
  try {
    for (const { sha } of commits) {
      findings.push(...withoutAllowed(await checkMessage(search, sha), limits), ...(await checkFiles(search, sha)));
      if (findings.length >= mostFindings) break;
    }
    return distinct(findings).slice(0, mostFindings);
  } catch (error) {
    if (!(error instanceof KnownError && error.code === "SEARCH_TOO_MUCH")) throw error;
    return [{ kind: "too-large", words: error.message }];
  } finally {
    await reader.close();
  }
}

async function checkMessage(search: Search, commit: string): Promise<readonly Finding[]> {
  const object = await search.reader.read(commit, mostCommitBytes);
  const message = object?.content.toString("utf8").split("\n\n").slice(1).join("\n\n") ?? "";
  const trouble = judgeMessage(message, search.limits.mayClose);
  const judged: Finding[] =
    trouble === undefined
      ? []
      : [{ kind: "message", commit, words: `the message of commit ${short(commit)} ${trouble}` }];
  for (const { name } of onePerLine(await secretsIn(search, "message", commit)))
    judged.push({ kind: "secret", commit, words: `the message ${heldWords(name, commit)}`, ...finality(name) });
  return judged;
}

async function checkFiles(search: Search, commit: string): Promise<readonly Finding[]> {
  const { reader } = search;
  const findings: Finding[] = [];
  const changes: Change[] = [];
  for await (const change of changesOf(reader, commit)) changes.push(change);
  const known = createKnown(search, changes);

  for (const { path, after } of changes) {
    if (after === undefined) continue;
    const inPath = await searchSecrets("path", Buffer.from(path));
    findings.push(
      ...withoutAllowed(
        inPath.map(({ name }): Finding => ({ kind: "secret", commit, words: `a path ${heldWords(name, commit)}` })),
        search.limits,
      ),
    );
    const secrets = await secretsIn(search, path, after.sha);
    if (secrets.length === 0) continue;
    const before = await known();
    const news = secrets.filter(({ value }) => !before.has(value));
    const found = onePerLine(news).map((secret) => findingOf(secret, path, commit));
    findings.push(...withoutAllowed(found, search.limits));
    // Past so many the search ends, so nobody can know what they would allow.
    if (news.length > 0 && secrets.length >= mostSecrets) findings.push(tooManyToAllow(path, commit));
    if (findings.length >= mostFindings) break;
  }
  return findings;
}

function withoutAllowed(findings: readonly Finding[], { isAllowed }: IntakeLimits): readonly Finding[] {
  return isAllowed === undefined ? findings : findings.filter((finding) => !isAllowed(finding));
}

function tooManyToAllow(path: string, commit: string): Finding {
  const shown = redactFormats(visible(path));
  const words = `${shown}: holds more of what looks like secrets than is looked at one by one, in commit ${short(commit)}`;
  return { kind: "secret", path: shown, commit, words, isFinal: true };
}

/** Several rules may know the same secret. */
function onePerLine(secrets: readonly Secret[]): readonly Secret[] {
  return secrets.filter(({ line }, at) => secrets.findIndex((other) => other.line === line) === at);
}

/** The path is shown without what may be a secret in it, too. */
function findingOf({ name, line }: Secret, path: string, commit: string): Finding {
  const shown = redactFormats(visible(path));
  const words = `${shown}, line ${line}: ${heldWords(name, commit)}`;
  return { kind: "secret", path: shown, commit, words, ...finality(name) };
}

function finality(name: string): Pick<Finding, "isFinal"> {
  return name === ownSecret ? { isFinal: true } : {};
}

function heldWords(name: string, commit: string): string {
  return `holds what looks like a secret (${name}), in commit ${short(commit)}`;
}

function short(commit: string): string {
  return commit.slice(0, 12);
}

/** The secrets that the changed and removed files had in the commit's parents. Looked for only when there is need. */
function createKnown(search: Search, changes: readonly Change[]): () => Promise<ReadonlySet<string>> {
  let known: Promise<ReadonlySet<string>> | undefined;
  return () => (known ??= look());

  async function look(): Promise<ReadonlySet<string>> {
    const files = new Map(changes.flatMap(({ path, before }) => before.map(({ sha }) => [sha, path] as const)));
    const sizes = await sizesOf(search.at, [...files.keys()]);
    const values = new Set<string>();
    for (const [sha, path] of files) {
      // A larger file came from elsewhere, and is not delivered in any version.
      if ((sizes.get(sha) ?? Infinity) > search.limits.fileBytes) continue;
      for (const { value } of await secretsIn(search, path, sha)) values.add(value);
    }
    return values;
  }
}

async function secretsIn(search: Search, path: string, sha: string): Promise<readonly Secret[]> {
  const seen = search.seen.get(sha);
  if (seen !== undefined) return seen;
  const object = await search.reader.read(sha, search.limits.fileBytes);
  search.searched += object?.content.length ?? 0;
  if (search.searched > search.limits.searchedBytes)
    throw tooMuch(`the commits hold more than ${search.limits.searchedBytes} bytes: that is more than is searched`);
  if (performance.now() > search.untilMs) throw tooMuch("the search for secrets in the commits takes too long");
  const secrets = object === undefined ? [] : await searchAll(search, path, object.content);
  search.seen.set(sha, secrets);
  return secrets;
}

async function searchAll({ limits }: Search, path: string, content: Buffer): Promise<readonly Secret[]> {
  const found = await searchSecrets(path, content);
  const isOurs = limits.holdsOwnSecret?.(content.toString("utf8")) === true;
  return isOurs ? [{ name: ownSecret, value: "", line: 1 }, ...found] : found;
}

function tooMuch(words: string): KnownError {
  return new KnownError("SEARCH_TOO_MUCH", words);
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [finding.words, finding])).values()];
}
