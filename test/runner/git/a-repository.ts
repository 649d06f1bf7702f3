import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { createRepositoryStore } from "../../../src/runner/git/repository-store.ts";
import type { RepositoryStore, RepositoryStoreOptions } from "../../../src/runner/git/repository-store.ts";
import { openWall } from "../../../src/runner/wall.ts";
import { startRemoteServer } from "./remote-server.ts";
import type { RemoteServer } from "./remote-server.ts";

/** A person's git: nobody's settings but its own. */
export const person: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Pat",
  GIT_AUTHOR_EMAIL: "pat@example.com",
  GIT_COMMITTER_NAME: "Pat",
  GIT_COMMITTER_EMAIL: "pat@example.com",
};

/** Plain git in a folder, as a person or an agent runs it. */
export function git(folder: string, ...args: readonly string[]): string {
  return gitWith({}, folder, ...args);
}

export function gitWith(
  more: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv },
  folder: string,
  ...args: readonly string[]
) {
  return execFileSync("git", args, {
    cwd: folder,
    env: { ...person, ...more.env },
    input: more.input ?? "",
    stdio: ["pipe", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}

export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function commit(folder: string, message: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  write(folder, files);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", message);
  return git(folder, "rev-parse", "HEAD");
}

export interface Bench {
  readonly root: string;
  readonly repositoryDir: string;
  /** What stands at "GitHub": a bare repository. */
  readonly upstream: string;
  /** A person's clone of it. */
  readonly clone: string;
  readonly server: RemoteServer;
  readonly store: RepositoryStore;
  /** Another store on the same folder, as after a restart, or with other options. */
  readonly reopen: (more?: Partial<RepositoryStoreOptions>) => RepositoryStore;
}

export const firstFiles = {
  "README.md": "# Sample\n",
  "src/main.js": "console.log(1);\n",
  ".gitignore": "ignored/\n*.log\n",
};

/** An upstream with one commit on main, served over HTTP, and a store on an empty folder. All of it goes with the test. */
export async function aRepository(
  more: Partial<RepositoryStoreOptions> = {},
  files: Readonly<Record<string, string>> = firstFiles,
): Promise<Bench> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "coppice-git-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const upstream = join(root, "github", "sample.git");
  const clone = join(root, "clone");
  mkdirSync(clone);
  git(clone, "init", "--quiet", "--initial-branch=main");
  commit(clone, "Begin", files);
  git(root, "clone", "--quiet", "--bare", clone, upstream);
  git(upstream, "config", "http.receivepack", "true");
  git(clone, "remote", "add", "origin", upstream);

  const server = await startRemoteServer(join(root, "github"));
  onTestFinished(() => server.close());
  const repositoryDir = join(root, "state", "sample");
  const reopen = (again: Partial<RepositoryStoreOptions> = {}) =>
    createRepositoryStore({
      repositoryDir,
      remoteUrl: `${server.url}/sample.git`,
      token: async () => server.token,
      wall: openWall,
      identity: { name: "Agent", email: "agent@example.com" },
      ...more,
      ...again,
    });
  return { root, repositoryDir, upstream, clone, server, store: reopen(), reopen };
}

/** The base of main, freshly fetched. */
export async function baseOf(store: RepositoryStore): Promise<{ readonly branch: string; readonly sha: string }> {
  const fetched = await store.fetchBase("main");
  if (fetched.is !== "fetched") throw new Error("main is not there");
  return { branch: "main", sha: fetched.sha };
}
