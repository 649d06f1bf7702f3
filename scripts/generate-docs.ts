/**
 * Writes `.env.example` and `docs/settings.md` from the schemas of the settings: `node scripts/generate-docs.ts`.
 * With `--check` it writes nothing and fails when one of them is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { repositorySchema } from "../src/config/repository-keys.ts";
import { groups } from "../src/config/schema.ts";
import { infoOf, type SettingInfo } from "../src/config/setting.ts";

interface Named {
  readonly name: string;
  readonly info: SettingInfo;
}

const pages = [
  { path: ".env.example", text: environmentExample() },
  { path: "docs/settings.md", text: settingsPage() },
];
const root = new URL("../", import.meta.url);

if (process.argv.includes("--check")) {
  const stale = pages.filter(({ path, text }) => read(path) !== text);
  for (const { path } of stale) console.error(`${path} is stale: run \`npm run docs\``);
  process.exitCode = stale.length;
} else {
  for (const { path, text } of pages) writeFileSync(new URL(path, root), text);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function environmentExample(): string {
  const rest = groups.map(({ title, settings }) => ({
    title,
    named: named(settings).filter(({ info }) => !info.early),
  }));
  const sections = rest.filter(({ named: settings }) => settings.length > 0);
  return [
    "# Settings of Coppice. Copy this file to .env and fill in the first part; the rest works as it is.",
    "# The same names can be set in the environment, which goes before this file. All about them: docs/settings.md",
    "",
    ...groups
      .flatMap(({ settings }) => named(settings))
      .filter(({ info }) => info.early)
      .flatMap(toFill),
    ...sections.flatMap(({ title, named: settings }) => [`# --- ${title} ---`, "", ...settings.flatMap(toChange)]),
  ].join("\n");
}

/** Secrets and numbers of one's own stay empty: a made-up value would be taken for a working one. */
function toFill({ name, info }: Named): string[] {
  return [...comment(info.about), `${name}=${info.required || info.secret ? "" : info.example}`, ""];
}

function toChange({ name, info }: Named): string[] {
  return [...comment(`${info.about} ${withoutIt(info)}`), `# ${name}=${info.example}`, ""];
}

function withoutIt({ otherwise }: SettingInfo): string {
  if (otherwise === undefined) return "";
  return "value" in otherwise ? `Default: ${otherwise.value}.` : `Without it: ${otherwise.words}.`;
}

function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 110) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function settingsPage(): string {
  return [
    "# Settings",
    "",
    "<!-- Made by `npm run docs` from src/config/. Change the words there. -->",
    "",
    "The operator of the service sets the environment, or a file `.env` in the folder in which it is started (the environment goes first;",
    "`.env.example` is one to start from). What is wrong is told at the start, all at once and by name.",
    "A repository can have settings of its own: see [below](#a-repositorys-own-settings).",
    "",
    ...groups.flatMap(({ title, settings }) => [`## ${title}`, "", ...table(named(settings)), ""]),
    "## A repository's own settings",
    "",
    "The file `.github/coppice.yml` on the **default branch** (on others it does not count). Everything in it may be left out. A limit can",
    "only be lower than the service's. When the file has a mistake, the last good settings stay in force and the issue says what is wrong.",
    "",
    "```yaml",
    ...repositoryExample(),
    "```",
    "",
    ...table(repositorySettings()),
    "",
  ].join("\n");
}

function table(settings: readonly Named[]): string[] {
  const rows = settings.map(({ name, info }) => row([`\`${name}\``, info.about, info.values, withoutItInTable(info)]));
  return [row(["setting", "what for", "takes", "without it"]), row(["---", "---", "---", "---"]), ...rows];
}

function withoutItInTable({ required, otherwise }: SettingInfo): string {
  if (required) return "**must be set**";
  if (otherwise === undefined) return "–";
  return "value" in otherwise ? `\`${otherwise.value}\`` : otherwise.words;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function named(settings: Readonly<Record<string, z.core.$ZodType>>): Named[] {
  return Object.entries(settings).map(([name, schema]) => ({ name, info: infoOf(schema) }));
}

function repositorySettings(): Named[] {
  return repositoryGroups().flatMap(({ group, settings }) =>
    settings.map(({ name, info }) => ({ name: group === undefined ? name : `${group}.${name}`, info })),
  );
}

function repositoryExample(): string[] {
  return repositoryGroups().flatMap(({ group, settings }) => {
    const indent = group === undefined ? "" : "  ";
    const lines = settings.map(({ name, info }) => `${indent}${name}: ${info.example}`);
    return group === undefined ? lines : [`${group}:`, ...lines];
  });
}

function repositoryGroups(): { readonly group: string | undefined; readonly settings: Named[] }[] {
  return Object.entries(repositorySchema.shape).map(([name, schema]) => {
    const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
    return inner instanceof z.ZodObject
      ? { group: name, settings: named(inner.shape) }
      : { group: undefined, settings: [{ name, info: infoOf(schema) }] };
  });
}
