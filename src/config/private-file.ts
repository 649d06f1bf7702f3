import { closeSync, fchmodSync, fstatSync, openSync, readFileSync } from "node:fs";

/** Larger files are something else, chosen by mistake. */
const mostBytes = 256 * 1024;

export type PrivateFile =
  | { readonly text: string; readonly warning?: string }
  /** Why it could not be read, so that it reads on from the file's name. */
  | { readonly wrong: string };

/**
 * Reads a file that holds secrets. When other users of the machine may read it, it is closed to them (mode 600) rather than
 * refused: a browser saves keys as 644, and the cure is always the same. Where modes can't be changed (Windows' drives in WSL,
 * read-only mounts, somebody else's file) a warning has to do: refusing would leave no way to use such a place.
 */
export function readPrivateFile(path: string): PrivateFile {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    return { wrong: whyNot(error) };
  }
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & 0o170000) !== 0o100000) return { wrong: "is not a file" };
    if (size > mostBytes) return { wrong: `is too large (${size} bytes)` };
    const warning = closeToOthers(file, path);
    return { text: readFileSync(file, "utf8"), ...(warning === undefined ? {} : { warning }) };
  } finally {
    closeSync(file);
  }
}

function closeToOthers(file: number, path: string): string | undefined {
  if (!isOpenToOthers(file)) return undefined;
  try {
    fchmodSync(file, 0o600);
  } catch (error) {
    return `${path} can be read by other users of this machine, and that could not be changed (${codeOf(error)})`;
  }
  return isOpenToOthers(file)
    ? `${path} can be read by other users of this machine: its drive keeps no permissions. Move it to a folder in your home`
    : `${path} could be read by other users of this machine; its mode is 600 now`;
}

function isOpenToOthers(file: number): boolean {
  return (fstatSync(file).mode & 0o077) !== 0;
}

function whyNot(error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return "is not there";
  if (code === "EACCES" || code === "EPERM") return "may not be read by this user";
  if (code === "EISDIR") return "is a folder";
  throw error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
