import { z } from "zod";
import type { Actor, Fact, Subject } from "../core/fact.ts";
import type { IssueRef } from "../core/task.ts";
import { settingsPath } from "./settings-file.ts";

/** What a webhook says, in our words. */
export type News =
  | { readonly is: "fact"; readonly subject: Subject; readonly fact: Fact }
  /** The settings file of a repository changed, or which repository it is. */
  | { readonly is: "settings"; readonly repositoryId: number }
  /** There are other repositories to serve than before. */
  | { readonly is: "installation"; readonly installationId: number; readonly isOver: boolean }
  | { readonly is: "nothing" };

const nothing: News = { is: "nothing" };

/**
 * Reads a signed webhook. The event's name comes from a header that is not signed, so the payload has to have the shape
 * that goes with it; what has not says nothing to us.
 * @param ownLogin our bot's login: what it did itself is no news.
 */
export function newsOf(event: string, payload: unknown, ownLogin: string | undefined): News {
  const read = readers[event];
  const { data: sender } = senderShape.safeParse(payload);
  const isOwn = ownLogin !== undefined && sender?.sender.login === ownLogin;
  return read === undefined || isOwn ? nothing : read(payload);
}

const user = z.object({ id: z.number(), login: z.string(), type: z.string().default("User") });
const senderShape = z.object({ sender: user });

const repository = z.object({
  id: z.number(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  default_branch: z.string(),
});
const place = z.object({ repository, installation: z.object({ id: z.number() }) });

const issuesShape = place.extend({
  action: z.string(),
  sender: user,
  issue: z.object({
    number: z.number(),
    title: z.string(),
    body: z.string().nullish(),
    updated_at: z.string(),
  }),
  label: z.object({ name: z.string() }).nullish(),
});

const pullShape = place.extend({
  action: z.string(),
  pull_request: z.object({ number: z.number() }),
});

const pushShape = place.extend({
  ref: z.string(),
  forced: z.boolean().default(false),
  commits: z
    .array(
      z.object({
        added: z.array(z.string()).default([]),
        removed: z.array(z.string()).default([]),
        modified: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

const repositoryShape = z.object({ repository: z.object({ id: z.number() }) });
const installationShape = z.object({ action: z.string(), installation: z.object({ id: z.number() }) });

/** By GitHub's names of the events. */
const readers: Readonly<Record<string, (payload: unknown) => News>> = {
  issues: reader(issuesShape, readIssue),
  pull_request: reader(pullShape, readPull),
  push: reader(pushShape, readPush),
  repository: reader(repositoryShape, (payload) => ({ is: "settings", repositoryId: payload.repository.id })),
  installation: reader(installationShape, readInstallation),
  installation_repositories: reader(installationShape, readInstallation),
};

function reader<T>(shape: z.ZodType<T>, read: (payload: T) => News): (payload: unknown) => News {
  return (payload) => {
    const parsed = shape.safeParse(payload);
    return parsed.success ? read(parsed.data) : nothing;
  };
}

const issueActions = new Set(["closed", "reopened", "edited", "deleted", "transferred", "locked", "unlocked"]);

function readIssue(payload: z.output<typeof issuesShape>): News {
  const { action, issue, label } = payload;
  const subject: Subject = { is: "issue", issue: refOf(payload, issue.number) };
  if (action === "labeled" && label) {
    // The time comes from the signed body, so that one sent again is no later label.
    const atMs = Date.parse(issue.updated_at);
    const text = { title: issue.title, body: issue.body ?? "" };
    return {
      is: "fact",
      subject,
      fact: { kind: "labelled", label: label.name, by: actor(payload.sender), atMs, text },
    };
  }
  if (action === "unlabeled" && label) {
    return { is: "fact", subject, fact: { kind: "unlabelled", label: label.name, by: actor(payload.sender) } };
  }
  return issueActions.has(action) ? touched(subject, `issue ${action}`) : nothing;
}

const pullActions = new Set(["closed", "reopened", "synchronize", "edited", "ready_for_review", "converted_to_draft"]);

function readPull(payload: z.output<typeof pullShape>): News {
  const { action, pull_request: pull } = payload;
  const subject: Subject = { is: "pull", issue: refOf(payload, pull.number) };
  return pullActions.has(action) ? touched(subject, `pull request ${action}`) : nothing;
}

/** A forced push may change the file though none of its commits does. */
function readPush({
  ref,
  forced,
  commits,
  repository: { id, default_branch: branch },
}: z.output<typeof pushShape>): News {
  if (ref !== `refs/heads/${branch}`) return nothing;
  const isTouched = commits.some(({ added, removed, modified }) =>
    [...added, ...removed, ...modified].includes(settingsPath),
  );
  return forced || isTouched ? { is: "settings", repositoryId: id } : nothing;
}

function readInstallation({ action, installation }: z.output<typeof installationShape>): News {
  return { is: "installation", installationId: installation.id, isOver: action === "deleted" || action === "suspend" };
}

function touched(subject: Subject, what: string): News {
  return { is: "fact", subject, fact: { kind: "touched", what } };
}

function refOf({ installation, repository: { id, owner, name } }: z.output<typeof place>, number: number): IssueRef {
  return { installationId: installation.id, repositoryId: id, owner: owner.login, name, number };
}

function actor({ id, login, type }: z.output<typeof user>): Actor {
  return { id, login, isBot: type === "Bot" };
}
