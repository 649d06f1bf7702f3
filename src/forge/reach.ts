import type { ForgeSight } from "../core/sight.ts";
import type { Task } from "../core/task.ts";
import { hasStatus } from "./failures.ts";
import type { LookForStanding } from "./standing.ts";

type Look = (task: Task) => Promise<ForgeSight>;

/** Looks at an issue wherever it is by now, and knows when it is out of reach. */
export interface Reach {
  readonly look: Look;
  /** GitHub refused something about this repository: it is looked at more closely the next time. */
  suspect(repositoryId: number): void;
}

export function createReach(look: Look, lookForStanding: LookForStanding): Reach {
  const suspects = new Set<number>();

  async function closely(task: Task): Promise<ForgeSight | undefined> {
    const standing = await lookForStanding(task.issue);
    if (standing === undefined) return undefined;
    if ("unreachable" in standing) return { issue: "open", labels: [], pull: "none", ...standing };
    suspects.delete(task.issue.repositoryId);
    return { ...(await look({ ...task, issue: { ...task.issue, ...standing.place } })), ...standing };
  }

  return {
    suspect: (repositoryId) => void suspects.add(repositoryId),
    async look(task) {
      if (suspects.has(task.issue.repositoryId)) return (await closely(task)) ?? (await look(task));
      try {
        return await look(task);
      } catch (error) {
        if (!hasStatus(error, 401, 403, 404, 410)) throw error;
        const found = await closely(task);
        if (found === undefined) throw error;
        return found;
      }
    },
  };
}
