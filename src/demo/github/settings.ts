import { deleteIssue } from "./world/issues.ts";
import type { Actor, Role, User } from "./world/model.ts";
import {
  deleteRepository,
  renameRepository,
  setArchived,
  setDefaultBranch,
  setPrivate,
  setRole,
  transferIssue,
  transferRepository,
} from "./world/settings.ts";
import type { Store, World } from "./world/world.ts";

/** What the owner of a repository does in its settings; all of it sends the webhooks that GitHub sends. */
export interface Settings {
  readonly rename: (name: string) => void;
  readonly archive: () => void;
  readonly unarchive: () => void;
  readonly makePrivate: () => void;
  readonly makePublic: () => void;
  readonly setDefaultBranch: (branch: string) => void;
  readonly transferTo: (owner: string) => void;
  readonly remove: () => void;
  /** No role takes the person out. */
  readonly setRole: (login: string, role: Role | undefined) => void;
  readonly deleteIssue: (issue: number) => void;
  /** Hands back the issue's number there. */
  readonly transferIssue: (issue: number, to: Store) => number;
}

export function createSettings(world: World, store: Store, userNamed: (login: string) => User): Settings {
  const by: Actor = { user: store.repository.owner, app: undefined };
  return {
    rename: (name) => renameRepository(world, store, by, name),
    archive: () => setArchived(world, store, by, true),
    unarchive: () => setArchived(world, store, by, false),
    makePrivate: () => setPrivate(world, store, by, true),
    makePublic: () => setPrivate(world, store, by, false),
    setDefaultBranch: (branch) => setDefaultBranch(world, store, by, branch),
    transferTo: (owner) => transferRepository(world, store, by, userNamed(owner)),
    remove: () => deleteRepository(world, store, by),
    setRole: (login, role) => setRole(world, store, by, userNamed(login), role),
    deleteIssue: (issue) => deleteIssue(world, store, by, issue),
    transferIssue: (issue, to) => transferIssue(world, store, by, issue, to).number,
  };
}
