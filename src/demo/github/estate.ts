import { install } from "./world/installations.ts";
import type { Installation, Permissions, Role, User } from "./world/model.ts";
import { createRepository } from "./world/repositories.ts";
import { findStore, type Store, type World } from "./world/world.ts";

/** Setting up users, repositories and installations by their names. */

export type UserDetails = Partial<Pick<User, "name" | "email" | "type">>;

/** Makes a user, or changes the one of that login. */
export type AddUser = (login: string, details?: UserDetails) => User;

export function createAddUser(users: Map<number, User>, nextId: () => number): AddUser {
  return (login, details = {}) => {
    const known = [...users.values()].find((user) => user.login.toLowerCase() === login.toLowerCase());
    const fresh = { id: 0, login, type: "User", name: null, email: null } as const;
    const user: User = { ...(known ?? { ...fresh, id: nextId() }), ...details };
    users.set(user.id, user);
    return user;
  };
}

export interface RepositoryOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly isPrivate?: boolean;
  readonly defaultBranch?: string;
  /** Collaborators by login. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** False, as in private repositories of free plans: no draft pull requests. */
  readonly allowsDrafts?: boolean;
  /** The full name of a repository that this is a fork of. */
  readonly forkOf?: string;
}

export interface InstallOptions {
  /** Names without the owner. */
  readonly repositories?: readonly string[];
  readonly permissions?: Permissions;
}

export async function addRepository(
  world: World,
  folder: string,
  addUser: AddUser,
  fullName: string,
  options: RepositoryOptions,
): Promise<Store> {
  const [owner = "", name = ""] = fullName.split("/");
  const roles = new Map(Object.entries(options.roles ?? {}).map(([login, role]) => [addUser(login).id, role]));
  const files = options.files ?? { "README.md": `# ${name}\n` };
  const forkOf = options.forkOf === undefined ? undefined : storeNamed(world, options.forkOf);
  return createRepository(world, folder, { ...options, owner: addUser(owner), name, files, roles, forkOf });
}

export function installOn(world: World, account: User, { repositories, permissions }: InstallOptions): Installation {
  const ids = repositories === undefined ? "all" : idsOf(world, account, repositories);
  return install(world, { account, repositories: ids, permissions });
}

export const idsOf = (world: World, account: User, names: readonly string[]): number[] =>
  names.map((name) => findStore(world, account.login, name).repository.id);

export function storeNamed(world: World, fullName: string): Store {
  const [owner = "", name = ""] = fullName.split("/");
  return findStore(world, owner, name);
}
