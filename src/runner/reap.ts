import { rm } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../errors.ts";
import { namesIn } from "./git/files.ts";
import { createRepositoryStore, type RepositoryStore } from "./git/repository-store.ts";
import { issueOfRun, type Leftover } from "./leftovers.ts";
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
    const { issue = leftover.name } = leftover;
    const outcome = failed.has(issue) ? "left, since the rest of its task is" : await reapOne(leftover);
    if (outcome !== "removed") failed.add(issue);
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

  async function remove({ is, name, issue = "", paths }: Leftover): Promise<string> {
    switch (is) {
      case "session":
        await options.tmux.endSession(name);
        return "removed";
      case "workspace":
        await endProcesses(issue);
        return await removeWorkspace(issue, name);
      case "run":
        await endProcesses(issue);
        for (const path of paths) await rm(path, { recursive: true, force: true });
        return "removed";
      default:
        return is satisfies never;
    }
  }

  /** An agent may live on without its session, where no wall ended it: by this mark it is found. */
  async function endProcesses(issue: string): Promise<void> {
    const folder = join(options.home, "runs");
    const mine = (await namesIn(folder)).filter((name) => issueOfRun(name) === issue);
    const marks = [issue, ...mine].map((name) => [`COPPICE_TASK=${join(folder, name)}`]);
    const left = await endTree(createTreeLook({ pid: -1, born: undefined, marks }), 2_000);
    if (left.length > 0) {
      throw new KnownError("SESSION_LEFTOVERS", `processes ${left.map(({ pid }) => pid).join(", ")} do not end`);
    }
  }

  async function removeWorkspace(issue: string, name: string): Promise<string> {
    const store = storeOf(issue);
    const saved = await store.saveWork(name);
    if (saved.is === "refused")
      return `left: it can't be saved: ${saved.findings.map(({ words }) => words).join("; ")}`;
    return (await store.removeWorkspace(name)) === "removed" ? "removed" : "left: it changed meanwhile";
  }

  function storeOf(issue: string): RepositoryStore {
    const [id = ""] = issue.split("-");
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
