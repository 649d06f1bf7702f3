import { randomUUID } from "node:crypto";
import { execa } from "execa";
import { KnownError } from "../../errors.ts";
import { createTreeLook, endTree } from "../process-tree.ts";
import { wordsOf } from "./git-words.ts";

/** A command with its arguments, as it is started. */
export type Argv = readonly [string, ...string[]];

export interface GitRun {
  readonly cwd: string;
  /** Added to the emptied environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Buffer | undefined;
  /** Readable once, by git's children, on file descriptor 3; nowhere else. */
  readonly secret?: string | undefined;
  readonly limitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStderr?: ((text: string) => void) | undefined;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const mostOutputBytes = 64 * 1024 * 1024;

/**
 * The whole environment of every git of ours: nobody's configuration, no prompt, no lazy fetch, and English messages, since we
 * read them. `GIT_OPTIONAL_LOCKS=0` keeps our looks from taking index.lock under an agent's hands.
 */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "false",
    GIT_SSH_COMMAND: "false",
    GIT_EDITOR: "false",
    GIT_PAGER: "cat",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_DEFAULT_HASH: "sha1",
    GIT_DEFAULT_REF_FORMAT: "files",
    ...more,
  };
}

/** Since 2.54 git also runs hooks that are named in the configuration, whatever core.hooksPath says. */
const hookEvents = [
  "pre-commit",
  "prepare-commit-msg",
  "commit-msg",
  "post-commit",
  "pre-merge-commit",
  "post-merge",
  "pre-rebase",
  "post-rewrite",
  "post-checkout",
  "post-index-change",
  "reference-transaction",
  "pre-push",
  "pre-auto-gc",
  "fsmonitor-watchman",
];

/**
 * What is set on every command line. In the gate, whose configuration is ours, it is a belt besides the braces. In a workspace
 * without a wall it is all there is, and it can't be complete: the names of filters and merge drivers are free.
 */
const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.askPass=false",
  "core.sshCommand=false",
  "core.editor=false",
  "core.pager=cat",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "credential.helper=",
  "http.followRedirects=false",
  "protocol.ext.allow=never",
  "submodule.recurse=false",
  "diff.ignoreSubmodules=all",
  "fetch.recurseSubmodules=false",
  "push.recurseSubmodules=no",
  "commit.gpgSign=false",
  "push.gpgSign=false",
  "log.showSignature=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.addEmbeddedRepo=false",
  ...hookEvents.map((event) => `hook.${event}.enabled=false`),
].flatMap((setting) => ["-c", setting]);

/** git on a repository folder that is named, never discovered. */
export function gitArgv(gitDir: string, ...args: readonly string[]): Argv {
  return gitArgvWith([], gitDir, ...args);
}

/** The same with settings for this one command, as `NAME=VALUE`. */
export function gitArgvWith(more: readonly string[], gitDir: string, ...args: readonly string[]): Argv {
  return ["git", ...settings, ...more.flatMap((setting) => ["-c", setting]), `--git-dir=${gitDir}`, ...args];
}

/** The options of a process of ours: its environment, its own process group, and how it is ended. */
export function processOptions(run: GitRun) {
  return {
    cwd: run.cwd,
    env: gitEnvironment(run.environment),
    extendEnv: false,
    encoding: "buffer",
    reject: false,
    stripFinalNewline: false,
    timeout: run.limitMs ?? 60_000,
    killDescendants: true,
    forceKillAfterDelay: 1_000,
    maxBuffer: mostOutputBytes,
    ...(run.signal ? { cancelSignal: run.signal } : {}),
  } as const;
}

/**
 * Runs git, or git behind a wall, to its end. A refusal of git's is an answer (`exitCode`).
 * @throws KnownError when git could not be run to its end: it is missing, took too long, said too much, was killed.
 */
export async function runGit(argv: Argv, run: GitRun): Promise<GitResult> {
  const [file, ...args] = argv;
  const name = randomUUID();
  const started = execa(file, args, {
    ...processOptions({ ...run, environment: { ...run.environment, [mark]: name } }),
    stdio: [
      run.input === undefined ? "ignore" : [Buffer.from(run.input)].values(),
      "pipe",
      "pipe",
      ...(run.secret === undefined ? [] : [[Buffer.from(run.secret)].values()]),
    ],
  });
  let rest: Promise<unknown> | undefined;
  started.nodeChildProcess.once("exit", (_code, signal) => {
    if (signal !== null) rest = endRest(name).catch((error: unknown) => error);
  });
  if (run.onStderr) started.stderr.on("data", (chunk: Buffer) => run.onStderr?.(chunk.toString()));
  const result = await started;
  const failure = await rest;
  if (failure !== undefined) throw failure;
  return ended(argv, result);
}

/** By this variable the processes of one command are found. */
const mark = "COPPICE_COMMAND";

/**
 * A wall that is killed while it is being built may leave its inner half behind: it has a process group of its own, and does not yet
 * die with its parent. It would run on, and hold the pipes open that we read to their end.
 */
async function endRest(name: string): Promise<void> {
  await endTree(createTreeLook({ pid: -1, born: undefined, marks: [[`${mark}=${name}`]] }), 0);
}

/** Like `runGit`, for calls that have no business to fail. */
export async function runGitOrThrow(argv: Argv, run: GitRun): Promise<string> {
  const result = await runGit(argv, run);
  if (result.exitCode !== 0) throw gitFailed(argv, result.stderr);
  return result.stdout.toString();
}

export function gitFailed(argv: Argv, stderr: string): KnownError {
  return new KnownError("GIT_FAILED", `git ${verbOf(argv)} failed: ${wordsOf(stderr)}`, { retry: "later" });
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly isCanceled: boolean;
  readonly isMaxBuffer: boolean;
  readonly durationMs: number;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/** Tells an answer of git's from no answer at all. Never says more of the command than its verb: arguments may be long or hostile. */
export function ended(argv: Argv, result: Ended): GitResult {
  const verb = verbOf(argv);
  if (result.isCanceled) throw new KnownError("GIT_STOPPED", `git ${verb} was stopped`, { retry: "now" });
  if (result.timedOut) {
    const seconds = Math.round(result.durationMs / 1000);
    throw new KnownError("GIT_TIMEOUT", `git ${verb} did not end within ${seconds} s`, { retry: "later" });
  }
  if (result.isMaxBuffer) throw new KnownError("GIT_OUTPUT", `git ${verb} said more than we can hold`);
  if (result.code === "ENOENT") {
    throw new KnownError("GIT_ABSENT", `${argv[0]} could not be started`, {
      hint: "Is git installed, and on the PATH of the service? Is the folder there?",
      retry: "later",
    });
  }
  if (result.exitCode === undefined) {
    const by = result.signal ?? result.code ?? "somebody";
    throw new KnownError("GIT_KILLED", `git ${verb} was ended by ${by}`, { retry: "now" });
  }
  return { exitCode: result.exitCode, stdout: bytesOf(result.stdout), stderr: bytesOf(result.stderr).toString() };
}

function bytesOf(output: unknown): Buffer {
  return output instanceof Uint8Array
    ? Buffer.from(output.buffer, output.byteOffset, output.byteLength)
    : Buffer.alloc(0);
}

const verbs = /^(?:[a-z]+-)*[a-z]+$/;

function verbOf(argv: Argv): string {
  const afterDir = argv.findIndex((arg) => arg.startsWith("--git-dir=")) + 1;
  return argv.slice(Math.max(afterDir, 1)).find((arg) => verbs.test(arg)) ?? argv[0];
}
