import { z } from "zod";
import { viewIssue, viewIssueEvent } from "../views/issue.ts";
import { assign, editIssue, lockIssue, openIssue, unassign } from "../world/issues.ts";
import type { Issue } from "../world/model.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";

const labelNames = z
  .array(z.union([z.string(), z.object({ name: z.string() })]))
  .transform((labels) => labels.map((label) => (typeof label === "string" ? label : label.name)));
const title = z.union([z.string(), z.number()]).transform(String);

const draftSchema = z.object({
  title,
  body: z.string().nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

const changesSchema = z.object({
  title: title.optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).optional(),
});

const assigneesSchema = z.object({ assignees: z.array(z.string()).default([]) });

export const issueHandlers: Handlers = {
  "issues/get": (call) => ({ status: 200, body: view(call, named(call)) }),
  "issues/list-for-repo": (call) => paged(call, listed(call), (issue) => view(call, issue)),
  "issues/create": (call) => {
    const issue = openIssue(call.world, call.store(), call.actor(), draftSchema.parse(call.body));
    return { status: 201, body: view(call, issue) };
  },
  "issues/update": (call) => {
    const { state_reason: stateReason, ...changes } = changesSchema.parse(call.body ?? {});
    const issue = editIssue(call.world, call.store(), call.actor(), named(call).number, { ...changes, stateReason });
    return { status: 200, body: view(call, issue) };
  },
  "issues/add-assignees": (call) => assignees(call, assign, 201),
  "issues/remove-assignees": (call) => assignees(call, unassign, 200),
  "issues/lock": (call) => {
    lockIssue(call.world, call.store(), call.actor(), named(call).number, true);
    return { status: 204 };
  },
  "issues/unlock": (call) => {
    lockIssue(call.world, call.store(), call.actor(), named(call).number, false);
    return { status: 204 };
  },
  "issues/list-events": (call) => {
    const here = call.store().events.filter((event) => event.issue === named(call).number);
    return paged(call, here, (event) => viewIssueEvent(call.world, call.store(), event));
  },
  "issues/list-events-for-repo": (call) =>
    paged(call, call.store().events.toReversed(), (event) => ({
      ...viewIssueEvent(call.world, call.store(), event),
      issue: view(call, get(call.store().issues, event.issue)),
    })),
};

const named = (call: Call): Issue => get(call.store().issues, number(call, "issue_number"));

const view = (call: Call, issue: Issue): unknown => viewIssue(call.world, call.store(), issue);

function assignees(call: Call, change: typeof assign, status: number): Answer {
  change(call.world, call.store(), call.actor(), named(call).number, assigneesSchema.parse(call.body ?? {}).assignees);
  return { status, body: view(call, named(call)) };
}

function listed(call: Call): Issue[] {
  const { query } = call;
  const key = query.get("sort") === "updated" ? "updatedMs" : "createdMs";
  const found = [...call.store().issues.values()].filter((issue) => isListed(call, issue));
  const up = found.toSorted((one, two) => one[key] - two[key] || one.number - two.number);
  return query.get("direction") === "asc" ? up : up.toReversed();
}

function isListed(call: Call, issue: Issue): boolean {
  const { query } = call;
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").toLowerCase().split(",").filter(Boolean);
  const names = issue.labels.map((id) => get(call.store().labels, id).name.toLowerCase());
  const sinceMs = Date.parse(query.get("since") ?? "1970-01-01T00:00:00Z");
  return (
    (state === "all" || issue.state === state) &&
    labels.every((label) => names.includes(label)) &&
    Math.floor(issue.updatedMs / 1000) * 1000 >= sinceMs &&
    isOrAny(query.get("creator"), [issue.author.user.login]) &&
    isOrAny(
      query.get("assignee"),
      issue.assignees.map(({ login }) => login),
    )
  );
}

const isOrAny = (wanted: string | null, logins: readonly string[]): boolean =>
  wanted === null || wanted === "*" || (wanted === "none" ? logins.length === 0 : logins.includes(wanted));
