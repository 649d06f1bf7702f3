import { namesOf } from "../core/names.ts";
import { refOf, type Task, type TaskRef } from "../core/task.ts";
import { runFolder } from "./agents/run-folder.ts";
import { watchSpool } from "./agents/spool.ts";
import type { Places } from "./places.ts";

/** Keeps an ear on the spool of each running session, so that a pass begins when the agent says something. */
export interface Watches {
  /** Listens to the session that the task has now, or to none when its run is over. */
  keep(task: Task): void;
  stop(): void;
}

export function createWatches(places: Places, onNews: (task: TaskRef) => void): Watches {
  const kept = new Map<string, { readonly folder: string; stop(): void }>();

  function drop(taskId: string): void {
    kept.get(taskId)?.stop();
    kept.delete(taskId);
  }

  return {
    keep(task) {
      const isRunning = task.phase.at === "working" || task.phase.at === "waiting";
      const folder = namesOf(task).runFolder;
      if (isRunning && kept.get(task.id)?.folder === folder) return;
      drop(task.id);
      if (!isRunning) return;
      const { stop } = watchSpool(runFolder(places.run(task)), () => onNews(refOf(task)));
      kept.set(task.id, { folder, stop });
    },
    stop() {
      for (const id of kept.keys()) drop(id);
    },
  };
}
