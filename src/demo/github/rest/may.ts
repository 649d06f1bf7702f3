import type { Who } from "../tokens.ts";
import { notFound, Refusal } from "../world/errors.ts";
import type { Permissions } from "../world/model.ts";
import { covers, isAtLeast, roleOf, type Store } from "../world/world.ts";
import type { Need } from "./needs.ts";

/** Throws what GitHub answers to somebody who may not call the operation (on that repository). */
export function mustMay(who: Who, need: Need, store: Store | undefined): void {
  if (need.app === "app" && who.is !== "app") throw new Refusal(401, "A JSON web token could not be decoded");
  switch (who.is) {
    case "app":
      if (need.app !== "app" && need.app !== "any") throw notForApps();
      return;
    case "installation":
      mustBeGranted(who, need.app, store);
      return;
    case "person":
      mustHaveRole(store && { has: roleOf(store, who.user), needs: need.role });
      return;
    case "nobody":
      mustBePublic(need, store);
      return;
    default:
      who satisfies never;
  }
}

const notForApps = (): Refusal => new Refusal(403, "Resource not accessible by integration");

function mustBeGranted(who: Extract<Who, { is: "installation" }>, need: string, store: Store | undefined): void {
  const isOurs = store === undefined || store.repository.owner.id === who.installation.account.id;
  if (store !== undefined && !(isOurs && covers(who.repositories, store.repository))) throw notFound();
  if (!need.split(",").some((each) => isGranted(who.permissions, each))) throw notForApps();
}

const levels = ["read", "write", "admin"];

/** `any` needs nothing; reading metadata is always granted. */
export function isGranted(permissions: Permissions, need: string): boolean {
  if (need === "any" || need === "metadata:read") return true;
  const [name = "", level = ""] = need.split(":");
  return levels.indexOf(permissions[name] ?? "") >= levels.indexOf(level) && levels.includes(level);
}

function mustHaveRole(role: { has: ReturnType<typeof roleOf>; needs: Need["role"] } | undefined): void {
  if (role === undefined) return;
  if (role.has === undefined) throw notFound();
  if (!isAtLeast(role.has, role.needs)) throw new Refusal(403, "Must have admin rights to Repository.");
}

function mustBePublic(need: Need, store: Store | undefined): void {
  if (store?.repository.isPrivate === true) throw notFound();
  const reads = need.app === "any" || need.app.split(",").every((each) => each.endsWith(":read"));
  if (!reads || need.role !== "read") throw new Refusal(401, "Requires authentication");
}
