import { viewChangedFile, viewCommit } from "../views/commit.ts";
import { viewPull } from "../views/pull.ts";
import { notFound, Refusal } from "../world/errors.ts";
import {
  countCommits,
  emptyTree,
  isAncestor,
  listChangedFiles,
  listCommits,
  mergeBase,
  readCommit,
  resolve,
} from "../world/history.ts";
import { emailOf } from "../world/git.ts";
import type { Commit, Pull } from "../world/model.ts";
import { fullName, get, type Store } from "../world/world.ts";
import { type Answer, type Call, type Handlers, paged } from "./call.ts";

export const commitHandlers: Handlers = {
  "repos/get-commit": async (call) => {
    const commit = await named(call, call.params["ref"] ?? "");
    return { status: 200, body: await viewFully(call, commit) };
  },
  "repos/list-commits": async (call) => {
    const start = await sha(call.store(), call.query.get("sha") ?? call.store().repository.defaultBranch);
    const commits = await listCommits(call.store().repository.folder, [...filters(call), start, ...paths(call)]);
    return paged(call, commits, (commit) => viewCommit(call.world, call.store(), commit));
  },
  "repos/list-pull-requests-associated-with-commit": async (call) => {
    const commit = await named(call, call.params["commit_sha"] ?? "");
    const found = await pullsWith(call.store(), commit.sha);
    return paged(call, found, (pull) => viewPull(call.world, call.store(), pull));
  },
  "repos/compare-commits": (call) => compare(call, call.params["base"] ?? "", call.params["head"] ?? ""),
  "repos/compare-commits-with-basehead": (call) => {
    const [base = "", head = ""] = (call.params["basehead"] ?? "").split("...");
    return compare(call, base, head);
  },
};

async function sha(store: Store, name: string): Promise<string> {
  const found = await resolve(store.repository.folder, name);
  if (found === undefined) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return found;
}

export async function named(call: Call, name: string): Promise<Commit> {
  const { folder } = call.store().repository;
  const commit = await readCommit(folder, await sha(call.store(), name));
  if (commit === undefined) throw notFound();
  return commit;
}

async function viewFully(call: Call, commit: Commit): Promise<unknown> {
  const files = await listChangedFiles(call.store().repository.folder, commit.parents[0] ?? emptyTree, commit.sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...viewCommit(call.world, call.store(), commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => viewChangedFile(call.world, call.store(), commit.sha, file)),
  };
}

function filters({ query, world }: Call): string[] {
  const author = query.get("author");
  const user = [...world.users.values()].find(({ login }) => login === author);
  return [
    ...(query.has("since") ? [`--since=${query.get("since")}`] : []),
    ...(query.has("until") ? [`--until=${query.get("until")}`] : []),
    ...(author === null ? [] : ["--fixed-strings", `--author=${user === undefined ? author : emailOf(user)}`]),
  ];
}

const paths = ({ query }: Call): string[] => (query.has("path") ? ["--", query.get("path") ?? ""] : []);

async function pullsWith(store: Store, commit: string): Promise<Pull[]> {
  const { folder } = store.repository;
  const found: Pull[] = [];
  for (const pull of store.pulls.values()) {
    const isInHead = await isAncestor(folder, commit, pull.head.sha);
    if (isInHead && !(await isAncestor(folder, commit, pull.base.sha))) found.push(pull);
  }
  return found.filter(({ number }) => get(store.issues, number).state === "open" || store.pulls.get(number)?.merged);
}

async function compare(call: Call, baseName: string, headName: string): Promise<Answer> {
  const { world } = call;
  const store = call.store();
  const { folder } = store.repository;
  const base = await namedIn(store, baseName);
  const head = await namedIn(store, headName);
  const from = await mergeBase(folder, base.sha, head.sha);
  const fork = from === undefined ? undefined : await readCommit(folder, from);
  if (fork === undefined) throw notFound();
  const range = `${base.sha}..${head.sha}`;
  const commits = await listCommits(folder, ["--reverse", range]);
  const ahead = commits.length;
  const behind = await countCommits(folder, [`${head.sha}..${base.sha}`]);
  const files = await listChangedFiles(folder, fork.sha, head.sha);
  const html = `${world.url}/${fullName(store.repository)}/compare/${baseName}...${headName}`;
  const body = {
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: viewCommit(world, store, base),
    merge_base_commit: viewCommit(world, store, fork),
    status: statusOf(ahead, behind),
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => viewCommit(world, store, commit)),
    files: files.map((file) => viewChangedFile(world, store, head.sha, file)),
  };
  return { status: 200, body };
}

/** Names may carry an owner (`alice:main`); anything unknown is a 404 here. */
async function namedIn(store: Store, name: string): Promise<Commit> {
  const { folder } = store.repository;
  const found = await resolve(folder, name.slice(name.indexOf(":") + 1));
  const commit = found === undefined ? undefined : await readCommit(folder, found);
  if (commit === undefined) throw notFound();
  return commit;
}

function statusOf(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? "identical" : "behind";
  return behind === 0 ? "ahead" : "diverged";
}
