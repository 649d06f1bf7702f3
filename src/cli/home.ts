import { resolve } from "node:path";
import { KnownError } from "../errors.ts";

/** The state folder that a command is about: the one named, else the one of the settings of this folder. */
export async function homeOf(flags: { readonly home?: string }): Promise<string> {
  if (flags.home !== undefined) return resolve(flags.home);
  const { loadSettings } = await import("../config/settings.ts");
  try {
    return loadSettings().service.homePath;
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    throw new KnownError(error.code, error.message, {
      hint: `${error.hint ?? ""}\nOr name the state folder: --home <folder>.`.trim(),
      cause: error,
    });
  }
}
