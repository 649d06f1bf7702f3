import * as z from "zod";

/** What the settings page, `.env.example` and the list of mistakes tell about one setting. */
export interface SettingInfo {
  /** What it is for, in a sentence or two. */
  readonly about: string;
  /** Which values it takes, so that it reads on from "must be". */
  readonly values: string;
  readonly example: string;
  readonly required: boolean;
  /** To be filled in by whoever sets the service up, even where another setting could stand in for it. */
  readonly early: boolean;
  /** Never shown, not even when it is wrong. */
  readonly secret: boolean;
  /** What is in force when it is not set: a value as it would be written, or words. */
  readonly otherwise: { readonly value: string } | { readonly words: string } | undefined;
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
  readonly early?: boolean;
  /** In words, when what is in force without it depends on the machine or on other settings. */
  readonly otherwise?: string;
}

/** A setting that the bot can't start without. */
export function required<Value, Input>({ schema, values }: Kind<Value, Input>, words: Words) {
  return describe(schema, { ...infoFrom(values, words), required: true, early: true });
}

/** A setting with a value in force when it is not set; given as it would be written. */
export function preset<Value, Input>({ schema, values }: Kind<Value, Input>, value: NoInfer<Input>, words: Words) {
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return describe(
    schema.prefault(() => value),
    { ...infoFrom(values, words), otherwise: { value: written } },
  );
}

/** A setting that may be absent. */
export function optional<Value, Input>({ schema, values }: Kind<Value, Input>, words: Words) {
  return describe(schema.optional(), infoFrom(values, words));
}

function infoFrom(values: string, words: Words): SettingInfo {
  const { about, example, secret = false, early = false, otherwise } = words;
  const absent = otherwise === undefined ? undefined : { words: otherwise };
  return { about, values, example, required: false, early, secret, otherwise: absent };
}

function describe<Schema extends z.ZodType>(schema: Schema, info: SettingInfo): Schema {
  settingInfo.add(schema, info);
  return schema;
}

/** The words of a setting; that every schema of a setting has some is a matter of how it is made. */
export function infoOf(schema: z.core.$ZodType): SettingInfo {
  const info = settingInfo.get(schema);
  if (info === undefined) throw new Error("a setting without words: make it with required(), preset() or optional()");
  return info;
}
