import { KnownError } from "../../errors.ts";
import type { Wall } from "../wall.ts";
import { gitArgv, runGit } from "./git-command.ts";
import type { Argv, GitResult, GitRun } from "./git-command.ts";
import { wordsOf } from "./git-words.ts";
import type { Desk, Layout } from "./layout.ts";

/** The paths of a workspace that an agent, and our own git on the agent's side, may write and read. */
export interface WorkspacePaths {
  readonly writable: readonly string[];
  readonly readable: readonly string[];
}

/**
 * All of a workspace is writable but its pointers and its configuration: those decide which repository and which programs a git uses
 * that a person starts in the tree. The folders above them are listed by themselves, since a wall can keep a mounted folder from being
 * moved away, but not the folder around it.
 */
export function pathsOf(layout: Layout, desk: Desk): WorkspacePaths {
  const { tree, repository, admin } = desk;
  return {
    writable: [tree, repository, `${repository}/worktrees`, admin],
    readable: [
      layout.gateObjects,
      `${tree}/.git`,
      `${admin}/commondir`,
      `${admin}/gitdir`,
      `${repository}/config`,
      `${repository}/hooks`,
      `${repository}/info`,
      `${repository}/objects/info/alternates`,
    ],
  };
}

/** Runs our git where the agent runs: behind the wall, in its workspace, without network. */
export interface AgentSide {
  readonly desk: Desk;
  /** An answer, whatever its exit code. @throws KnownError when there was none; what is thrown is no sign of anything. */
  git(args: readonly string[], run?: SideRun): Promise<GitResult>;
  /** Its output. @throws KnownError WORKSPACE_GIT when git refused. */
  ask(args: readonly string[], run?: SideRun): Promise<string>;
  /** Another program than git. */
  run(command: Argv, run?: SideRun): Promise<GitResult>;
  /** The argv behind the wall, for streams. */
  argv(args: readonly string[]): Argv;
}

export interface SideRun extends Pick<GitRun, "input" | "environment" | "limitMs"> {
  /** Another repository folder than the workspace's own. */
  readonly gitDir?: string;
  readonly alsoWritable?: readonly string[];
}

/**
 * With no more memory than any real repository needs. What git reads here the agent wrote: a HEAD that leads to /dev/zero would else fill
 * all there is. RLIMIT_DATA and not the address space, in which git maps whole packs.
 */
function bounded(command: Argv): Argv {
  return ["/bin/sh", "-c", `ulimit -d ${mostKilobytes} && exec "$@"`, "bounded", ...command];
}

const mostKilobytes = 2 * 1024 * 1024;

export interface AgentSideOptions {
  readonly layout: Layout;
  readonly wall: Wall;
  readonly signal?: AbortSignal | undefined;
}

export function createAgentSide({ layout, wall, signal }: AgentSideOptions, desk: Desk): AgentSide {
  const paths = pathsOf(layout, desk);
  const behindWall = (command: Argv, also: readonly string[] = []) =>
    wall.enter(
      { cwd: desk.tree, writable: [...paths.writable, ...also], readable: paths.readable, network: "none" },
      bounded(command),
    );
  const run = (command: Argv, { alsoWritable, ...more }: SideRun = {}) =>
    runGit(behindWall(command, alsoWritable), { cwd: desk.tree, signal, limitMs: 30_000, ...more });
  const gitHere = (args: readonly string[], gitDir = desk.admin) =>
    gitArgv(gitDir, `--work-tree=${desk.tree}`, ...args);
  const git = (args: readonly string[], more: SideRun = {}) => run(gitHere(args, more.gitDir), more);

  return {
    desk,
    git,
    run,
    ask: async (args, more) => {
      const result = await git(args, more);
      if (result.exitCode === 0) return result.stdout.toString();
      throw new KnownError(
        "WORKSPACE_GIT",
        `git ${args[0]} in workspace ${desk.name} failed: ${wordsOf(result.stderr)}`,
        {
          retry: "later",
        },
      );
    },
    argv: (args) => behindWall(gitHere(args)),
  };
}
