import { z } from "zod";
import { commandsIn } from "../core/command.ts";
import type { Actor, Fact, Subject } from "../core/fact.ts";
import { issueOfBranch } from "../core/names.ts";
import type { IssueRef } from "../core/task.ts";
import { settingsPath } from "./settings-file.ts";
import { visibleText } from "./visible-text.ts";

/** What a webhook says, in our words. */
export type News =
  | { readonly is: "fact"; readonly subject: Subject; readonly fact: Fact }
  /** A repository has another name or owner, was archived or deleted. */
  | { readonly is: "repository"; readonly repositoryId: number }
  /** A branch that is not ours has other commits than before; it may be the base of pull requests. */
  | { readonly is: "pushed"; readonly repositoryId: number; readonly branch: string; readonly changesSettings: boolean }
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
  // The sender of a suite is who pushed the commit: us, mostly, whoever the checks are by.
  const isOwn = ownLogin !== undefined && event !== "check_suite" && sender?.sender.login === ownLogin;
  return read === undefined || isOwn ? nothing : read(payload, ownLogin);
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

const commentShape = place.extend({
  action: z.string(),
  issue: z.object({ number: z.number(), pull_request: z.looseObject({}).nullish() }),
  comment: z.object({ id: z.number(), body: z.string(), user, html_url: z.string(), created_at: z.string() }),
});

const reviewShape = pullShape.extend({
  review: z.object({
    id: z.number(),
    body: z.string().nullish(),
    user,
    state: z.string(),
    submitted_at: z.string().nullish(),
  }),
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

const suiteShape = place.extend({
  action: z.string(),
  check_suite: z.object({
    head_branch: z.string().nullish(),
    app: z.object({ slug: z.string().optional() }).nullish(),
  }),
});

const statusShape = place.extend({
  state: z.string(),
  context: z.string(),
  branches: z.array(z.object({ name: z.string() })),
});

const repositoryShape = z.object({ repository: z.object({ id: z.number() }) });
const installationShape = z.object({ action: z.string(), installation: z.object({ id: z.number() }) });

/** By GitHub's names of the events. */
const readers: Readonly<Record<string, Reader>> = {
  issue_comment: reader(commentShape, readComment),
  pull_request_review: reader(reviewShape, readReview),
  issues: reader(issuesShape, readIssue),
  pull_request: reader(pullShape, readPull),
  check_suite: reader(suiteShape, readSuite),
  status: reader(statusShape, readStatus),
  push: reader(pushShape, readPush),
  repository: reader(repositoryShape, (payload) => ({ is: "repository", repositoryId: payload.repository.id })),
  installation: reader(installationShape, readInstallation),
  installation_repositories: reader(installationShape, readInstallation),
};

type Reader = (payload: unknown, ownLogin: string | undefined) => News;

function reader<T>(shape: z.ZodType<T>, read: (payload: T, ownLogin: string | undefined) => News): Reader {
  return (payload, ownLogin) => {
    const parsed = shape.safeParse(payload);
    return parsed.success ? read(parsed.data, ownLogin) : nothing;
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

/** Longer than any command or remark; the rest of a long comment says nothing to us. */
const longestComment = 20_000;

/** A comment counts when it is written: what is edited later runs nothing, and bots say nothing to us. */
function readComment(payload: z.output<typeof commentShape>): News {
  const { action, issue, comment } = payload;
  const text = saidIn(comment.body);
  if (action !== "created" || comment.user.type === "Bot" || text === "") return nothing;
  const is = issue.pull_request ? "pull" : "issue";
  const fact: Fact = {
    kind: "commented",
    commentId: comment.id,
    on: issue.number,
    by: actor(comment.user),
    text,
    url: comment.html_url,
    atMs: Date.parse(comment.created_at),
  };
  return { is: "fact", subject: { is, issue: refOf(payload, issue.number) }, fact };
}

/** What a comment tells us: its commands as they stand, else what people can see of it. */
export function saidIn(body: string): string {
  const text = body.slice(0, longestComment);
  return commandsIn(text).length > 0 ? text : visibleText(text).trim();
}

const verdicts: Readonly<Record<string, (Fact & { kind: "reviewed" })["verdict"]>> = {
  approved: "approved",
  changes_requested: "changes-requested",
  commented: "commented",
};

function readReview(payload: z.output<typeof reviewShape>, ownLogin: string | undefined): News {
  const { action, review, pull_request: pull } = payload;
  const fact = action === "submitted" ? reviewFact(review, ownLogin) : undefined;
  if (fact === undefined) return nothing;
  return { is: "fact", subject: { is: "pull", issue: refOf(payload, pull.number) }, fact };
}

/** What a review tells us, as a webhook carries it or GitHub shows it; undefined for one that is no person's, or not submitted. */
export function reviewFact(
  review: z.output<typeof reviewShape>["review"],
  ownLogin: string | undefined,
): (Fact & { kind: "reviewed" }) | undefined {
  const verdict = verdicts[review.state.toLowerCase()];
  if (review.user.type === "Bot" || verdict === undefined) return undefined;
  const text = (review.body ?? "").slice(0, longestComment);
  return {
    kind: "reviewed",
    reviewId: review.id,
    by: actor(review.user),
    verdict,
    mentionsUs: isMentioned(text, ownLogin),
    text,
    atMs: Date.parse(review.submitted_at ?? ""),
  };
}

function isMentioned(text: string, ownLogin: string | undefined): boolean {
  const name = ownLogin?.replace(/\[bot\]$/, "").toLowerCase();
  const words = [...text.toLowerCase().matchAll(/(?<![\w`])@([a-z0-9-]+)/g)].map(([, word]) => word);
  return name !== undefined && words.includes(name);
}

/** A suite ends with its last check: a webhook for each check, of which there may be many, would tell nothing more. */
function readSuite(payload: z.output<typeof suiteShape>, ownLogin: string | undefined): News {
  const { action, check_suite: suite } = payload;
  const isOurs = ownLogin !== undefined && `${suite.app?.slug}[bot]` === ownLogin;
  return action === "completed" && !isOurs
    ? touchedBranches(payload, [suite.head_branch ?? ""], "checks ended")
    : nothing;
}

function readStatus(payload: z.output<typeof statusShape>): News {
  const names = payload.branches.map(({ name }) => name);
  return payload.state === "pending" ? nothing : touchedBranches(payload, names, `status ${payload.state}`);
}

/** The task of the first branch that is one of ours. */
function touchedBranches(payload: z.output<typeof place>, branches: readonly string[], what: string): News {
  const [issue] = branches.flatMap((branch) => issueOfBranch(branch) ?? []);
  return issue === undefined ? nothing : touched({ is: "issue", issue: refOf(payload, issue) }, what);
}

/** A forced push may change the settings file though none of its commits does. */
function readPush({
  ref,
  forced,
  commits,
  repository: { id, default_branch: defaultBranch },
}: z.output<typeof pushShape>): News {
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined || issueOfBranch(branch) !== undefined) return nothing;
  const isTouched = commits.some(({ added, removed, modified }) =>
    [...added, ...removed, ...modified].includes(settingsPath),
  );
  const changesSettings = branch === defaultBranch && (forced || isTouched);
  return { is: "pushed", repositoryId: id, branch, changesSettings };
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
