import { execa } from "execa";
import type { User } from "./model.ts";

/** Nothing of the machine's or the caller's git settings may leak in. */
export const gitEnvironment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  LC_ALL: "C",
};

/** Runs git in a bare repository and hands back what it prints; throws when git fails. */
export async function git(folder: string, args: readonly string[], input?: string): Promise<string> {
  const { stdout } = await execa("git", ["--git-dir", folder, ...args], {
    env: gitEnvironment,
    extendEnv: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
    stripFinalNewline: false,
  });
  return stdout;
}

/** As `git`, but a failure is `undefined`: for "does it exist" and "does it merge". */
export async function gitOr(folder: string, args: readonly string[]): Promise<string | undefined> {
  const { stdout, failed } = await execa("git", ["--git-dir", folder, ...args], {
    env: gitEnvironment,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return failed ? undefined : stdout;
}

export interface CommitDraft {
  readonly branch: string;
  /** The commit it stands on; none for the first of a repository. */
  readonly parent: string | undefined;
  readonly message: string;
  readonly author: User;
  readonly atMs: number;
  /** Contents by path; `null` takes a file away. */
  readonly files: Readonly<Record<string, string | null>>;
}

export const emailOf = (user: User): string => user.email ?? `${user.id}+${user.login}@users.noreply.github.com`;

/** Puts one commit on a branch, without a working tree. */
export async function commit(folder: string, draft: CommitDraft): Promise<string> {
  const { author, branch, parent, message, atMs, files } = draft;
  const lines = [
    `commit refs/heads/${branch}`,
    `committer ${author.name ?? author.login} <${emailOf(author)}> ${Math.floor(atMs / 1000)} +0000`,
    data(message),
    ...(parent === undefined ? [] : [`from ${parent}`]),
    ...Object.entries(files).map(([path, text]) =>
      text === null ? `D ${JSON.stringify(path)}` : `M 100644 inline ${JSON.stringify(path)}\n${data(text)}`,
    ),
    "",
  ];
  await git(folder, ["fast-import", "--quiet", "--force"], `${lines.join("\n")}\n`);
  return (await git(folder, ["rev-parse", `refs/heads/${branch}`])).trim();
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}`;

/** All branches and tags with what they point to. */
export async function listRefs(folder: string): Promise<Map<string, string>> {
  const text = await git(folder, ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"]);
  const lines = text.trim().split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
