import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** One process as the machine shows it. `born` tells it from a later process with the same number. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** The session (setsid) that it belongs to: the pid of that session's leader. 0 where the machine doesn't say. */
  readonly session: number;
  readonly born: string;
  readonly name: string;
}

/** All processes that we can see. */
export async function listProcesses(): Promise<Process[]> {
  return process.platform === "linux" ? listFromProc() : listFromPs();
}

/** The process with this number, or "absent". */
export async function lookProcess(pid: number): Promise<Process | "absent"> {
  if (process.platform === "linux") return (await readProcess(pid)) ?? "absent";
  return (await listFromPs()).find((one) => one.pid === pid) ?? "absent";
}

/** Whether this very process still runs: same number and same birth. */
export async function isRunning(one: Pick<Process, "pid" | "born">): Promise<boolean> {
  const now = await lookProcess(one.pid);
  return now !== "absent" && now.born === one.born;
}

/** Where to look for what a session left running. */
export interface Root {
  /** The session's first process, which called setsid. It may be gone, and its number another's by now. */
  readonly pid: number;
  readonly born: string | undefined;
  /** Variables, as NAME=value, that its descendants inherited. One mark suffices; all variables of that mark must be there. */
  readonly marks: readonly (readonly string[])[];
}

/**
 * A look at the root, its descendants, and what else came from it: members of its setsid session, and processes that bear a mark (a
 * child that called setsid and lost its parent can only be found by what it inherited). What an earlier look found stays in sight when
 * its parent dies. Never this process itself.
 */
export function createTreeLook(root: Root): () => Promise<Process[]> {
  const known = new Map<number, string>(root.born === undefined ? [] : [[root.pid, root.born]]);
  return async () => {
    const all = await listProcesses();
    const isReused = all.some((one) => one.pid === root.pid && one.born !== root.born);
    const isKnown = (one: Process) => known.get(one.pid) === one.born || (!isReused && one.session === root.pid);
    const tree = new Set([...all.filter(isKnown).map((one) => one.pid), ...(await markedBy(all, root.marks))]);
    for (let before = -1; before !== tree.size; ) {
      before = tree.size;
      for (const one of all) if (tree.has(one.parent)) tree.add(one.pid);
    }
    tree.delete(process.pid);
    const found = all.filter((one) => tree.has(one.pid));
    for (const one of found) known.set(one.pid, one.born);
    return found;
  };
}

/**
 * Ends every process that `look` finds: TERM, up to `graceMs` of waiting, then KILL until none is left. It looks again each time, since a
 * dying process may still fork. Answers what would not die (a process stuck in the kernel, say).
 */
export async function endTree(look: () => Promise<Process[]>, graceMs: number): Promise<Process[]> {
  const asked = new Set<number>();
  const askedUntilMs = Date.now() + graceMs;
  let left = await look();
  while (left.length > 0 && Date.now() < askedUntilMs) {
    for (const one of left.filter((each) => !asked.has(each.pid) && !keepsWall(each))) {
      asked.add(one.pid);
      sendSignal(one.pid, "SIGTERM");
    }
    await sleep(50);
    left = await look();
  }
  for (let round = 0; left.length > 0 && round < 40; round += 1) {
    for (const one of left) sendSignal(one.pid, "SIGKILL");
    await sleep(50);
    left = await look();
  }
  return left;
}

/** bwrap passes no TERM on: it dies, and its children are killed with it before they could tidy up. It ends by itself after them. */
function keepsWall(one: Process): boolean {
  return one.name === "bwrap";
}

/** Sends a signal to a process that may be gone by now, or another's. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM");
}

async function listFromProc(): Promise<Process[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await inPortions(names, (name) => readProcess(Number(name)));
  return found.filter((one) => one !== undefined);
}

/** The name in /proc/PID/stat stands in brackets and may itself hold brackets and spaces: cut at the last one. Zombies count as gone. */
async function readProcess(pid: number): Promise<Process | undefined> {
  const stat = await readQuietly(`/proc/${pid}/stat`);
  const end = stat.lastIndexOf(")");
  if (end < 0) return undefined;
  const [state, parent, , session, ...rest] = stat.slice(end + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  const name = stat.slice(stat.indexOf("(") + 1, end);
  return { pid, parent: Number(parent), session: Number(session), born: rest[15] ?? "", name };
}

async function markedBy(all: readonly Process[], marks: Root["marks"]): Promise<number[]> {
  if (marks.length === 0 || process.platform !== "linux") return [];
  const checked = await inPortions(all, async ({ pid }) => {
    const environment = `\0${await readQuietly(`/proc/${pid}/environ`)}\0`;
    const bears = (mark: readonly string[]) => mark.every((variable) => environment.includes(`\0${variable}\0`));
    return marks.some(bears) ? pid : undefined;
  });
  return checked.filter((pid) => pid !== undefined);
}

/** On a machine with thousands of processes, all their files at once would be more than we may open. */
async function inPortions<From, To>(all: readonly From[], read: (one: From) => Promise<To>): Promise<To[]> {
  const found: To[] = [];
  for (let at = 0; at < all.length; at += 32) found.push(...(await Promise.all(all.slice(at, at + 32).map(read))));
  return found;
}

/** A process may go away, or belong to somebody else, while we look at it: both mean "not one of ours". */
async function readQuietly(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return "";
    throw error;
  }
}

async function listFromPs(): Promise<Process[]> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,stat=,lstart=,comm="], {
    env: { LC_ALL: "C" },
    timeout: 10_000,
  });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state, born, name] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.{24})\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state?.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), session: 0, born: born ?? "", name: name ?? "" }];
  });
}
