import { join } from "node:path";
import { execa } from "execa";
import { commit, gitEnvironment } from "./git.ts";
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
    folder: join(folder, `${id}.git`),
    createdMs: nowMs,
    pushedMs: nowMs,
  };
  await initialise(repository);
  const first = { branch: defaultBranch, parent: undefined, message: "Initial commit", author: owner, atMs: nowMs };
  await commit(repository.folder, { ...first, files });
  const store = emptyStore(repository, draft.roles);
  world.stores.set(id, store);
  return store;
}

async function initialise({ folder, defaultBranch }: Repository): Promise<void> {
  const options = { env: gitEnvironment, extendEnv: false };
  await execa(
    "git",
    ["init", "--quiet", "--bare", "--template=", `--initial-branch=${defaultBranch}`, folder],
    options,
  );
}

const emptyStore = (repository: Repository, roles: ReadonlyMap<number, Role>): Store => ({
  repository,
  formerNames: new Set(),
  roles: new Map(roles),
  labels: new Map(),
  issues: new Map(),
  comments: new Map(),
  events: [],
  reactions: new Map(),
  pulls: new Map(),
});
