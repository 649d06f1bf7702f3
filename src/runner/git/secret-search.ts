import { setImmediate } from "node:timers/promises";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { secretFormats, settingFormat } from "./secret-formats.ts";
import type { SecretFormat } from "./secret-formats.ts";

/** Something that looks like a secret. The value is for comparing only; it is never shown. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** Between two pieces others get their turn. They overlap, so that what stands on a border is found. */
const pieceLetters = 64 * 1024;
const overlapLetters = 4 * 1024;

/** In one text; past so many the search ends. */
export const mostSecrets = 50;

/** Searches a file, or a text under a name of its own such as a commit's message. */
export async function searchSecrets(path: string, content: Buffer): Promise<readonly Secret[]> {
  const text = textOf(content);
  const lineAt = createLineCounter(text);
  const found = new Map<string, Secret>();
  for (let from = 0; from < text.length; from += pieceLetters) {
    const piece = text.slice(from, from + pieceLetters + overlapLetters);
    for (const { name, value, at } of [...own(path, piece), ...(await secretlints(piece))]) {
      // What begins in the overlap belongs to the next piece, where it is whole.
      if (at < pieceLetters && !found.has(value)) found.set(value, { name, value, line: lineAt(from + at) });
    }
    if (found.size >= mostSecrets) break;
    await setImmediate();
  }
  return [...found.values()];
}

/** As text whatever it is: UTF-16 without its zeros is ASCII again; letters without width may be in the middle of a secret. */
function textOf(content: Buffer): string {
  return content.toString("utf8").replace(/[\0\u00ad\u200b-\u200d\u2060\ufeff]/g, "");
}

function createLineCounter(text: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    if (index < counted) [line, counted] = [1, 0];
    for (let end = text.indexOf("\n", counted); end >= 0 && end < index; end = text.indexOf("\n", counted)) {
      line += 1;
      counted = end + 1;
    }
    return line;
  };
}

interface Found {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

function own(path: string, piece: string): readonly Found[] {
  const formats = isSettings(path) ? [...secretFormats, settingFormat] : secretFormats;
  return formats.flatMap((format) => matches(format, piece));
}

function matches({ name, pattern, isOne }: SecretFormat, piece: string): readonly Found[] {
  const found: Found[] = [];
  for (const match of piece.matchAll(pattern)) {
    const [value] = match;
    if (isPlaceholder(value) || isOne?.(value) === false) continue;
    found.push({ name, value, at: match.index });
    if (found.length >= mostSecrets) break;
  }
  return found;
}

/** Patterns of settings without their values are there to be delivered. */
function isSettings(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return /^\.env(?:\.|$)|\.env$/.test(name) && !/example|sample|template|dist|test/.test(name);
}

const preset = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };

async function secretlints(piece: string): Promise<readonly Found[]> {
  const { messages } = await lintSource({
    // Some rules go by the file's name; for these all files are alike.
    source: { content: piece, filePath: "file.txt", ext: ".txt", contentType: "text" },
    options: { config: preset, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages.flatMap(({ messageId, range: [at, end] }) => {
    const value = piece.slice(at, end);
    return isPlaceholder(value) || isForNobody(value) ? [] : [{ name: wordsOf(messageId), value, at }];
  });
}

/** `GITHUB_TOKEN`, `PostgreSQLConnection` as words. They are constants of secretlint's. */
function wordsOf(messageId: string): string {
  return messageId.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ");
}

/** What documents and examples have where a secret belongs. */
function isPlaceholder(value: string): boolean {
  return /example|placeholder|change_?me|dummy|redacted|your[-_]|x{8}|0{10}|\.\.\.|\*{4}|<[^>]{1,60}>|\$\{/i.test(
    value,
  );
}

/** A password for a service on one's own machine, in the same composition of containers, or under a name for documents. */
function isForNobody(value: string): boolean {
  const host = /:\/\/[^/@\s]*@(\[[^\]]*\]|[^/:\s?#,"'`)]*)/.exec(value)?.[1]?.toLowerCase();
  if (host === undefined) return false;
  return (
    !host.includes(".") ||
    /^127\.|^example\.|\.example\.|\.(?:test|example|invalid|local|localhost|internal)$/.test(host)
  );
}
