import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, resolve } from "node:path";
import { execa } from "execa";

/** What a tool of the agent did, for its terminal and for the bot. */
export interface Done {
  readonly isFailed: boolean;
  readonly output: string;
}

const done = (output: string): Done => ({ isFailed: false, output });
const failed = (output: string): Done => ({ isFailed: true, output });

export async function readWork(file: string): Promise<Done> {
  const text = await textOf(file);
  return text === undefined ? failed("no such file") : done(`${text.split("\n").length - 1} lines`);
}

/** An edit that was made already, before a restart, is fine. */
export async function editWork(file: string, from: string, to: string): Promise<Done> {
  const text = await textOf(file);
  if (text === undefined) return failed("no such file");
  if (text.includes(to)) return done("is so already");
  if (!text.includes(from)) return failed("the text to change is not there");
  await writeFile(
    resolve(file),
    text.replace(from, () => to),
  );
  return done("");
}

export async function writeWork(file: string, text: string): Promise<Done> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeFile(resolve(file), text);
  return done(`${text.split("\n").length - 1} lines`);
}

export async function runWork([program, ...rest]: readonly [string, ...string[]]): Promise<Done> {
  // The node that runs us comes last, for machines that have none on the path.
  const path = `${process.env["PATH"] ?? ""}${delimiter}${dirname(process.execPath)}`;
  const result = await execa(program, rest, {
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: 120_000,
    env: { PATH: path },
  });
  return { isFailed: result.failed, output: result.all || result.shortMessage || "" };
}

/** Commits everything; nothing to commit, as after a restart, is fine. */
export async function commitWork(message: string): Promise<Done> {
  const added = await git("add", "--all");
  if (added.isFailed) return added;
  const staged = await git("diff", "--cached", "--quiet");
  if (!staged.isFailed) return done("nothing to commit");
  return git("commit", "--message", message);
}

async function git(...words: readonly string[]): Promise<Done> {
  const result = await execa("git", words, { all: true, reject: false, stdin: "ignore", env: author() });
  return { isFailed: result.failed, output: result.all || result.shortMessage || "" };
}

/** Whoever started us may have said who commits; git refuses to guess. */
function author(): Record<string, string> {
  if (process.env["GIT_AUTHOR_NAME"] !== undefined) return {};
  const name = "Demo agent";
  const email = "demo-agent@users.noreply.example";
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(resolve(file), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
