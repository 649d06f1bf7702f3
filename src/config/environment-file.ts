import { existsSync } from "node:fs";
import { parseEnv } from "node:util";
import { KnownError } from "../errors.ts";
import { readPrivateFile } from "./private-file.ts";

/** What a `.env` sets. One that is not there sets nothing. */
export function readEnvironmentFile(path: string): {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly string[];
} {
  if (!existsSync(path)) return { values: {}, warnings: [] };
  const file = readPrivateFile(path);
  if ("wrong" in file) throw new KnownError("SETTINGS_FILE", `The settings in ${path} can't be read: it ${file.wrong}`);
  return { values: parseEnv(file.text), warnings: file.warning === undefined ? [] : [file.warning] };
}
