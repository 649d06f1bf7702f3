import { fullName, type World } from "./world/world.ts";

/** `/repositories/<id>/…` is another way to say `/repos/<owner>/<name>/…`; GitHub sends clients there after a move. */
export function byName(world: World, path: string): string {
  const [, id = "", rest = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const store = world.stores.get(Number(id));
  return store === undefined ? path : `/repos/${fullName(store.repository)}${rest}`;
}

/** Where to look instead, when a path names a repository as it was called before. */
export function movedTo(world: World, path: string): string | undefined {
  const [, name = "", rest = ""] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  const wanted = name.toLowerCase();
  const stores = [...world.stores.values()];
  if (stores.some(({ repository }) => fullName(repository).toLowerCase() === wanted)) return undefined;
  const former = stores.find(({ formerNames }) => formerNames.has(wanted));
  return former && `/repositories/${former.repository.id}${rest}`;
}
