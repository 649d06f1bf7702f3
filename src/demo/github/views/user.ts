import type { App, Permissions, User } from "../world/model.ts";
import type { World } from "../world/world.ts";

/** GitHub's times have no fractions of a second. */
export const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export const node = (kind: string, id: number): string => `${kind}_${id}`;

export const api = (world: World, path: string): string => `${world.url}/api/v3${path}`;

export function viewUser(world: World, user: User): Record<string, unknown> {
  const name = encodeURIComponent(user.login);
  const url = api(world, `/users/${name}`);
  return {
    login: user.login,
    id: user.id,
    node_id: node(user.type === "Bot" ? "BOT" : "U", user.id),
    name: user.name,
    email: user.email,
    avatar_url: `${world.url}/avatars/${user.id}`,
    gravatar_id: "",
    url,
    html_url: user.type === "Bot" ? `${world.url}/apps/${world.app.slug}` : `${world.url}/${name}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    site_admin: false,
  };
}

export function viewApp(world: World, app: App): Record<string, unknown> {
  return {
    id: app.id,
    slug: app.slug,
    node_id: node("A", app.id),
    client_id: app.clientId,
    owner: viewUser(world, app.owner),
    name: app.name,
    description: null,
    external_url: world.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: time(app.createdMs),
    updated_at: time(app.createdMs),
    permissions: app.permissions satisfies Permissions,
    events: app.events,
    installations_count: world.installations.size,
  };
}
