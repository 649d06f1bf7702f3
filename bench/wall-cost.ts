import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNetwork } from "../src/runner/sandbox/network.ts";
import { findWall } from "../src/runner/sandbox/find-wall.ts";
import { createTmux } from "../src/runner/tmux.ts";
import { openWall, type Room } from "../src/runner/wall.ts";

/**
 * What the wall costs when a command starts and ends: `node bench/wall-cost.ts [rounds]`. Medians of interleaved rounds in ms; read the
 * differences. The first column runs `true`, the second one 20 processes one after the other.
 */
const rounds = Number(process.argv[2] ?? 30);
const folder = await mkdtemp(join(tmpdir(), "cop-"));
const tmux = createTmux({ socketPath: join(folder, "tmux.sock") });
const network = createNetwork({ tmux, folder: join(folder, "net"), allowed: { hosts: [], localPorts: [] } });
await network.open();
const found = await findWall({ folder: join(folder, "wall"), tools: [], hidden: [], network: network.way });
if (found.is !== "found") throw new Error(`${found.why}. ${found.cure}`);

const cwd = join(folder, "tree");
await mkdir(cwd);
const room = (way: Room["network"]): Room => ({ cwd, writable: [cwd], readable: [], network: way });
const many = "i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done";
const kinds = {
  "no wall": (script: string) => openWall.enter(room("none"), ["/bin/sh", "-c", script]),
  "wall, no network": (script: string) => found.wall.enter(room("none"), ["/bin/sh", "-c", script]),
  "wall, network by the proxy": (script: string) => found.wall.enter(room("allowed"), ["/bin/sh", "-c", script]),
};

const times = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const [kind, enter] of Object.entries(kinds)) {
    for (const script of ["true", many]) {
      const startedMs = performance.now();
      const [file, ...args] = enter(script);
      execFileSync(file, args, { stdio: "ignore" });
      const key = `${kind}\t${script === many ? "20 processes" : "true"}`;
      times.set(key, [...(times.get(key) ?? []), performance.now() - startedMs]);
    }
  }
}
for (const [key, list] of times) console.log(`${key}\t${median(list).toFixed(1)} ms`);

await tmux.endServer();
await rm(folder, { recursive: true });

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
