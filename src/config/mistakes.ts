import type * as z from "zod";
import { KnownError } from "../errors.ts";
import { nearest } from "./did-you-mean.ts";
import { environmentSchema } from "./schema.ts";
import { infoOf, type SettingInfo } from "./setting.ts";

type Given = Readonly<Record<string, string | undefined>>;

const shape: Readonly<Record<string, z.ZodType>> = environmentSchema.shape;
const names = Object.keys(shape);

/** One line for each setting that is missing or wrong: its name, its value unless it is a secret, and what it must be. */
export function mistakesOf(error: z.ZodError, given: Given): string[] {
  const lines = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const schema = shape[name];
    return schema === undefined ? issue.message : mistake(name, infoOf(schema), given[name], issue.message);
  });
  return [...new Set(lines)];
}

function mistake(name: string, info: SettingInfo, value: string | undefined, message: string): string {
  if (value === undefined) return `${name} is missing. ${info.about}`;
  return `${name} ${info.secret ? "" : `is ${JSON.stringify(shortened(value))}, but `}${message}`;
}

function shortened(value: string): string {
  return value.length > 60 ? `${value.slice(0, 59)}…` : value;
}

/** A single error that tells all, since whoever mends settings wants to do it once. */
export function settingsError(mistakes: readonly string[], given: Given): KnownError {
  const lines = [...mistakes, ...unknownNames(given)].map((line) => `  - ${line}`);
  return new KnownError(
    "SETTINGS",
    `${mistakes.length === 1 ? "A setting is" : "Some settings are"} not right:\n${lines.join("\n")}`,
    {
      hint: "Set them in the environment or in a file `.env` in the working folder. `.env.example` is one to start from, docs/settings.md lists them all.",
    },
  );
}

/** Claude Code asks for it where root is the user; it is near to our SANDBOX only in its letters. */
const claudesOwn = "IS_SANDBOX";

/**
 * Names that look like a slip for one of ours. A hint and no mistake: the environment is full of other programs' names,
 * and ours may hand names beginning with COPPICE_ to their children.
 */
export function unknownNames(given: Given): string[] {
  const free = names.filter((name) => given[name] === undefined && name.length >= 6);
  return Object.keys(given).flatMap((name) => {
    if (names.includes(name) || name.length < 5 || name === claudesOwn) return [];
    const meant = nearest(name.replace(/^COPPICE_/, ""), free) ?? nearest(name, free);
    return meant === undefined ? [] : [`${name} is no setting of Coppice: did you mean ${meant}?`];
  });
}
