import { KnownError } from "../errors.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that an operator can do something about. */
const known: Record<number, { readonly code: string; readonly what: string; readonly hint: string }> = {
  3: { code: "STORE_FORBIDDEN", what: "may not be used", hint: "Give this user the right to write it and its folder." },
  5: { code: "STORE_BUSY", what: "is held by another program", hint: "Close whatever has the database open." },
  8: {
    code: "STORE_READ_ONLY",
    what: "can't be written",
    hint: "Make the file and its folder writable for this user.",
  },
  10: {
    code: "STORE_DISK",
    what: "could not be read or written",
    hint: "Look at the disk: full, over quota, or failing.",
  },
  11: { code: "STORE_DAMAGED", what: "is damaged", hint: "Stop Coppice and put the newest backup in its place." },
  13: {
    code: "STORE_FULL",
    what: "can't grow: the disk is full",
    hint: "Free some space; nothing acknowledged was lost.",
  },
  14: { code: "STORE_OPEN", what: "can't be opened", hint: "Is its folder there, and writable for this user?" },
  26: { code: "STORE_DAMAGED", what: "is not a database", hint: "Move the file away, or put a backup in its place." },
};

/** Runs something on the store, and says in words what SQLite or the file system says in codes. */
export async function inWords<T>(file: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw worded(file, error);
  }
}

function worded(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof KnownError) return error;
  const words = "errcode" in error && typeof error.errcode === "number" ? known[error.errcode & 0xff] : ofFile(error);
  if (words === undefined) return error;
  return new KnownError(words.code, `the store ${file} ${words.what} (${error.message})`, {
    hint: words.hint,
    retry: "later",
    cause: error,
  });
}

function ofFile(error: Error): (typeof known)[number] | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return known[8];
    case "ENOSPC":
    case "EDQUOT":
      return known[13];
    case "ENOENT":
    case "ENOTDIR":
    case "EEXIST":
      return known[14];
    default:
      return undefined;
  }
}
