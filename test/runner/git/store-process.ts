import { execa } from "execa";
import { createRepositoryStore } from "../../../src/runner/git/repository-store.ts";
import { openWall } from "../../../src/runner/wall.ts";
import type { Wall } from "../../../src/runner/wall.ts";

/** What a store in a process of its own is to do until it is killed. */
export interface Orders {
  readonly repositoryDir: string;
  readonly remoteUrl: string;
  readonly does: "fetch" | "create";
  /** The shell line that runs in place of a command behind the wall; the command is `"$@"`. */
  readonly wall?: string;
}

/** Starts a store in another process, so that it can be killed as by a power cut. */
export async function startStore(orders: Orders): Promise<{ kill(): Promise<void> }> {
  const child = execa(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", import.meta.filename, JSON.stringify(orders)],
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

async function obey(orders: Orders): Promise<void> {
  const { wall } = orders;
  const stalling: Wall = { kind: "none", enter: (_room, command) => ["sh", "-c", wall ?? "", "sh", ...command] };
  const store = createRepositoryStore({
    repositoryDir: orders.repositoryDir,
    remoteUrl: orders.remoteUrl,
    token: async () => undefined,
    wall: wall === undefined ? openWall : stalling,
    identity: { name: "Agent", email: "agent@example.com" },
  });
  const base = await store.fetchBase("main");
  if (orders.does === "create" && base.is === "fetched")
    await store.createWorkspace("w1", { branch: "main", sha: base.sha });
}

if (process.argv[1] === import.meta.filename) await obey(JSON.parse(process.argv[2] ?? "") as Orders);
