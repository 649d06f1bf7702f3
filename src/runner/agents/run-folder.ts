import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * The files of one run, outside the workspace. Only `spool` is ever written by the agent's side (so a sandbox binds that
 * one writable and the rest read-only); what is read from there is hostile until parsed.
 */
export type RunFolder = {
  readonly path: string;
  /** What the agent is to do, as a file: raw issue text in a prompt could attach any local file. */
  readonly brief: string;
  /** Our standing instructions for the agent, added to its system prompt. */
  readonly instructions: string;
  /** What the adapter needs to find the session again after a restart of the bot. No secrets. */
  readonly facts: string;
  /** The agent's whole environment, secrets included (0600). The launcher removes it once it has read it. */
  readonly env: string;
  /** The program of the pane. */
  readonly launch: string;
  /** The agent's exit status, once it has ended. */
  readonly exit: string;
  /** Agent → us: one file per event. */
  readonly spool: string;
  /** Us → agent: one file per answered event, with the event's name. */
  readonly answers: string;
  /** The agent's last figures, written from its side. */
  readonly status: string;
  /** Files from the spool that were not events. */
  readonly quarantine: string;
  /** For the runner: what the pane printed. */
  readonly log: string;
};

/** The paths of a run's files; touches nothing. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    brief: join(path, "brief.md"),
    instructions: join(path, "instructions.md"),
    facts: join(path, "facts.json"),
    env: join(path, "env"),
    launch: join(path, "launch.sh"),
    exit: join(path, "exit"),
    spool: join(path, "spool"),
    answers: join(path, "answers"),
    status: join(path, "spool", "status.json"),
    quarantine: join(path, "quarantine"),
    log: join(path, "log"),
  };
}

/** The mark by which our tools say that the agent has found them. */
export function toolsReady(run: RunFolder): string {
  return join(run.spool, "tmp", "tools-ready");
}

/** Makes the folders of a run, for the owner's eyes only. Repeating it is harmless. */
export async function makeRunFolder(path: string): Promise<RunFolder> {
  const run = runFolder(path);
  const folders = [run.path, run.spool, join(run.spool, "tmp"), run.answers, run.quarantine];
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  return run;
}
