import type { AddUser } from "./estate.ts";
import { makePrivateKey, publicKeyOf } from "./keys.ts";
import type { App, Permissions } from "./world/model.ts";

/** The App under test, as its owner knows it. */
export interface AppOptions {
  readonly id: number;
  readonly slug: string;
  readonly owner: string;
  /** PEM; a new one is made unless given. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

const defaultPermissions: Permissions = {
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "write",
  statuses: "read",
  actions: "read",
  metadata: "read",
};

const defaultEvents: readonly string[] = [
  "issues",
  "issue_comment",
  "label",
  "repository",
  "member",
  "push",
  "create",
  "delete",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "check_run",
  "check_suite",
  "workflow_run",
  "workflow_job",
  "status",
];

export const appFrom = (options: Partial<AppOptions>): AppOptions => ({
  id: 4242,
  slug: "coppice",
  owner: "alice",
  webhookSecret: "a secret that only the tests know",
  permissions: defaultPermissions,
  events: defaultEvents,
  privateKey: options.privateKey ?? makePrivateKey(),
  ...options,
});

/** The App as the world knows it, with its owner and its bot. */
export function toApp(options: AppOptions, addUser: AddUser, createdMs: number): App {
  const { id, slug, privateKey, permissions, events } = options;
  const owner = addUser(options.owner);
  const bot = addUser(`${slug}[bot]`, { type: "Bot" });
  const clientId = `Iv1.${slug}${id}`;
  return {
    id,
    slug,
    permissions,
    events,
    owner,
    bot,
    createdMs,
    clientId,
    name: slug,
    publicKey: publicKeyOf(privateKey),
  };
}
