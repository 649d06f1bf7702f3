import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readAppManifest } from "../src/config/app-manifest.ts";

const manifest = readAppManifest();
const lines = readFileSync(new URL("../app.yml", import.meta.url), "utf8").split("\n");
const contract: Contract = JSON.parse(
  readFileSync(new URL("../src/demo/github/contract/github-api.json", import.meta.url), "utf8"),
);

interface Contract {
  readonly webhooks: Readonly<Record<string, unknown>>;
  readonly components: {
    readonly schemas: {
      readonly "app-permissions": {
        readonly properties: Readonly<Record<string, { readonly enum: readonly string[] }>>;
      };
    };
  };
}

/** GitHub delivers an event only to Apps with this permission. */
const permissionFor: Readonly<Record<string, string>> = {
  issues: "issues",
  issue_comment: "issues",
  pull_request: "pull_requests",
  pull_request_review: "pull_requests",
  pull_request_review_comment: "pull_requests",
  pull_request_review_thread: "pull_requests",
  push: "contents",
  check_suite: "checks",
  status: "statuses",
  repository: "metadata",
};

it("the App asks for these permissions and no others, and never for workflows", () => {
  expect(manifest.default_permissions).toEqual({
    contents: "write",
    issues: "write",
    pull_requests: "write",
    checks: "write",
    metadata: "read",
    statuses: "read",
    actions: "read",
  });
});

it("every permission is one that GitHub knows, at a level that it has", () => {
  const known = contract.components.schemas["app-permissions"].properties;
  for (const [name, level] of Object.entries(manifest.default_permissions)) expect(known[name]?.enum).toContain(level);
});

it.each(manifest.default_events)("the event %s is one of GitHub's, and a permission lets it through", (event) => {
  const kinds = Object.keys(contract.webhooks);
  const prefix = event.replaceAll("_", "-");
  expect(kinds.some((kind) => kind === prefix || kind.startsWith(`${prefix}-`))).toBe(true);
  expect(Object.keys(manifest.default_permissions)).toContain(permissionFor[event]);
});

it.each([...Object.keys(manifest.default_permissions), ...manifest.default_events])(
  "%s says why it is asked for",
  (name) => {
    const at = lines.findIndex((line) => line.startsWith(`  ${name}:`) || line === `  - ${name}`);
    const paragraph = lines.slice(lines.slice(0, at).lastIndexOf("") + 1, at);
    expect(paragraph.some((line) => line.trim().startsWith("# "))).toBe(true);
  },
);
