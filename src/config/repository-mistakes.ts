import * as z from "zod";
import { nearest } from "./did-you-mean.ts";
import { repositorySchema } from "./repository-keys.ts";
import { settingInfo } from "./setting.ts";

/** More than a comment on an issue should list. */
const mostMistakes = 20;

type Path = readonly PropertyKey[];
type LineOf = (path: Path) => number | undefined;

/** A sentence for each mistake: where it is, what stands there, what must stand there. */
export function repositoryMistakes(error: z.ZodError, content: unknown, lineOf: LineOf): string[] {
  const all = [...new Set(error.issues.flatMap((issue) => sentences(issue, content, lineOf)))];
  return all.length <= mostMistakes ? all : [...all.slice(0, mostMistakes), `and ${all.length - mostMistakes} more`];
}

function sentences(issue: z.core.$ZodIssue, content: unknown, lineOf: LineOf): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => placed([...issue.path, key], lineOf, `is no setting${meant(key, issue.path)}`));
  }
  return [placed(issue.path, lineOf, `is ${shown(valueAt(content, issue.path))}, but must be ${values(issue.path)}`)];
}

function placed(path: Path, lineOf: LineOf, words: string): string {
  const line = lineOf(path);
  const name = path.length === 0 ? "the file" : path.map(String).join(".").slice(0, 80);
  return `${line === undefined ? "" : `line ${line}: `}${name} ${words}`;
}

function meant(key: string, path: Path): string {
  const known = keysOf(schemaAt(path));
  const near = nearest(key, known);
  return near === undefined ? ` here; there are ${known.join(", ")}` : `: did you mean ${near}?`;
}

/** The words of the setting at a path, or of the one that a list item belongs to. */
function values(path: Path): string {
  for (let length = path.length; length > 0; length -= 1) {
    const schema = schemaAt(path.slice(0, length));
    const info = schema === undefined ? undefined : settingInfo.get(schema);
    if (info !== undefined) return info.values;
  }
  return `a group with ${keysOf(schemaAt(path)).join(", ")}`;
}

function schemaAt(path: Path): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = repositorySchema;
  for (const step of path) schema = shapeOf(schema)?.[String(step)];
  return schema;
}

function keysOf(schema: z.core.$ZodType | undefined): string[] {
  return Object.keys(shapeOf(schema) ?? {});
}

/** The keys of a group; groups that may be left out are wrapped once. */
function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    content,
  );
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a group";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
