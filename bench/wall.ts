import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNetwork } from "../src/runner/sandbox/network.ts";
import { findWall } from "../src/runner/sandbox/find-wall.ts";
import { createTmux } from "../src/runner/tmux.ts";
import { openWall, type Room } from "../src/runner/wall.ts";
import { type Bench, medians, timed, type Try } from "./measure.ts";

/** A command that starts twenty processes, one after the other, and ends. */
const script = "i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done";

export const wall: Bench = {
  name: "a command behind the wall",
  unit: "ms",
  async measure(rounds) {
    const folder = await mkdtemp(join(tmpdir(), "cop-"));
    const tmux = createTmux({ socketPath: join(folder, "tmux.sock") });
    try {
      return await medians(await triesIn(folder, tmux), rounds);
    } finally {
      await tmux.endServer();
      await rm(folder, { recursive: true });
    }
  },
};

async function triesIn(folder: string, tmux: ReturnType<typeof createTmux>): Promise<Record<string, Try>> {
  const network = createNetwork({ tmux, folder: join(folder, "net"), allowed: { hosts: [], localPorts: [] } });
  await network.open();
  const found = await findWall({ folder: join(folder, "wall"), tools: [], hidden: [], network: network.way });
  if (found.is !== "found") throw new Error(`${found.why}. ${found.cure}`);
  const cwd = join(folder, "tree");
  await mkdir(cwd);
  const room = (way: Room["network"]): Room => ({ cwd, writable: [cwd], readable: [], network: way });
  return {
    "no wall": () => run(openWall.enter(room("none"), ["/bin/sh", "-c", script])),
    "no network": () => run(found.wall.enter(room("none"), ["/bin/sh", "-c", script])),
    "network by the proxy": () => run(found.wall.enter(room("allowed"), ["/bin/sh", "-c", script])),
  };
}

function run([file, ...args]: readonly [string, ...string[]]): Promise<number> {
  return timed(() => execFileSync(file, args));
}
