import { taskId } from "../core/task.ts";
import type { Store } from "./ports.ts";

/**
 * A branch has other commits than before: open pull requests into it may conflict now, or lack something, so their tasks are looked at
 * again. GitHub tells nothing of that by itself.
 * @param key the same for one move, so that it is noted once. @returns whether there was anything to note.
 */
export async function noteMovedBase(
  store: Pick<Store, "live" | "load" | "note">,
  repositoryId: number,
  branch: string,
  key: string,
  nowMs: number,
): Promise<boolean> {
  const here = (await store.live()).filter((ref) => ref.repositoryId === repositoryId);
  let hasNews = false;
  for (const ref of here) {
    const { task } = (await store.load(taskId(ref))) ?? {};
    if (task?.phase.at !== "in-review" || task.base?.branch !== branch) continue;
    const { id, issue } = task;
    const fact = { kind: "touched", what: `${branch} moved` } as const;
    hasNews = (await store.note(`${key} base ${id}`, { is: "issue", issue, task: id }, fact, nowMs)) || hasNews;
  }
  return hasNews;
}
