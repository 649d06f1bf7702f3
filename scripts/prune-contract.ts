/**
 * Makes `src/demo/github/contract/github-api.json`: what Coppice uses of GitHub's own OpenAPI description.
 * Run it by hand when the list below grows: `node scripts/prune-contract.ts`. It fetches one npm package (MIT) into a
 * temporary folder; the package unpacks to 394 MB, of which one file is taken.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const source = "@octokit/openapi@23.0.2";
const target = new URL("../src/demo/github/contract/github-api.json", import.meta.url);

/** An operation's id is `<category>/<name>`; listed as names per category. */
const wantedOperations: Readonly<Record<string, string>> = {
  meta: "root get get-octocat",
  "rate-limit": "get",
  apps: `get-authenticated get-by-slug get-installation get-repo-installation get-org-installation get-user-installation
    list-installations create-installation-access-token revoke-installation-access-token
    list-repos-accessible-to-installation list-webhook-deliveries get-webhook-delivery redeliver-webhook-delivery
    get-webhook-config-for-app update-webhook-config-for-app create-from-manifest`,
  users: "get-by-username get-authenticated",
  repos: `get get-branch list-branches get-content create-or-update-file-contents get-collaborator-permission-level
    check-collaborator list-collaborators compare-commits compare-commits-with-basehead get-commit list-commits
    list-pull-requests-associated-with-commit get-branch-protection get-status-checks-protection
    get-all-status-check-contexts get-branch-rules get-combined-status-for-ref list-commit-statuses-for-ref create-commit-status`,
  git: "get-ref list-matching-refs create-ref update-ref delete-ref get-commit",
  issues: `get list-for-repo create update list-comments list-comments-for-repo get-comment create-comment
    update-comment delete-comment add-labels remove-label set-labels remove-all-labels list-labels-on-issue
    list-labels-for-repo get-label create-label update-label delete-label list-events list-events-for-timeline
    list-events-for-repo add-assignees remove-assignees lock unlock`,
  reactions: `create-for-issue list-for-issue delete-for-issue create-for-issue-comment list-for-issue-comment
    delete-for-issue-comment create-for-pull-request-review-comment list-for-pull-request-review-comment
    delete-for-pull-request-comment`,
  pulls: `list get create update merge check-if-merged list-files list-commits list-reviews create-review get-review
    list-comments-for-review submit-review dismiss-review update-review list-review-comments
    list-review-comments-for-repo get-review-comment update-review-comment create-reply-for-review-comment
    create-review-comment request-reviewers list-requested-reviewers remove-requested-reviewers update-branch`,
  checks: `create update get list-for-ref list-for-suite list-suites-for-ref get-suite list-annotations
    rerequest-suite rerequest-run`,
  actions: `list-workflow-runs-for-repo get-workflow-run list-jobs-for-workflow-run get-job-for-workflow-run
    download-job-logs-for-workflow-run re-run-workflow-failed-jobs re-run-job-for-workflow-run`,
};

/** Keys of `x-webhooks`: an event, or an event and one of these actions. `*` stands for every action there is. */
const wantedWebhooks: Readonly<Record<string, string>> = {
  issues: "*",
  "issue-comment": "created edited deleted",
  "pull-request": `opened edited closed reopened synchronize labeled unlabeled assigned unassigned
    review-requested review-request-removed converted-to-draft ready-for-review`,
  "pull-request-review": "submitted edited dismissed",
  "pull-request-review-comment": "created edited deleted",
  "pull-request-review-thread": "resolved unresolved",
  label: "created edited deleted",
  "check-run": "created completed rerequested requested-action",
  "check-suite": "completed requested rerequested",
  "workflow-run": "requested in-progress completed",
  "workflow-job": "queued in-progress completed",
  installation: "created deleted suspend unsuspend new-permissions-accepted",
  "installation-repositories": "added removed",
  "installation-target": "renamed",
  repository: "created renamed archived unarchived deleted edited transferred privatized publicized",
  member: "added edited removed",
  push: "",
  create: "",
  delete: "",
  status: "",
  ping: "",
};

interface Description {
  readonly info: { readonly version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly "x-webhooks": Record<string, { readonly post: Operation }>;
  readonly components: Record<string, Record<string, unknown>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly required?: boolean; readonly content?: Content };
  readonly responses: Record<string, { readonly $ref?: string; readonly content?: Content }>;
}

type Content = Readonly<Record<string, { readonly schema?: unknown }>>;

type Node = Record<string, unknown>;

const isObject = (node: unknown): node is Node => typeof node === "object" && node !== null && !Array.isArray(node);

const mapped = (record: Node, change: (value: unknown) => unknown): Node =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function fetchDescription(): Description {
  const folder = mkdtempSync(join(tmpdir(), "coppice-contract-"));
  try {
    const file = "package/generated/api.github.com.json";
    const archive = execFileSync("npm", ["pack", "--silent", source], { cwd: folder, encoding: "utf8" }).trim();
    execFileSync("tar", ["xzf", archive, file], { cwd: folder });
    const whole: Description = JSON.parse(readFileSync(join(folder, file), "utf8"));
    return whole;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prose and examples are most of the file; a property that happens to be called `title` must stay. */
const prose = new Set(["description", "summary", "example", "examples", "title", "externalDocs", "deprecated"]);
/** Formats that mean something to a validator; `int64`, `repo.nwo` and e-mails with `[bot]` in them do not. */
const formats = new Set(["date-time", "uri"]);

function isDropped(key: string, value: unknown): boolean {
  if (key === "format") return !(typeof value === "string" && formats.has(value));
  return prose.has(key) || key.startsWith("x-") || ["nullable", "default", "discriminator"].includes(key);
}

/** OpenAPI 3.0's dialect as plain JSON Schema, without what is there for readers. */
function plain(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain);
  if (!isObject(node)) return node;
  const schema: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "enum") schema[key] = value;
    else if (key === "properties" && isObject(value)) schema[key] = mapped(value, plain);
    else if (!isDropped(key, value)) schema[key] = plain(value);
  }
  return node["nullable"] === true ? orNull(schema) : schema;
}

