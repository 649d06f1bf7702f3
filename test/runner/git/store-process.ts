import { execa } from "execa";
import { z } from "zod";
import { createRepositoryStore } from "../../../src/runner/git/repository-store.ts";
import { openWall } from "../../../src/runner/wall.ts";
import type { Wall } from "../../../src/runner/wall.ts";

/** What a store in a process of its own is to do until it is killed. */
const orders = z.object({
  repositoryDir: z.string(),
  remoteUrl: z.string(),
  does: z.enum(["fetch", "create"]),
  /** The shell line that runs in place of a command behind the wall; the command is `"$@"`. */
  wall: z.string().optional(),
});

type Orders = z.infer<typeof orders>;

/** Starts a store in another process, so that it can be killed as by a power cut. */
export async function startStore(given: Orders): Promise<{ kill(): Promise<void> }> {
  const child = execa(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", import.meta.filename, JSON.stringify(given)],
    {
      reject: false,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}

async function obey({ wall, repositoryDir, remoteUrl, does }: Orders): Promise<void> {
  const stalling: Wall = { kind: "none", enter: (_room, command) => ["sh", "-c", wall ?? "", "sh", ...command] };
  const store = createRepositoryStore({
    repositoryDir,
    remoteUrl,
    token: async () => undefined,
    wall: wall === undefined ? openWall : stalling,
    identity: { name: "Agent", email: "agent@example.com" },
  });
  const base = await store.fetchBase("main");
  if (does === "create" && base.is === "fetched") await store.createWorkspace("w1", { branch: "main", sha: base.sha });
}

if (process.argv[1] === import.meta.filename) await obey(orders.parse(JSON.parse(process.argv[2] ?? "")));
