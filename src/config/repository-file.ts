import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { RepositoryPolicy } from "../core/policy.ts";
import { repositoryMistakes } from "./repository-mistakes.ts";
import { type RepositoryKeys, repositorySchema } from "./repository-keys.ts";

/** Far more than any real file needs; YAML's reader is not linear on hostile text. */
const mostCharacters = 64 * 1024;

export type ParsedRepositoryFile = { readonly policy: RepositoryPolicy } | { readonly mistakes: readonly string[] };

/**
 * Reads a repository's `.github/coppice.yml`. It comes from people who may write to the repository but not to this machine:
 * every value is checked, and what is wrong is answered with its line, never thrown.
 */
export function parseRepositoryFile(text: string): ParsedRepositoryFile {
  if (text.length > mostCharacters) return { mistakes: [`the file is larger than ${mostCharacters / 1024} KB`] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const unreadable = slips(document, lines);
  if (unreadable.length > 0) return { mistakes: unreadable };
  const content = withoutEmpty(document.toJS({ maxAliasCount: 0 }) ?? {});
  const checked = repositorySchema.safeParse(content);
  if (checked.success) return { policy: policyOf(checked.data) };
  return { mistakes: repositoryMistakes(checked.error, content, (path) => lineOf(document, lines, path)) };
}

/** What keeps the text from being plain YAML data. Aliases are left out: a few of them can stand for gigabytes. */
function slips(document: Document.Parsed, lines: LineCounter): string[] {
  const found = [...document.errors, ...document.warnings].map(({ message, pos }) => at(lines, pos[0], message));
  if (found.length > 0) return found.slice(0, 5);
  const alias = firstAlias(document);
  return alias === undefined ? [] : [at(lines, alias, "aliases (`*name`) are not taken here")];
}

function firstAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_key, node) => {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function at(lines: LineCounter, offset: number, words: string): string {
  return `line ${lines.linePos(offset).line}: ${words}`;
}

/** The line of the key (or list item) at a path, or of the nearest thing around it. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const found: unknown = isSeq(node) && typeof step === "number" ? node.items[step] : pair?.key;
    offset = startOf(found) ?? offset;
    node = pair === undefined ? found : pair.value;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node as Node).range?.[0] : undefined;
}

/** A key whose value was commented out is as good as not there. */
function withoutEmpty(content: unknown): unknown {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return content;
  const kept = Object.entries(content).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutEmpty(value)]));
}

function policyOf(keys: RepositoryKeys): RepositoryPolicy {
  const { limits } = keys;
  return {
    triggerLabel: keys.label,
    base: keys.base,
    setup: keys.setup,
    verify: keys.verify,
    draft: keys.draft,
    checks: keys.checks,
    protectedPaths: keys.protectedPaths,
    keepUpToDate: keys.keepUpToDate,
    agent: keys.agent,
    model: keys.model,
    instructions: keys.instructions,
    maxSessions: limits.sessions,
    maxRunMs: limits.runMinutes === undefined ? undefined : limits.runMinutes * 60_000,
    maxRunTurns: limits.runTurns,
    maxRunTokens: limits.runTokens,
    maxRunUsd: limits.runUsd,
    maxTaskUsd: limits.taskUsd,
    maxStopReminders: limits.stopReminders,
    maxVerifyRounds: limits.verifyRounds,
    allow: keys.permissions.allow,
  };
}
