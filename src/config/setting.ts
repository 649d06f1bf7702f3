import * as z from "zod";

/** What the settings page, `.env.example` and the list of mistakes tell about one setting. */
export interface SettingInfo {
  /** What it is for, in a sentence or two. */
  readonly about: string;
  /** Which values it takes, so that it reads on from "must be". */
  readonly values: string;
  readonly example: string;
  readonly required: boolean;
  /** Never shown, not even when it is wrong. */
  readonly secret: boolean;
  /** What is in force when it is not set: the value itself, or words where it depends on the machine. */
  readonly fallback: string | undefined;
}

/** Where a schema's words are kept; zod's own place for them. */
export const settingInfo = z.registry<SettingInfo>();

/** Which values a setting takes: in words for people and as a check, made in one place so that they can't differ. */
export interface Kind<Value, Input = string> {
  readonly values: string;
  readonly schema: z.ZodType<Value, Input>;
}

interface Words {
  readonly about: string;
  readonly example: string;
  readonly secret?: boolean;
  /** In words, when what is in force without it depends on the machine or on other settings. */
  readonly otherwise?: string;
}

/** A setting that the bot can't start without. */
export function required<Value, Input>(kind: Kind<Value, Input>, words: Words) {
  return describe(kind.schema, kind.values, words, true, undefined);
}

/** A setting with a value in force when it is not set; given as it would be written. */
export function preset<Value, Input>(kind: Kind<Value, Input>, fallback: NoInfer<Input>, words: Words) {
  const shown = typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  return describe(
    kind.schema.prefault(() => fallback),
    kind.values,
    words,
    false,
    shown,
  );
}

/** A setting that may be absent. */
export function optional<Value, Input>(kind: Kind<Value, Input>, words: Words) {
  return describe(kind.schema.optional(), kind.values, words, false, words.otherwise);
}

function describe<Schema extends z.ZodType>(
  schema: Schema,
  values: string,
  words: Words,
  isRequired: boolean,
  fallback: string | undefined,
): Schema {
  const { about, example, secret = false } = words;
  settingInfo.add(schema, { about, values, example, required: isRequired, secret, fallback });
  return schema;
}

/** The words of a setting; that every schema of a setting has some is a matter of how it is made. */
export function infoOf(schema: z.core.$ZodType): SettingInfo {
  const info = settingInfo.get(schema);
  if (info === undefined) throw new Error("a setting without words: make it with required(), preset() or optional()");
  return info;
}