function orNull(schema: Node): Node {
  if (schema["type"] === undefined) return { anyOf: [schema, { type: "null" }] };
  const listed = Array.isArray(schema["enum"]) ? { enum: [...new Set([...schema["enum"], null])] } : {};
  return { ...schema, type: [schema["type"], "null"], ...listed };
}

/** GitHub ignores what it does not know in a request; to us it is a typing mistake. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (!isObject(node)) return node;
  const schema = mapped(node, closed);
  if ("allOf" in schema || !("properties" in schema) || "additionalProperties" in schema) return schema;
  return { ...schema, additionalProperties: false };
}

function pointed(description: Description, node: unknown): Node {
  if (!isObject(node)) throw new Error(`not an object: ${String(node)}`);
  const ref = node["$ref"];
  if (typeof ref !== "string") return node;
  const [, group = "", name = ""] = ref.slice(2).split("/");
  return pointed(description, description.components[group]?.[name]);
}

function jsonOnly(content: unknown): { schema?: unknown } {
  if (!isObject(content)) return {};
  const [, json] = Object.entries(content).find(([type]) => /json/.test(type)) ?? [];
  return isObject(json) && json["schema"] !== undefined ? { schema: plain(json["schema"]) } : {};
}

function pruneOperation(description: Description, operation: Operation): object {
  const parameters = (operation.parameters ?? []).map((each) => {
    const parameter = pointed(description, each);
    const { name, in: place, required, schema } = parameter;
    const slashes = parameter["x-multi-segment"] === true;
    return {
      name,
      in: place,
      ...(required === true && { required }),
      ...(slashes && { slashes }),
      schema: plain(schema),
    };
  });
  const responses = Object.entries(operation.responses).map(([status, answer]) => [
    status,
    jsonOnly(pointed(description, answer)["content"]),
  ]);
  const body = operation.requestBody;
  return {
    operationId: operation.operationId,
    parameters,
    ...(body && { requestBody: { required: body.required === true, schema: closed(jsonOnly(body.content).schema) } }),
    responses: Object.fromEntries(responses),
  };
}

function pruneOperations(description: Description): Record<string, Record<string, object>> {
  const wanted = new Set(
    Object.entries(wantedOperations).flatMap(([group, names]) => words(names).map((n) => `${group}/${n}`)),
  );
  const paths: Record<string, Record<string, object>> = {};
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!wanted.delete(operation.operationId)) continue;
      (paths[path] ??= {})[method] = pruneOperation(description, operation);
    }
  }
  if (wanted.size > 0) throw new Error(`not in ${source}: ${[...wanted].join(", ")}`);
  return paths;
}

function webhookKeys(description: Description): string[] {
  const known = Object.keys(description["x-webhooks"]);
  return Object.entries(wantedWebhooks).flatMap(([event, actions]) => {
    if (actions === "*") return known.filter((key) => key.startsWith(`${event}-`));
    return actions === "" ? [event] : words(actions).map((action) => `${event}-${action}`);
  });
}

function pruneWebhooks(description: Description): Record<string, unknown> {
  return Object.fromEntries(
    webhookKeys(description).map((key) => {
      const hook = description["x-webhooks"][key]?.post;
      if (hook === undefined) throw new Error(`no webhook ${key} in ${source}`);
      return [key, jsonOnly(hook.requestBody?.content).schema];
    }),
  );
}

/** Every schema that can be reached from what was kept. */
function reachableSchemas(description: Description, roots: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const queue = [roots];
  while (queue.length > 0) {
    for (const [, name] of JSON.stringify(queue.pop()).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || name in found) continue;
      found[name] = plain(description.components["schemas"]?.[name]);
      queue.push(found[name]);
    }
  }
  return found;
}

/** Webhooks repeat the same objects inline dozens of times: each that occurs twice moves to `shared`. */
function share(document: Node, schemas: Node): Node {
  const counts = new Map<string, number>();
  const count = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (isSharable(node)) counts.set(JSON.stringify(node), (counts.get(JSON.stringify(node)) ?? 0) + 1);
    for (const child of Object.values(node)) count(child);
  };
  count([document, schemas]);

  const names = new Map<string, string>();
  const shared: Node = {};
  const move = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(move);
    if (!isObject(node)) return node;
    const text = JSON.stringify(node);
    if ((counts.get(text) ?? 0) < 2) return mapped(node, move);
    const name = names.get(text) ?? `${names.size + 1}`;
    if (!names.has(text)) {
      names.set(text, name);
      shared[name] = mapped(node, move);
    }
    return { $ref: `#/components/shared/${name}` };
  };
  // A named schema stays under its name; only what is inside it moves.
  const inside = (schema: unknown): unknown => (isObject(schema) ? mapped(schema, move) : schema);
  return { ...mapped(document, move), components: { schemas: mapped(schemas, inside), shared } };
}

const isSharable = (node: object): boolean =>
  "type" in node && "properties" in node && JSON.stringify(node).length > 250;

const description = fetchDescription();
const paths = pruneOperations(description);
const webhooks = pruneWebhooks(description);
const schemas = reachableSchemas(description, [paths, webhooks]);
const pruned = share({ source, version: description.info.version, paths, webhooks }, schemas);
writeFileSync(target, `${JSON.stringify(pruned)}\n`);
console.log(
  `${Object.keys(paths).length} paths, ${Object.keys(webhooks).length} webhooks, ${Object.keys(schemas).length} schemas`,
);
