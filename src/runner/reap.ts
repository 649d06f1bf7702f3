import { rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../errors.ts";
import { createRepositoryStore, type RepositoryStore } from "./git/repository-store.ts";
import type { Leftover } from "./leftovers.ts";
import { createTreeLook, endTree } from "./process-tree.ts";
import type { Tmux } from "./tmux.ts";
import type { Wall } from "./wall.ts";

export interface ReapOptions {
  readonly home: string;
  readonly tmux: Pick<Tmux, "endSession">;
  /** @throws KnownError when there is none for that repository. */
  readonly wallFor: (repositoryId: number) => Wall;
  readonly keepSavedMs: number | undefined;
}

export interface Reaped {
  readonly leftover: Leftover;
  /** "removed", or why it was left. */
  readonly outcome: string;
}

/**
 * Takes leftovers away: sessions end, what workspaces hold is saved under a ref before they go. What can't be is left, and so is the rest of its
 * task. Only for who has the store's lock: a service could be about to use them.
 */
export async function reap(leftovers: readonly Leftover[], options: ReapOptions): Promise<readonly Reaped[]> {
  const failed = new Set<string>();
  const stores = new Map<string, RepositoryStore>();
  const reaped: Reaped[] = [];
  for (const leftover of leftovers) {
    const outcome = failed.has(leftover.taskId) ? "left, since the rest of its task is" : await reapOne(leftover);
    if (outcome !== "removed") failed.add(leftover.taskId);
    reaped.push({ leftover, outcome });
  }
  for (const store of stores.values()) await store.sweep();
  return reaped;

  async function reapOne(leftover: Leftover): Promise<string> {
    try {
      return await remove(leftover);
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      return `left: ${error.message}`;
    }
  }

  async function remove({ is, name, taskId, paths }: Leftover): Promise<string> {
    switch (is) {
      case "session":
        await options.tmux.endSession(name, { mark: markOf(taskId) });
        return "removed";
      case "workspace":
        await endProcesses(taskId);
        return await removeWorkspace(taskId, name);
      case "run":
        for (const path of paths) await rm(path, { recursive: true, force: true });
        return "removed";
      default:
        return is satisfies never;
    }
  }

  function markOf(taskId: string): string {
    return `COPPICE_TASK=${join(options.home, "runs", taskId)}`;
  }

  /** An agent may live on without its session, where no wall ended it. */
  async function endProcesses(taskId: string): Promise<void> {
    const left = await endTree(createTreeLook({ pid: -1, born: undefined, marks: [[markOf(taskId)]] }), 2_000);
    if (left.length > 0) {
      throw new KnownError("SESSION_LEFTOVERS", `processes ${left.map(({ pid }) => pid).join(", ")} do not end`);
    }
  }

  async function removeWorkspace(taskId: string, name: string): Promise<string> {
    const store = storeOf(taskId);
    const saved = await store.saveWork(name);
    if (saved.is === "refused")
      return `left: it can't be saved: ${saved.findings.map(({ words }) => words).join("; ")}`;
    return (await store.removeWorkspace(name)) === "removed" ? "removed" : "left: it changed meanwhile";
  }

  function storeOf(taskId: string): RepositoryStore {
    const [id = ""] = taskId.split("-");
    const known = stores.get(id);
    if (known !== undefined) return known;
    const store = createRepositoryStore({
      repositoryDir: join(options.home, "repositories", id),
      remoteUrl: "https://unused.invalid/",
      token: async () => {
        throw new KnownError("GATE_OFFLINE", "its gate has to be fetched anew first; start the service once");
      },
      wall: options.wallFor(Number(id)),
      identity: { name: "Coppice", email: "coppice@localhost" },
      keepSavedMs: options.keepSavedMs,
    });
    stores.set(id, store);
    return store;
  }
}
