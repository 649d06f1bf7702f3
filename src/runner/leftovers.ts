import { join } from "node:path";
import { KnownError } from "../errors.ts";
import { exists, namesIn } from "./git/files.ts";
import { createGateRefs } from "./git/gate-refs.ts";
import { layoutOf } from "./git/layout.ts";
import type { Tmux } from "./tmux.ts";

/** Something on this machine whose task does not need it: its task is over, or the store knows of none. */
export interface Leftover {
  readonly is: "session" | "workspace" | "run";
  /** The repository's number and the issue's, as its name tells them; undefined for a session of nobody's. */
  readonly issue: string | undefined;
  readonly task: "over" | "unknown";
  readonly name: string;
  /** Where it lies; nothing for a session. */
  readonly paths: readonly string[];
}

export interface FindOptions {
  /** The state folder. */
  readonly home: string;
  readonly tmux: Pick<Tmux, "lookAll">;
  /** The tasks that the store knows. */
  readonly tasks: readonly KnownTask[];
}

export interface KnownTask {
  readonly repositoryId: number;
  readonly number: number;
  readonly isLive: boolean;
}

/**
 * Finds what is left over in a state folder; sessions first. Everything of an issue whose task is live is in use, also what belongs to
 * an earlier attempt: the loop looks after it. Changes nothing.
 * @throws KnownError LEFTOVERS_UNSEEN when tmux can't be asked: then nothing is known to be left over.
 */
export async function findLeftovers({ home, tmux, tasks }: FindOptions): Promise<readonly Leftover[]> {
  // Live ones first: whatever may be one's own is not left over.
  const known = tasks.toSorted((a, b) => Number(b.isLive) - Number(a.isLive));
  const found = [...(await sessions(tmux, known)), ...(await workspaces(home)), ...(await runs(home))];
  return found.flatMap((one) => {
    const owner = known.find((task) => keyOf(task) === one.issue);
    return owner?.isLive === true ? [] : [{ ...one, task: owner === undefined ? "unknown" : "over" } as const];
  });
}

function keyOf({ repositoryId, number }: KnownTask): string {
  return `${repositoryId}-${number}`;
}

type Found = Omit<Leftover, "task">;

/** A name is not taken apart: a repository's or an agent's may look like any part of it. */
async function sessions(tmux: FindOptions["tmux"], known: readonly KnownTask[]): Promise<readonly Found[]> {
  const all = await tmux.lookAll();
  if (all.is === "unknown") {
    throw new KnownError("LEFTOVERS_UNSEEN", `tmux could not be asked for its sessions: ${all.why}`, {
      retry: "later",
    });
  }
  return [...all.sessions.keys()].map((name) => {
    const owner = known.find((task) => mayBeOf(task, name));
    return { is: "session", issue: owner && keyOf(owner), name, paths: [] } as const;
  });
}

function mayBeOf({ repositoryId, number }: KnownTask, session: string): boolean {
  return new RegExp(`-${repositoryId.toString(36)}-${number}(?:[_-]|$)`).test(session);
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
      found.push({ is: "workspace", issue: `${id}-${number}`, name, paths });
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
  return (await namesIn(join(home, "runs"))).flatMap((name) => {
    const issue = issueOfRun(name);
    return issue === undefined ? [] : [{ is: "run", issue, name, paths: [join(home, "runs", name)] } as const];
  });
}

/** The issue's key in the name of a task's folder: rivals have their agent's name behind it. */
export function issueOfRun(name: string): string | undefined {
  return /^(\d+-\d+)(?:-.+)?$/.exec(name)?.[1];
}
