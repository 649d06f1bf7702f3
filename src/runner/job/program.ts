import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { writeWhole } from "../agents/safe-file.ts";
import { createTreeLook, endTree, lookProcess } from "../process-tree.ts";
import { openLog } from "./log.ts";
import { type JobPlan, type JobResult, jobFolder, jobPlan, jobVariable, markOf } from "./plan.ts";

/**
 * The program of a job's pane: `program.ts <folder>`. It runs the commands one after the other and writes how it went. It needs nobody
 * outside, so a job goes on while the service is restarted.
 */
const folder = process.argv[2] ?? "";
const files = jobFolder(folder);
const plan = jobPlan.parse(JSON.parse(await readFile(files.plan, "utf8")));
const log = openLog(files, plan.mostLogBytes);
const endsAtMs = Date.now() + plan.timeLimitMs;

/** A person's Ctrl-C is an end that counts. TERM and HUP come when the machine or tmux goes down: then no result is written. */
let stopped: "by a person" | "from outside" | undefined;
const stop = new AbortController();
process.on("SIGINT", () => stopNow("by a person"));
process.on("SIGTERM", () => stopNow("from outside"));
process.on("SIGHUP", () => stopNow("from outside"));

const result = await runAll();
log.close();
if (stopped !== "from outside") await writeWhole(files.result, JSON.stringify(result));
process.exitCode = result.is === "passed" ? 0 : 1;

async function runAll(): Promise<JobResult> {
  for (const step of plan.steps) {
    say(`$ ${step.command}\n`);
    const status = await runStep(step.argv);
    if (status === "0") continue;
    say(`\n[${step.command}: ${status}]\n`);
    return { is: "failed", command: step.command, status };
  }
  return { is: "passed" };
}

/** The status in words: "0", "1", "signal SIGSEGV", "time limit of 600 s", "stopped by a person". */
async function runStep([program, ...args]: JobPlan["steps"][number]["argv"]): Promise<string> {
  const child = spawn(program, args, {
    cwd: plan.cwd,
    env: { ...plan.environment, [jobVariable]: folder },
    stdio: ["ignore", "pipe", "pipe"],
    // A session of its own, by which its leftovers are found.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", say);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const ended = await Promise.race([endOf(child), limit()]);
  const left = await endTree(await lookAtTree(child.pid), ended.isOver ? 500 : 5000);
  if (left.length > 0) say(`\n[processes ${left.map((one) => one.pid).join(", ")} do not end]\n`);
  // What is still in the pipes; nobody is left to hold them open.
  await Promise.race([closed, sleep(1000)]);
  return ended.status;
}

interface End {
  readonly isOver: boolean;
  readonly status: string;
}

/** `exit`, not `close`: what a command left in the background would keep its output open for ever. */
function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ isOver: true, status: `not started (${error.message})` }));
    child.once("exit", (status, signal) =>
      resolve({ isOver: true, status: signal ? `signal ${signal}` : String(status) }),
    );
  });
}

/** The command's own session, and what bears its mark. A number that is another's by now doesn't match in its birth. */
async function lookAtTree(pid: number | undefined): Promise<ReturnType<typeof createTreeLook>> {
  const first = pid === undefined ? "absent" : await lookProcess(pid);
  const born = first === "absent" ? undefined : first.born;
  return createTreeLook({ pid: pid ?? -1, born, marks: [[markOf(folder)]] });
}

async function limit(): Promise<End> {
  try {
    await sleep(Math.max(0, endsAtMs - Date.now()), undefined, { signal: stop.signal, ref: false });
    return { isOver: false, status: `time limit of ${Math.round(plan.timeLimitMs / 1000)} s` };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { isOver: false, status: `stopped ${stopped}` };
  }
}

function stopNow(by: NonNullable<typeof stopped>): void {
  stopped = by;
  stop.abort();
}

function say(chunk: string | Uint8Array): void {
  const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  process.stdout.write(bytes);
  log.write(bytes);
}
