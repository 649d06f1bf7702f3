import { join } from "node:path";
import { namesOf } from "../core/names.ts";
import type { Task } from "../core/task.ts";

/** Where things of a runner lie under the state folder. */
export interface Places {
  /** The state folder itself. */
  readonly home: string;
  readonly tmuxSocket: string;
  /** The way out of the sandbox runs on a server of its own, so that `tmux ls` shows agents and nothing else. */
  readonly networkSocket: string;
  /** What the sandbox and its way out are made of. */
  readonly walls: string;
  /** What the gateway to the model's API knows: its key, and the tokens of living sessions. */
  readonly modelKey: string;
  /** Git of one repository: gate, workshop and workspaces. */
  repository(task: Task): string;
  /** Everything of one task beside its workspace. */
  task(task: Task): string;
  /** What the agent keeps from session to session of one task: its settings and conversations. */
  agentHome(task: Task): string;
  /** What package managers fetched for the task, for its set-up, its agent and its checks alike. */
  cache(task: Task): string;
  /** Files of the session that the task wants now. */
  run(task: Task): string;
  /** Files of a set-up or verify job. */
  job(task: Task, name: string): string;
}

export function placesIn(home: string): Places {
  const taskFolder = (task: Task) => join(home, "runs", task.id);
  return {
    home,
    tmuxSocket: join(home, "tmux.sock"),
    networkSocket: join(home, "network.sock"),
    walls: join(home, "sandbox"),
    modelKey: join(home, "model-key"),
    repository: (task) => join(home, "repositories", String(task.issue.repositoryId)),
    task: taskFolder,
    agentHome: (task) => join(taskFolder(task), "agent"),
    cache: (task) => join(taskFolder(task), "cache"),
    run: (task) => join(taskFolder(task), namesOf(task).runFolder),
    job: (task, name) => join(taskFolder(task), `job-${task.attempt}-${name}`),
  };
}
