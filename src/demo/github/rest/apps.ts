import { z } from "zod";
import { viewDelivery, viewDeliveryFully, viewInstallation } from "../views/installation.ts";
import { viewRepository } from "../views/repository.ts";
import { time, viewApp } from "../views/user.ts";
import type { Delivery } from "../deliveries.ts";
import { notFound, Refusal } from "../world/errors.ts";
import type { Installation, Level, Permissions } from "../world/model.ts";
import { covers, get, installationOf, type Store, type World } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";
import { isGranted } from "./may.ts";

export const appHandlers: Handlers = {
  "apps/get-authenticated": ({ world }) => ({ status: 200, body: viewApp(world, world.app) }),
  "apps/get-by-slug": ({ world, params }) => {
    if (params["app_slug"] !== world.app.slug) throw notFound();
    return { status: 200, body: viewApp(world, world.app) };
  },
  "apps/list-installations": (call) =>
    paged(call, [...call.world.installations.values()], (each) => viewInstallation(call.world, each)),
  "apps/get-installation": (call) => one(call, get(call.world.installations, number(call, "installation_id"))),
  "apps/get-repo-installation": (call) => one(call, installationOf(call.world, call.store())),
  "apps/get-org-installation": (call) => one(call, ofAccount(call.world, call.params["org"])),
  "apps/get-user-installation": (call) => one(call, ofAccount(call.world, call.params["username"])),
  "apps/create-installation-access-token": createToken,
  "apps/revoke-installation-access-token": (call) => {
    call.tokens.revoke(call.authorization);
    return { status: 204 };
  },
  "apps/list-repos-accessible-to-installation": (call) => {
    const stores =
      call.who.is === "installation" ? reachable(call.world, call.who.installation, call.who.repositories) : [];
    return paged(call, stores, (store) => viewRepository(call.world, store), "repositories");
  },
  "apps/get-webhook-config-for-app": (call) => hookConfig(call),
  "apps/update-webhook-config-for-app": (call) => {
    const { url } = hookSchema.parse(call.body);
    if (url !== undefined) call.world.hook.url = url;
    return hookConfig(call);
  },
  "apps/list-webhook-deliveries": listDeliveries,
  "apps/get-webhook-delivery": (call) => ({
    status: 200,
    body: viewDeliveryFully(call.deliveries.get(number(call, "delivery_id"))),
  }),
  "apps/redeliver-webhook-delivery": (call) => {
    call.deliveries.redeliver(number(call, "delivery_id"));
    return { status: 202, body: {} };
  },
};

const hookSchema = z.object({ url: z.string().optional() });

const hookConfig = ({ world }: Call): Answer => ({
  status: 200,
  body: { url: world.hook.url, content_type: "json", insecure_ssl: "0", secret: "********" },
});

function one({ world }: Call, installation: Installation | undefined): Answer {
  if (installation === undefined) throw notFound();
  return { status: 200, body: viewInstallation(world, installation) };
}

const ofAccount = ({ installations }: World, login: string | undefined): Installation | undefined =>
  [...installations.values()].find(({ account }) => account.login === login);

const reachable = (world: World, { account }: Installation, repositories: Installation["repositories"]): Store[] =>
  [...world.stores.values()].filter(
    ({ repository }) => repository.owner.id === account.id && covers(repositories, repository),
  );

const tokenSchema = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional(),
});

function createToken(call: Call): Answer {
  const { world } = call;
  const installation = get(world.installations, number(call, "installation_id"));
  if (installation.suspended !== undefined) throw new Refusal(403, "This installation has been suspended");
  const wish = tokenSchema.parse(call.body ?? {});
  const repositories = narrowedRepositories(world, installation, wish);
  const permissions = narrowedPermissions(installation, wish.permissions);
  const { token, untilMs } = call.tokens.grant({ installation: installation.id, permissions, repositories });
  const listed = repositories === "all" ? [] : reachable(world, installation, repositories);
  const body = {
    token,
    expires_at: time(untilMs),
    permissions,
    repository_selection: repositories === "all" ? "all" : "selected",
    ...((wish.repositories ?? wish.repository_ids)
      ? { repositories: listed.map((store) => viewRepository(world, store)) }
      : {}),
  };
  return { status: 201, body };
}

function narrowedRepositories(
  world: World,
  installation: Installation,
  wish: z.infer<typeof tokenSchema>,
): Installation["repositories"] {
  if (wish.repositories === undefined && wish.repository_ids === undefined) return installation.repositories;
  const stores = reachable(world, installation, installation.repositories);
  const find = (isMeant: (store: Store) => boolean): number => {
    const found = stores.find(isMeant);
    if (found === undefined) throw new Refusal(422, unreachable);
    return found.repository.id;
  };
  return [
    ...(wish.repositories ?? []).map((name) => find(({ repository }) => repository.name === name)),
    ...(wish.repository_ids ?? []).map((id) => find(({ repository }) => repository.id === id)),
  ];
}

const unreachable =
  "There is at least one repository that does not exist or is not accessible to the parent installation.";

function narrowedPermissions(installation: Installation, wish: Record<string, Level> | undefined): Permissions {
  if (wish === undefined) return { ...installation.permissions, metadata: "read" };
  for (const [name, level] of Object.entries(wish)) {
    if (isGranted(installation.permissions, `${name}:${level}`)) continue;
    throw new Refusal(422, "The permissions requested are not granted to this installation.");
  }
  return { ...wish, metadata: "read" };
}

/** GitHub pages deliveries by a cursor, newest first: the link to the next page names the last one of this. */
function listDeliveries(call: Call): Answer {
  const size = Math.min(Number(call.query.get("per_page") ?? 30), 100);
  const cursor = /^v1_(\d+)$/.exec(call.query.get("cursor") ?? "")?.[1];
  const older = call.deliveries.list().filter(({ id }) => cursor === undefined || id < Number(cursor));
  const page = older.slice(0, size);
  const more = older.length > size ? { headers: { link: nextLink(call, size, page) } } : {};
  return { status: 200, body: page.map(viewDelivery), ...more };
}

function nextLink(call: Call, size: number, page: readonly Delivery[]): string {
  const query = new URLSearchParams({ per_page: String(size), cursor: `v1_${page.at(-1)?.id}` });
  return `<${call.world.url}/api/v3/app/hook/deliveries?${query.toString()}>; rel="next"`;
}
