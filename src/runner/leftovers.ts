import { join } from "node:path";
import { KnownError } from "../errors.ts";
import { namesIn } from "./git/files.ts";
import { createGateRefs } from "./git/gate-refs.ts";
import { layoutOf } from "./git/layout.ts";
import { exists } from "./git/files.ts";
import type { Tmux } from "./tmux.ts";

/** Something on this machine whose task does not need it: its task is over, or the store knows of none. */
export interface Leftover {
  readonly is: "session" | "workspace" | "run";
  /** The task's, worked out from the name. */
  readonly taskId: string;
  readonly task: "over" | "unknown";
  readonly name: string;
  /** Where it lies; nothing for a session. */
  readonly paths: readonly string[];
}

export interface FindOptions {
  /** The state folder. */
  readonly home: string;
  readonly tmux: Pick<Tmux, "lookAll">;
  /** What the store says about a task. */
  readonly stateOf: (taskId: string) => "live" | "over" | "unknown";
}

/**
 * Finds what is left over in a state folder; sessions first. Everything of an issue whose task is live is in use, also what belongs to
 * an earlier attempt: the loop looks after it. Changes nothing.
 * @throws KnownError LEFTOVERS_UNSEEN when tmux can't be asked: then nothing is known to be left over.
 */
export async function findLeftovers({ home, tmux, stateOf }: FindOptions): Promise<readonly Leftover[]> {
  const found = [...(await sessions(tmux)), ...(await workspaces(home)), ...(await runs(home))];
  return found.flatMap((one) => {
    const task = stateOf(one.taskId);
    return task === "live" ? [] : [{ ...one, task }];
  });
}

type Found = Omit<Leftover, "task">;

async function sessions(tmux: FindOptions["tmux"]): Promise<readonly Found[]> {
  const all = await tmux.lookAll();
  if (all.is === "unknown") {
    throw new KnownError("LEFTOVERS_UNSEEN", `tmux could not be asked for its sessions: ${all.why}`, {
      retry: "later",
    });
  }
  return [...all.sessions.keys()].flatMap((name) => {
    const [, repository = "", number] = /^.+-([0-9a-z]+)-(\d+)(?:_[0-9A-Za-z-]+)?$/.exec(name) ?? [];
    if (number === undefined) return [];
    return [{ is: "session", taskId: `${Number.parseInt(repository, 36)}-${number}`, name, paths: [] } as const];
  });
}

async function workspaces(home: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const id of await namesIn(join(home, "repositories"))) {
    const root = join(home, "repositories", id);
    for (const name of /^\d+$/.test(id) ? await workspaceNames(root) : []) {
      const number = /^issue-(\d+)-/.exec(name)?.[1];
      if (number === undefined) continue;
      const { trees, privates } = layoutOf(root);
      const paths = [join(trees, name), join(privates, `${name}.git`)];
      found.push({ is: "workspace", taskId: `${id}-${number}`, name, paths });
    }
  }
  return found;
}

/** All names of which anything is there: a whole workspace, parts of one, or only our marks in the gate. */
async function workspaceNames(root: string): Promise<readonly string[]> {
  const layout = layoutOf(root);
  const marks = ["refs/coppice/keep/", "refs/coppice/tasks/"];
  const marked = (await exists(layout.gate)) ? await createGateRefs(layout.gate).list("refs/coppice/") : [];
  const names = [
    ...(await namesIn(layout.register)),
    ...(await namesIn(layout.trees)),
    ...(await namesIn(layout.privates)).map((name) => name.replace(/\.git$/, "")),
    ...marked.flatMap(({ name }) =>
      marks.filter((mark) => name.startsWith(mark)).map((mark) => name.slice(mark.length)),
    ),
  ];
  return [...new Set(names)].toSorted();
}

async function runs(home: string): Promise<readonly Found[]> {
  const ids = (await namesIn(join(home, "runs"))).filter((id) => /^\d+-\d+$/.test(id));
  return ids.map((id) => ({ is: "run", taskId: id, name: id, paths: [join(home, "runs", id)] }));
}
