import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, it } from "vitest";
import { whyNoWall } from "../runner/sandbox/real-wall.ts";
import { temporaryFolder } from "../runner/agents/temporary-run.ts";

const program = fileURLToPath(new URL("fill-disk-store.ts", import.meta.url));
const noWall = await whyNoWall();

/** Behind bubblewrap a folder can be a disk of its own, of two megabytes. */
it.skipIf(noWall !== undefined)(
  "on a full disk a fact is refused in words, what was taken stays, and with room it goes on",
  async () => {
    const folder = await temporaryFolder();
    const disk = ["--dev-bind", "/", "/", "--size", "2000000", "--tmpfs", folder];
    const { stdout } = await execa("bwrap", [...disk, process.execPath, program, folder]);
    expect(JSON.parse(stdout)).toEqual({ said: "STORE_FULL", after: "taken", isWhole: true, hadSome: true });
  },
);
