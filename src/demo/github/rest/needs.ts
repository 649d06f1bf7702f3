import type { Role } from "../world/model.ts";

/**
 * Who may call what. First, what an App's token needs: `app` for the App itself (JWT), `any` for every token, else
 * permissions of which one is enough; then the role that a person needs.
 * Source: "Permissions required for GitHub Apps" in GitHub's documentation.
 */
export interface Need {
  readonly app: string;
  readonly role: Role;
}

const issuesOrPulls = "issues:write,pull_requests:write";
const readIssuesOrPulls = "issues:read,pull_requests:read";

const table: Readonly<Record<string, readonly [app: string, role?: Role]>> = {
  "meta/root": ["any"],
  "meta/get": ["any"],
  "rate-limit/get": ["any"],
  "users/get-by-username": ["any"],
  "users/get-authenticated": ["people"],

  "apps/get-authenticated": ["app"],
  "apps/get-by-slug": ["any"],
  "apps/get-installation": ["app"],
  "apps/get-repo-installation": ["app"],
  "apps/get-org-installation": ["app"],
  "apps/get-user-installation": ["app"],
  "apps/list-installations": ["app"],
  "apps/create-installation-access-token": ["app"],
  "apps/list-webhook-deliveries": ["app"],
  "apps/get-webhook-delivery": ["app"],
  "apps/redeliver-webhook-delivery": ["app"],
  "apps/get-webhook-config-for-app": ["app"],
  "apps/update-webhook-config-for-app": ["app"],
  "apps/revoke-installation-access-token": ["any"],
  "apps/list-repos-accessible-to-installation": ["any"],

  "issues/get": [readIssuesOrPulls],
  "issues/list-for-repo": [readIssuesOrPulls],
  "issues/create": ["issues:write"],
  "issues/update": [issuesOrPulls],
  "issues/list-comments": [readIssuesOrPulls],
  "issues/list-comments-for-repo": [readIssuesOrPulls],
  "issues/get-comment": [readIssuesOrPulls],
  "issues/create-comment": [issuesOrPulls],
  "issues/update-comment": [issuesOrPulls],
  "issues/delete-comment": [issuesOrPulls],
  "issues/add-labels": [issuesOrPulls, "triage"],
  "issues/remove-label": [issuesOrPulls, "triage"],
  "issues/set-labels": [issuesOrPulls, "triage"],
  "issues/remove-all-labels": [issuesOrPulls, "triage"],
  "issues/list-labels-on-issue": [readIssuesOrPulls],
  "issues/list-labels-for-repo": [readIssuesOrPulls],
  "issues/get-label": [readIssuesOrPulls],
  "issues/create-label": [issuesOrPulls, "write"],
  "issues/update-label": [issuesOrPulls, "write"],
  "issues/delete-label": [issuesOrPulls, "write"],
  "issues/list-events": [readIssuesOrPulls],
  "issues/list-events-for-repo": [readIssuesOrPulls],
  "issues/list-events-for-timeline": [readIssuesOrPulls],
  "issues/add-assignees": [issuesOrPulls, "triage"],
  "issues/remove-assignees": [issuesOrPulls, "triage"],
  "issues/lock": [issuesOrPulls, "write"],
  "issues/unlock": [issuesOrPulls, "write"],

  "reactions/create-for-issue": [issuesOrPulls],
  "reactions/list-for-issue": [readIssuesOrPulls],
  "reactions/delete-for-issue": [issuesOrPulls],
  "reactions/create-for-issue-comment": [issuesOrPulls],
  "reactions/list-for-issue-comment": [readIssuesOrPulls],
  "reactions/delete-for-issue-comment": [issuesOrPulls],

  "repos/get": ["metadata:read"],
  "repos/get-collaborator-permission-level": ["metadata:read"],
  "repos/check-collaborator": ["metadata:read"],
  "repos/list-collaborators": ["metadata:read", "write"],
  "repos/get-branch-protection": ["administration:read", "admin"],
  "repos/get-status-checks-protection": ["administration:read", "admin"],
  "repos/get-all-status-check-contexts": ["administration:read", "admin"],
  "repos/get-branch": ["contents:read"],
  "repos/list-branches": ["contents:read"],
  "repos/get-content": ["contents:read"],
  "repos/create-or-update-file-contents": ["contents:write", "write"],
  "repos/get-commit": ["contents:read"],
  "repos/list-commits": ["contents:read"],
  "repos/list-pull-requests-associated-with-commit": ["pull_requests:read"],
  "repos/compare-commits": ["contents:read"],
  "repos/compare-commits-with-basehead": ["contents:read"],
  "git/get-ref": ["contents:read"],
  "git/list-matching-refs": ["contents:read"],
  "git/create-ref": ["contents:write", "write"],
  "git/update-ref": ["contents:write", "write"],
  "git/delete-ref": ["contents:write", "write"],
  "git/get-commit": ["contents:read"],

  "pulls/list": ["pull_requests:read"],
  "pulls/get": ["pull_requests:read"],
  "pulls/create": ["pull_requests:write"],
  "pulls/update": ["pull_requests:write"],
  "pulls/check-if-merged": ["pull_requests:read"],
  "pulls/merge": ["contents:write", "write"],
  "pulls/update-branch": ["pull_requests:write", "write"],
  "pulls/list-files": ["pull_requests:read"],
  "pulls/list-commits": ["pull_requests:read"],
  "pulls/list-requested-reviewers": ["pull_requests:read"],
  "pulls/request-reviewers": ["pull_requests:write", "triage"],
  "pulls/list-reviews": ["pull_requests:read"],
  "pulls/get-review": ["pull_requests:read"],
  "pulls/create-review": ["pull_requests:write"],
  "pulls/submit-review": ["pull_requests:write"],
  "pulls/update-review": ["pull_requests:write"],
  "pulls/dismiss-review": ["pull_requests:write", "write"],
  "pulls/list-comments-for-review": ["pull_requests:read"],
  "pulls/list-review-comments": ["pull_requests:read"],
  "pulls/list-review-comments-for-repo": ["pull_requests:read"],
  "pulls/get-review-comment": ["pull_requests:read"],
  "pulls/update-review-comment": ["pull_requests:write"],
  "pulls/create-review-comment": ["pull_requests:write"],
  "pulls/create-reply-for-review-comment": ["pull_requests:write"],
  "reactions/create-for-pull-request-review-comment": ["pull_requests:write"],
  "reactions/list-for-pull-request-review-comment": ["pull_requests:read"],
  "reactions/delete-for-pull-request-comment": ["pull_requests:write"],
  "pulls/remove-requested-reviewers": ["pull_requests:write", "triage"],
};

export function needOf(operation: string): Need | undefined {
  const found = table[operation];
  return found && { app: found[0], role: found[1] ?? "read" };
}
