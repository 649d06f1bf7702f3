import { mkdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { hasCode, writeWhole } from "./agents/safe-file.ts";
import { readTail } from "./job/log.ts";
import { type JobPlan, jobFolder, jobResult, markOf } from "./job/plan.ts";
import type { Tmux } from "./tmux.ts";
import type { Room, Wall } from "./wall.ts";

/** Commands of a repository (set-up, verify) in a session of their own, where they can be watched and outlive a restart of ours. */
export interface JobStart extends JobPlace {
  readonly cwd: string;
  /** Shell lines, run one after the other until one fails. */
  readonly commands: readonly string[];
  /** The whole environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  readonly wall: Wall;
  readonly room: Room;
  /** For all commands together. */
  readonly timeLimitMs: number;
  readonly mostLogBytes?: number;
}

/** Where a job is found again. Another round of the same commands is another job: another name and another folder. */
export interface JobPlace {
  readonly name: string;
  readonly folder: string;
}

export type JobSight =
  | { readonly is: "absent" }
  | { readonly is: "running" }
  | { readonly is: "passed" }
  /** `status` in words: "1", "signal SIGKILL", "time limit of 600 s". `tail`: the last lines of the output, without escapes. */
  | { readonly is: "failed"; readonly command: string; readonly status: string; readonly tail: string }
  /** It was cut off before it had a result (a reboot, a killed tmux): start it again. */
  | { readonly is: "lost" }
  | { readonly is: "unknown"; readonly why: string };

export interface Jobs {
  /** Starts the job unless it runs or has a result. Throws KnownError when the wall or the session can't be had. */
  startJob(start: JobStart): Promise<void>;
  lookJob(place: JobPlace): Promise<JobSight>;
  /** Ends what runs and forgets the result. Done already is fine. */
  dropJob(place: JobPlace): Promise<void>;
}

const program = fileURLToPath(
  new URL(`./job/program.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);
const nodeOptions = ["--disable-sigusr1", "--disable-warning=ExperimentalWarning"];

export function createJobs(tmux: Tmux): Jobs {
  async function lookJob({ name, folder }: JobPlace): Promise<JobSight> {
    // The session first: a job that ends in between has written its result before its session ends.
    const session = await tmux.lookSession(name);
    const result = await readResult(folder);
    if (result?.is === "failed") return { ...result, tail: await readTail(jobFolder(folder)) };
    if (result !== undefined) return result;
    if (session.is === "unknown") return session;
    if (session.is === "absent") return { is: (await hasPlan(folder)) ? "lost" : "absent" };
    return { is: session.is === "alive" ? "running" : "lost" };
  }

  async function startJob(start: JobStart): Promise<void> {
    const { name, folder, cwd } = start;
    const plan = planOf(start);
    const before = await lookJob(start);
    if (before.is === "running" || before.is === "passed" || before.is === "failed") return;
    if (before.is === "lost") await dropJob(start);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeWhole(jobFolder(folder).plan, JSON.stringify(plan));
    await tmux.startSession({
      name,
      cwd,
      argv: ["/usr/bin/env", "-i", process.execPath, ...nodeOptions, program, folder],
    });
  }

  async function dropJob({ name, folder }: JobPlace): Promise<void> {
    await tmux.endSession(name, { mark: markOf(folder) });
    await rm(folder, { recursive: true, force: true });
  }

  return { startJob, lookJob, dropJob };
}

function planOf(start: JobStart): JobPlan {
  const { cwd, commands, environment, wall, room, timeLimitMs, mostLogBytes = 4 * 1024 * 1024 } = start;
  const steps = commands.map((command) => {
    const [first, ...rest] = wall.enter(room, ["/bin/sh", "-c", command]);
    return { command, argv: [first, ...rest] satisfies [string, ...string[]] };
  });
  return { cwd, environment, steps, timeLimitMs, mostLogBytes };
}

async function readResult(folder: string) {
  const text = await readOurs(jobFolder(folder).result);
  return text === undefined ? undefined : jobResult.parse(JSON.parse(text));
}

async function hasPlan(folder: string): Promise<boolean> {
  return (await readOurs(jobFolder(folder).plan)) !== undefined;
}

async function readOurs(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
