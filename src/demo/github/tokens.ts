import { checkAppJwt, makeInstallationToken, makePersonalToken } from "./keys.ts";
import { Refusal } from "./world/errors.ts";
import type { Actor, Installation, Permissions, User } from "./world/model.ts";
import type { World } from "./world/world.ts";

/** Who a request comes from, as its `Authorization` says. */
export type Who =
  | { readonly is: "nobody" }
  | { readonly is: "app" }
  | {
      readonly is: "installation";
      readonly installation: Installation;
      readonly permissions: Permissions;
      readonly repositories: Installation["repositories"];
    }
  | { readonly is: "person"; readonly user: User };

interface Grant {
  readonly installation: number;
  readonly permissions: Permissions;
  readonly repositories: Installation["repositories"];
  readonly untilMs: number;
}

export interface Tokens {
  /** Throws the 401 or 403 that GitHub would answer. */
  readonly identify: (authorization: string | undefined) => Who;
  readonly grant: (grant: Omit<Grant, "untilMs">) => { readonly token: string; readonly untilMs: number };
  /** Whose requests these are for the rate limit: an installation's count together, whatever the token. */
  readonly countedAs: (authorization: string) => string;
  readonly revoke: (authorization: string | undefined) => void;
  /** A person's token; the same one every time. */
  readonly personal: (user: User) => string;
}

export function createTokens(world: () => World, lifeMs: number): Tokens {
  const grants = new Map<string, Grant>();
  const people = new Map<string, number>();

  function identify(authorization: string | undefined): Who {
    const token = tokenOf(authorization);
    if (token === undefined) return { is: "nobody" };
    const user = world().users.get(people.get(token) ?? 0);
    if (user !== undefined) return { is: "person", user };
    const grant = grants.get(token);
    if (grant !== undefined) return holder(grant);
    if (token.split(".").length !== 3 || token.startsWith("gh")) throw new Refusal(401, "Bad credentials");
    checkAppJwt(token, world().app, world().nowMs());
    return { is: "app" };
  }

  function holder({ untilMs, permissions, repositories, installation: id }: Grant): Who {
    const installation = world().installations.get(id);
    if (installation === undefined || untilMs <= world().nowMs()) throw new Refusal(401, "Bad credentials");
    if (installation.suspended !== undefined) throw new Refusal(403, "This installation has been suspended");
    return { is: "installation", installation, permissions, repositories };
  }

  return {
    identify,
    grant: (grant) => {
      const token = makeInstallationToken(world().app.id);
      const untilMs = world().nowMs() + lifeMs;
      grants.set(token, { ...grant, untilMs });
      return { token, untilMs };
    },
    countedAs: (authorization) => {
      const token = tokenOf(authorization) ?? "nobody";
      const grant = grants.get(token);
      if (grant !== undefined) return `installation ${grant.installation}`;
      return token.split(".").length === 3 ? "app" : token;
    },
    revoke: (authorization) => {
      grants.delete(tokenOf(authorization) ?? "");
    },
    personal: (user) => {
      const known = [...people].find(([, id]) => id === user.id)?.[0] ?? makePersonalToken(user.login);
      people.set(known, user.id);
      return known;
    },
  };
}

function tokenOf(authorization: string | undefined): string | undefined {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ");
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const decoded = Buffer.from(value, "base64").toString();
  return decoded.slice(decoded.indexOf(":") + 1);
}

/** In whose name a request acts; throws for those who may only look. */
export function actorOf(world: World, who: Who): Actor {
  if (who.is === "person") return { user: who.user, app: undefined };
  if (who.is === "installation") return { user: world.app.bot, app: world.app };
  throw new Refusal(401, "Requires authentication");
}

/** For logs and rate limits. */
export function nameOf(who: Who): string {
  switch (who.is) {
    case "nobody":
      return "nobody";
    case "app":
      return "app";
    case "installation":
      return `installation ${who.installation.id}`;
    case "person":
      return who.user.login;
    default:
      return who satisfies never;
  }
}
