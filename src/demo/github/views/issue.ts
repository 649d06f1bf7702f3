import type { Actor, Comment, Issue, IssueEvent, Label, Reaction, User } from "../world/model.ts";
import { fullName, get, type Store, type World } from "../world/world.ts";
import { api, node, time, viewApp, viewUser } from "./user.ts";

type View = Record<string, unknown>;

const repositoryUrl = (world: World, { repository }: Store): string => api(world, `/repos/${fullName(repository)}`);

const htmlUrl = (world: World, { repository }: Store): string => `${world.url}/${fullName(repository)}`;

export function viewIssue(world: World, store: Store, issue: Issue): View {
  const url = `${repositoryUrl(world, store)}/issues/${issue.number}`;
  return {
    id: issue.id,
    node_id: node("I", issue.id),
    url,
    repository_url: repositoryUrl(world, store),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: issueUrl(world, store, issue),
    ...viewIssueState(world, store, issue),
    comments: [...store.comments.values()].filter((comment) => comment.issue === issue.number).length,
    closed_by: issue.closed === undefined ? null : viewUser(world, issue.closed.by),
    performed_via_github_app: viaApp(world, issue.author),
    reactions: viewReactionCounts(store, "issue", issue.number, `${url}/reactions`),
    ...viewPullLink(world, store, issue),
  };
}

/** What issues and pull requests share. */
export function viewIssueState(world: World, store: Store, issue: Issue): View {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: viewUser(world, issue.author.user),
    author_association: association(store, issue.author.user),
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((id) => viewLabel(world, store, get(store.labels, id))),
    assignee: issue.assignees[0] === undefined ? null : viewUser(world, issue.assignees[0]),
    assignees: issue.assignees.map((user) => viewUser(world, user)),
    milestone: null,
    locked: issue.locked,
    active_lock_reason: null,
    created_at: time(issue.createdMs),
    updated_at: time(issue.updatedMs),
    closed_at: issue.closed === undefined ? null : time(issue.closed.atMs),
  };
}

export function issueUrl(world: World, store: Store, { number }: Issue): string {
  const kind = store.pulls.has(number) ? "pull" : "issues";
  return `${htmlUrl(world, store)}/${kind}/${number}`;
}

function viewPullLink(world: World, store: Store, issue: Issue): View {
  const pull = store.pulls.get(issue.number);
  if (pull === undefined) return {};
  const html = issueUrl(world, store, issue);
  return {
    draft: pull.isDraft,
    pull_request: {
      url: `${repositoryUrl(world, store)}/pulls/${issue.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.merged === undefined ? null : time(pull.merged.atMs),
    },
  };
}

export function association(store: Store, user: User): string {
  if (user.id === store.repository.owner.id) return "OWNER";
  return store.roles.has(user.id) ? "COLLABORATOR" : "NONE";
}

/** GitHub's description of webhooks does not know all events of an App where it is named as an author's. */
const unnamedEvents: readonly unknown[] = ["workflow_job", "pull_request_review_thread"];

function viaApp(world: World, { app }: Actor): View | null {
  if (app === undefined) return null;
  return viewApp(world, { ...app, events: app.events.filter((event) => !unnamedEvents.includes(event)) });
}

export function viewLabel(world: World, store: Store, label: Label): View {
  return {
    id: label.id,
    node_id: node("LA", label.id),
    url: `${repositoryUrl(world, store)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    description: label.description,
    default: false,
  };
}

export function viewComment(world: World, store: Store, comment: Comment): View {
  const url = `${repositoryUrl(world, store)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: node("IC", comment.id),
    url,
    html_url: `${issueUrl(world, store, get(store.issues, comment.issue))}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(world, store)}/issues/${comment.issue}`,
    user: viewUser(world, comment.author.user),
    author_association: association(store, comment.author.user),
    performed_via_github_app: viaApp(world, comment.author),
    body: comment.body,
    created_at: time(comment.createdMs),
    updated_at: time(comment.updatedMs),
    reactions: viewReactionCounts(store, "comment", comment.id, `${url}/reactions`),
  };
}

export function viewReactionCounts(store: Store, on: Reaction["on"], of: number, url: string): View {
  const counts: Record<string, number> = {
    "+1": 0,
    "-1": 0,
    laugh: 0,
    confused: 0,
    heart: 0,
    hooray: 0,
    rocket: 0,
    eyes: 0,
  };
  const here = [...store.reactions.values()].filter((reaction) => reaction.on === on && reaction.of === of);
  for (const { content } of here) counts[content] = (counts[content] ?? 0) + 1;
  return { ...counts, url, total_count: here.length };
}

export function viewReaction(world: World, reaction: Reaction): View {
  return {
    id: reaction.id,
    node_id: node("REA", reaction.id),
    user: viewUser(world, reaction.user),
    content: reaction.content,
    created_at: time(reaction.createdMs),
  };
}

export function viewIssueEvent(world: World, store: Store, event: IssueEvent): View {
  return {
    id: event.id,
    node_id: node("EV", event.id),
    url: `${repositoryUrl(world, store)}/issues/events/${event.id}`,
    actor: viewUser(world, event.actor.user),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: time(event.atMs),
    performed_via_github_app: viaApp(world, event.actor),
    ...event.detail,
  };
}
