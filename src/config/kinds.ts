import { homedir } from "node:os";
import { resolve } from "node:path";
import * as z from "zod";
import type { Kind } from "./setting.ts";

/** The kinds of values that settings of the environment take. All are text at first. */

export function wholeNumber(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

export function dollars(min: number, max: number): Kind<number> {
  return kind(`US dollars from ${min} to ${max}, such as 12.50`, (text) => {
    const value = /^\d{1,9}(?:\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

export function oneOf<const Value extends string>(...values: readonly Value[]): Kind<Value> {
  return kind(inWords(values), (text) => values.find((value) => value === text));
}

/** A short name that fits a pattern. */
export function word(values: string, pattern: RegExp): Kind<string> {
  return kind(values, (text) => (pattern.test(text) ? text : undefined));
}

/** Several words, separated by commas or spaces. */
export function wordList(values: string, pattern: RegExp): Kind<string[]> {
  return kind(`${values}, separated by commas`, (text) => readWords(text, pattern));
}

export function readWords(text: string, pattern: RegExp): string[] | undefined {
  const words = text.split(/[\s,]+/).filter((each) => each !== "");
  return words.every((each) => pattern.test(each)) ? words : undefined;
}

/** An address of a service, without a slash at its end. */
export const webAddress: Kind<string> = kind("an address that begins with http:// or https://", (text) => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return text.replace(/\/$/, "");
});

/** A file or folder. `~` is the home folder (no shell expands it in a `.env`), the rest is seen from the working folder. */
export const path: Kind<string> = kind("a path", (text) => (text.includes("\0") ? undefined : fullPath(text)));

/** Several paths, separated by commas. */
export const pathList: Kind<string[]> = kind("paths, separated by commas", (text) => {
  const paths = text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return text.includes("\0") ? undefined : paths.map(fullPath);
});

/** A program: a path, or a name that is looked for on PATH when it is started. */
export const program: Kind<string> = kind("a path, or the name of a program on PATH", (text) => {
  if (/[\0\n]/.test(text)) return undefined;
  return /[/\\~]/.test(text) ? fullPath(text) : text;
});

/** A value of which we only know that nobody may see it. */
export const opaque: Kind<string> = kind("one line of text without spaces", (text) =>
  /^[\x21-\x7e]+$/.test(text) ? text : undefined,
);

/** Anything, to be looked at by code that knows more. */
export function anyText(values: string): Kind<string> {
  return { values, schema: z.string().trim() };
}

/** A kind with more to say than that a value is not of it: `wrong` names what is, so that it reads on from "must". */
export function withRule<Value>(base: Kind<Value>, wrong: (value: Value) => string | undefined): Kind<Value> {
  const schema = base.schema.superRefine((value, context) => {
    const message = wrong(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
  return { values: base.values, schema };
}

function inWords(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** Makes a kind from its words and a reader that answers undefined for what is not of it. */
export function kind<Value>(values: string, read: (text: string) => Value | undefined): Kind<Value> {
  const schema = z
    .string()
    .trim()
    .transform((written, context) => {
      const value = read(written);
      if (value !== undefined) return value;
      context.addIssue({ code: "custom", message: `must be ${values}` });
      return z.NEVER;
    });
  return { values, schema };
}

/** `~` is the home folder; relative paths begin at the working folder. */
export function fullPath(written: string): string {
  return resolve(written.replace(/^~(?=$|\/)/, () => homedir()));
}
