import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { updateHook } from "../git-refusals.ts";
import { commit, git, gitEnvironment } from "./git.ts";
import type { Repository, Role, User } from "./model.ts";
import type { Store, World } from "./world.ts";

export interface RepositoryDraft {
  readonly owner: User;
  readonly name: string;
  readonly description?: string | undefined;
  readonly isPrivate?: boolean | undefined;
  readonly defaultBranch?: string | undefined;
  /** What the first commit holds. */
  readonly files: Readonly<Record<string, string>>;
  readonly roles: ReadonlyMap<number, Role>;
  readonly allowsDrafts?: boolean | undefined;
  readonly forkOf?: Store | undefined;
}

/** A repository with one commit on its default branch, in a bare repository under `folder`. */
export async function createRepository(world: World, folder: string, draft: RepositoryDraft): Promise<Store> {
  const { owner, name, files, defaultBranch = "main" } = draft;
  const nowMs = world.nowMs();
  const id = world.nextId();
  const repository: Repository = {
    id,
    owner,
    name,
    description: draft.description ?? null,
    isPrivate: draft.isPrivate ?? false,
    isArchived: false,
    defaultBranch,
    forkOf: draft.forkOf?.repository.id,
    allowsDrafts: draft.allowsDrafts ?? true,
    folder: join(folder, `${id}.git`),
    createdMs: nowMs,
    pushedMs: nowMs,
  };
  await initialise(repository);
  if (draft.forkOf !== undefined) {
    await git(repository.folder, ["fetch", "--quiet", draft.forkOf.repository.folder, "+refs/heads/*:refs/heads/*"]);
  } else await plant(repository, files);
  const store = emptyStore(repository, draft.roles);
  world.stores.set(id, store);
  return store;
}

async function plant(
  { folder, defaultBranch, owner, createdMs }: Repository,
  files: RepositoryDraft["files"],
): Promise<void> {
  const first = { branch: defaultBranch, parent: undefined, message: "Initial commit", author: owner, atMs: createdMs };
  await commit(folder, { ...first, files });
}

async function initialise({ folder, defaultBranch }: Repository): Promise<void> {
  const options = { env: gitEnvironment, extendEnv: false };
  await execa(
    "git",
    ["init", "--quiet", "--bare", "--template=", `--initial-branch=${defaultBranch}`, folder],
    options,
  );
  for (const [name, value] of Object.entries(served)) await git(folder, ["config", name, value]);
  await mkdir(join(folder, "hooks"));
  await writeFile(join(folder, "hooks", "update"), updateHook, { mode: 0o755 });
}

/** What GitHub's git server allows: pushes, and fetching a commit by its id or without its blobs. */
const served = {
  "http.receivepack": "true",
  "uploadpack.allowFilter": "true",
  "uploadpack.allowAnySHA1InWant": "true",
  "gc.auto": "0",
};

const emptyStore = (repository: Repository, roles: ReadonlyMap<number, Role>): Store => ({
  repository,
  formerNames: new Set(),
  roles: new Map(roles),
  labels: new Map(),
  issues: new Map(),
  gone: new Map(),
  comments: new Map(),
  events: [],
  reactions: new Map(),
  pulls: new Map(),
  reviews: new Map(),
  reviewComments: new Map(),
  threads: new Map(),
  suites: new Map(),
  checkRuns: new Map(),
  workflowRuns: new Map(),
  logs: new Map(),
  statuses: new Map(),
  protections: new Map(),
});
