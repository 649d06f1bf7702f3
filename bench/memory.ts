import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, medians } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const quiet = "--disable-warning=ExperimentalWarning";

/** What our programs hold when they rest; the bound is a node that does nothing. */
export const memory: Bench = {
  name: "memory at rest",
  unit: "MB",
  measure: (rounds) =>
    medians(
      {
        "node itself": () => residentOf(["-e", wait]),
        "the agent's tools": () => residentOf([join(root, "src/runner/agents/mcp-server.ts"), tmpdir()]),
        "the service's code": () =>
          residentOf(["--input-type=module", "-e", `await import("${root}/src/main.ts");${wait}`]),
      },
      Math.min(rounds, 3),
    ),
};

const wait = "process.stdin.resume()";

/** @returns megabytes of a program that waits for its input, once they grow no more. */
async function residentOf(args: readonly string[]): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), "cop-"));
  const child = spawn(process.execPath, [quiet, ...args], { cwd, stdio: ["pipe", "ignore", "inherit"] });
  try {
    return await settled(child);
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
    await rm(cwd, { recursive: true });
  }
}

async function settled(child: ChildProcess): Promise<number> {
  let before = -1;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} instead of waiting`);
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    const now = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
    if (Math.abs(now - before) < 1) return now;
    before = now;
  }
}
