import type { Delivery } from "../deliveries.ts";
import type { Installation } from "../world/model.ts";
import type { World } from "../world/world.ts";
import { api, time, viewUser } from "./user.ts";

export function viewInstallation(world: World, installation: Installation): Record<string, unknown> {
  const { id, account, suspended } = installation;
  return {
    id,
    account: viewUser(world, account),
    repository_selection: installation.repositories === "all" ? "all" : "selected",
    access_tokens_url: api(world, `/app/installations/${id}/access_tokens`),
    repositories_url: api(world, "/installation/repositories"),
    html_url: `${world.url}/settings/installations/${id}`,
    app_id: world.app.id,
    client_id: world.app.clientId,
    app_slug: world.app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: { metadata: "read", ...installation.permissions },
    events: installation.events,
    created_at: time(installation.createdMs),
    updated_at: time(installation.updatedMs),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: suspended === undefined ? null : viewUser(world, suspended.by),
    suspended_at: suspended === undefined ? null : time(suspended.atMs),
  };
}

export function viewDelivery(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: new Date(delivery.deliveredMs).toISOString(),
    redelivery: delivery.isRedelivery,
    duration: Number((delivery.durationMs / 1000).toFixed(2)),
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action ?? null,
    installation_id: delivery.installation ?? null,
    repository_id: delivery.repository ?? null,
    throttled_at: null,
  };
}

export function viewDeliveryFully(delivery: Delivery): Record<string, unknown> {
  return {
    ...viewDelivery(delivery),
    url: "",
    request: { headers: delivery.headers, payload: delivery.payload },
    response: { headers: {}, payload: delivery.answer },
  };
}
