import { viewInstallation } from "../views/installation.ts";
import { viewRepositoryBriefly } from "../views/repository.ts";
import { viewUser } from "../views/user.ts";
import type { Installation, Permissions, User } from "./model.ts";
import { change, covers, fullName, get, type Store, type World } from "./world.ts";

export interface InstallationDraft {
  readonly account: User;
  readonly repositories: Installation["repositories"];
  readonly permissions?: Permissions | undefined;
}

export function install(world: World, draft: InstallationDraft): Installation {
  const nowMs = world.nowMs();
  const installation: Installation = {
    id: world.nextId(),
    account: draft.account,
    repositories: draft.repositories,
    permissions: draft.permissions ?? world.app.permissions,
    events: world.app.events,
    suspended: undefined,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  world.installations.set(installation.id, installation);
  tell(world, installation, "created");
  return installation;
}

export function uninstall(world: World, id: number): void {
  const installation = get(world.installations, id);
  world.installations.delete(id);
  tell(world, installation, "deleted");
}

export function suspend(world: World, id: number): Installation {
  const { account } = get(world.installations, id);
  const suspended = { by: account, atMs: world.nowMs() };
  return tell(world, change(world.installations, id, { suspended, updatedMs: world.nowMs() }), "suspend");
}

export function unsuspend(world: World, id: number): Installation {
  const changes = { suspended: undefined, updatedMs: world.nowMs() };
  return tell(world, change(world.installations, id, changes), "unsuspend");
}

/** The owner accepts other permissions than before. */
export function setPermissions(world: World, id: number, permissions: Permissions): Installation {
  const changes = { permissions, updatedMs: world.nowMs() };
  return tell(world, change(world.installations, id, changes), "new_permissions_accepted");
}

/** The owner chooses which repositories the App sees. */
export function selectRepositories(world: World, id: number, repositories: readonly number[]): Installation {
  const before = reachable(world, get(world.installations, id));
  const installation = change(world.installations, id, { repositories, updatedMs: world.nowMs() });
  const after = reachable(world, installation);
  tellRepositories(
    world,
    installation,
    "added",
    after.filter((store) => !before.includes(store)),
  );
  tellRepositories(
    world,
    installation,
    "removed",
    before.filter((store) => !after.includes(store)),
  );
  return installation;
}

function tell(world: World, installation: Installation, action: string): Installation {
  const payload = {
    installation: viewInstallation(world, installation),
    repositories: reachable(world, installation).map(viewRepositoryBriefly),
    requester: null,
  };
  world.emit({ event: "installation", action, installation, sender: installation.account, payload });
  return installation;
}

function tellRepositories(
  world: World,
  installation: Installation,
  action: "added" | "removed",
  stores: readonly Store[],
): void {
  if (stores.length === 0) return;
  const payload = {
    installation: viewInstallation(world, installation),
    repository_selection: installation.repositories === "all" ? "all" : "selected",
    repositories_added: [],
    repositories_removed: [],
    [`repositories_${action}`]: stores.map(viewRepositoryBriefly),
    requester: null,
  };
  world.emit({ event: "installation_repositories", action, installation, sender: installation.account, payload });
}

const reachable = (world: World, { account, repositories }: Installation): Store[] =>
  [...world.stores.values()].filter(
    ({ repository }) => repository.owner.id === account.id && covers(repositories, repository),
  );

export function renameAccount(world: World, user: User, login: string): void {
  const account: User = { ...user, login };
  world.users.set(account.id, account);
  for (const store of world.stores.values()) {
    if (store.repository.owner.id !== account.id) continue;
    store.formerNames.add(fullName(store.repository).toLowerCase());
    store.repository = { ...store.repository, owner: account };
  }
  for (const { id } of [...world.installations.values()].filter((each) => each.account.id === account.id)) {
    const installation = change(world.installations, id, { account, updatedMs: world.nowMs() });
    const changes = { login: { from: user.login } };
    const payload = { account: viewUser(world, account), changes, target_type: account.type };
    world.emit({ event: "installation_target", action: "renamed", installation, sender: account, payload });
  }
}
