import { viewLabel } from "../views/issue.ts";
import { invalid, notFound } from "./errors.ts";
import { emitIssue, noteEvent, touch } from "./issue-record.ts";
import type { Actor, Label } from "./model.ts";
import { change, get, type Store, type World } from "./world.ts";

const plainColor = "ededed";

export function findLabel(store: Store, name: string): Label | undefined {
  const wanted = name.toLowerCase();
  return [...store.labels.values()].find((label) => label.name.toLowerCase() === wanted);
}

export interface LabelDraft {
  readonly name: string;
  readonly color?: string | undefined;
  readonly description?: string | null | undefined;
}

export function createLabel(world: World, store: Store, by: Actor, draft: LabelDraft): Label {
  if (findLabel(store, draft.name)) throw invalid({ resource: "Label", code: "already_exists", field: "name" });
  const { name, color = plainColor, description = null } = draft;
  const label: Label = { id: world.nextId(), name, color: color.replace("#", ""), description };
  store.labels.set(label.id, label);
  emitLabel(world, store, by, "created", label);
  return label;
}

export function editLabel(world: World, store: Store, by: Actor, id: number, changes: Partial<Label>): Label {
  const before = get(store.labels, id);
  const label = change(store.labels, id, changes);
  emitLabel(world, store, by, "edited", label, { changes: { name: { from: before.name } } });
  return label;
}

export function deleteLabel(world: World, store: Store, by: Actor, id: number): void {
  const label = get(store.labels, id);
  for (const issue of store.issues.values()) {
    if (issue.labels.includes(id)) takeLabel(world, store, by, issue.number, label.name);
  }
  store.labels.delete(id);
  emitLabel(world, store, by, "deleted", label);
}

function emitLabel(world: World, store: Store, by: Actor, action: string, label: Label, more: object = {}): void {
  const payload = { label: viewLabel(world, store, label), ...more };
  world.emit({ event: "label", action, store, sender: by.user, payload });
}

/** GitHub makes a label that nobody knew yet; one that the issue has already is no event. */
export function addLabels(world: World, store: Store, by: Actor, number: number, names: readonly string[]): void {
  for (const name of names) {
    const label = findLabel(store, name) ?? createLabel(world, store, by, { name });
    const { labels } = get(store.issues, number);
    if (labels.includes(label.id)) continue;
    touch(world, store, number, { labels: [...labels, label.id] });
    tellLabel(world, store, by, number, label, "labeled");
  }
}

export function takeLabel(world: World, store: Store, by: Actor, number: number, name: string): void {
  const label = findLabel(store, name);
  const { labels } = get(store.issues, number);
  if (label === undefined || !labels.includes(label.id)) throw notFound();
  touch(world, store, number, { labels: labels.filter((id) => id !== label.id) });
  tellLabel(world, store, by, number, label, "unlabeled");
}

export function setLabels(world: World, store: Store, by: Actor, number: number, names: readonly string[]): void {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const id of get(store.issues, number).labels) {
    const { name } = get(store.labels, id);
    if (!wanted.has(name.toLowerCase())) takeLabel(world, store, by, number, name);
  }
  addLabels(world, store, by, number, names);
}

function tellLabel(
  world: World,
  store: Store,
  by: Actor,
  number: number,
  label: Label,
  event: "labeled" | "unlabeled",
): void {
  noteEvent(world, store, by, number, event, { label: { name: label.name, color: label.color } });
  emitIssue(world, store, by, event, number, { label: viewLabel(world, store, label) });
}
