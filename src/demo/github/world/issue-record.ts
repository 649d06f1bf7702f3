import { viewIssue } from "../views/issue.ts";
import { viewPull } from "../views/pull.ts";
import { invalid } from "./errors.ts";
import type { Actor, Issue } from "./model.ts";
import { change, get, type Store, type World } from "./world.ts";

/** The record alone; issues and pull requests draw their numbers from one row. */
export function addIssue(world: World, store: Store, by: Actor, title: string, body: string | null): Issue {
  if (title.trim() === "") throw invalid({ resource: "Issue", code: "missing_field", field: "title" });
  const nowMs = world.nowMs();
  const issue: Issue = {
    id: world.nextId(),
    number: Math.max(0, ...store.issues.keys(), ...store.gone.keys()) + 1,
    title,
    body,
    author: by,
    state: "open",
    stateReason: null,
    labels: [],
    assignees: [],
    locked: false,
    edits: [],
    createdMs: nowMs,
    updatedMs: nowMs,
    closed: undefined,
  };
  store.issues.set(issue.number, issue);
  return issue;
}

export const touch = (world: World, store: Store, number: number, changes: Partial<Issue> = {}): Issue =>
  change(store.issues, number, { ...changes, updatedMs: world.nowMs() });

/** Notes what the issue's events and timeline show. */
export function noteEvent(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  event: string,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  store.events.push({ id: world.nextId(), issue: number, event, actor: by, atMs: world.nowMs(), detail });
}

/** Tells the App: as `issues`, or as `pull_request` when the number is one. */
export function emitIssue(
  world: World,
  store: Store,
  by: Actor,
  action: string,
  number: number,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const pull = store.pulls.get(number);
  const [event, payload] =
    pull === undefined
      ? ["issues", { issue: viewIssue(world, store, get(store.issues, number)) }]
      : ["pull_request", { number, pull_request: viewPull(world, store, pull) }];
  world.emit({ event, action, store, sender: by.user, payload: { ...payload, ...more } });
}
