import { z } from "zod";
import type { IssueEvent } from "../github/world/model.ts";
import { avatar, person } from "./avatar.ts";
import { type Html, html, type Part } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { chip } from "./labels.ts";
import { labelNamed, type View } from "./view.ts";
import { ago } from "./words.ts";

const detailShape = z.object({
  label: z.object({ name: z.string(), color: z.string() }).optional().catch(undefined),
  rename: z.object({ from: z.string(), to: z.string() }).optional().catch(undefined),
  assignee: z.object({ login: z.string() }).optional().catch(undefined),
  requested_reviewer: z.object({ login: z.string() }).optional().catch(undefined),
  commit_id: z.string().optional().catch(undefined),
  state_reason: z.string().nullish().catch(undefined),
});
type Detail = z.infer<typeof detailShape>;

/** One line of a timeline. */
export interface Line {
  readonly id: string;
  readonly atMs: number;
  readonly content: Html;
}

export function eventLines(view: View, number: number): Line[] {
  const events = view.store.events.filter((event) => event.issue === number);
  return grouped(events).map((group) => lineOf(view, group));
}

/** Labels that somebody puts on and off in one go are one line, as people read it. */
function grouped(events: readonly IssueEvent[]): [IssueEvent, ...IssueEvent[]][] {
  const groups: [IssueEvent, ...IssueEvent[]][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    const isMore =
      group !== undefined &&
      isLabel(event) &&
      isLabel(group[0]) &&
      group[0].actor.user.id === event.actor.user.id &&
      event.atMs - group[0].atMs < 5000;
    if (isMore) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

const isLabel = ({ event }: IssueEvent): boolean => event === "labeled" || event === "unlabeled";

function lineOf(view: View, group: readonly [IssueEvent, ...IssueEvent[]]): Line {
  const [first] = group;
  const { name, words, tone = "" } = isLabel(first) ? labelWords(view, group) : wordsOf(view, first);
  const id = `event-${first.id}`;
  const content = html`<div class="event ${tone}" id="${id}"><span class="badge">${icon(name)}</span>
    <p>${avatar(first.actor.user, 20)} ${person(first.actor.user)} ${words} <a class="muted" href="#${id}">${ago(first.atMs, view.nowMs)}</a></p></div>`;
  return { id, atMs: first.atMs, content };
}

interface Words {
  readonly name: IconName;
  readonly words: Part;
  readonly tone?: string;
}

function labelWords(view: View, group: readonly IssueEvent[]): Words {
  const chips = (kind: string): Html[] =>
    group
      .filter(({ event }) => event === kind)
      .flatMap(({ detail }) => detailShape.parse(detail).label ?? [])
      .map((label) => chip(labelNamed(view, label.name) ?? label));
  const added = chips("labeled");
  const removed = chips("unlabeled");
  const parts = [
    added.length > 0 && html`added ${spaced(added)}`,
    added.length > 0 && removed.length > 0 && " and ",
    removed.length > 0 && html`removed ${spaced(removed)}`,
  ];
  return { name: "tag", words: parts };
}

const spaced = (chips: readonly Html[]): Part => chips.map((one) => html`${one} `);

function wordsOf(view: View, event: IssueEvent): Words {
  const detail = detailShape.parse(event.detail);
  switch (event.event) {
    case "closed":
      return { ...closedWords(view, event, detail), tone: "purple" };
    case "reopened":
      return { name: "issue", words: "reopened this", tone: "green" };
    case "merged":
      return { name: "merged", words: mergedWords(view, event, detail), tone: "purple" };
    case "renamed":
      return {
        name: "pencil",
        words: html`changed the title <del>${detail.rename?.from}</del> <b>${detail.rename?.to}</b>`,
      };
    case "assigned":
      return { name: "person", words: html`assigned <b>${detail.assignee?.login}</b>` };
    case "unassigned":
      return { name: "person", words: html`unassigned <b>${detail.assignee?.login}</b>` };
    case "review_requested":
      return { name: "eye", words: html`requested a review from <b>${detail.requested_reviewer?.login}</b>` };
    case "review_request_removed":
      return { name: "eye", words: html`no longer asks <b>${detail.requested_reviewer?.login}</b> for a review` };
    case "ready_for_review":
      return { name: "eye", words: "marked this pull request as ready for review" };
    case "convert_to_draft":
      return { name: "pull", words: "marked this pull request as a draft" };
    case "locked":
      return { name: "lock", words: "locked the conversation" };
    case "unlocked":
      return { name: "lock", words: "unlocked the conversation" };
    default:
      return { name: "dot", words: event.event.replaceAll("_", " ") };
  }
}

function closedWords({ store }: View, { issue }: IssueEvent, detail: Detail): Words {
  if (store.pulls.has(issue)) return { name: "cross", words: "closed this pull request" };
  const isSkipped = detail.state_reason === "not_planned" || detail.state_reason === "duplicate";
  return isSkipped
    ? { name: "skipped", words: "closed this as not planned" }
    : { name: "issue-closed", words: "closed this as completed" };
}

function mergedWords({ store, path }: View, { issue }: IssueEvent, { commit_id: sha = "" }: Detail): Html {
  const base = store.pulls.get(issue)?.base.branch;
  return html`merged commit <a href="${path}/commit/${sha}"><code>${sha.slice(0, 7)}</code></a> into <code>${base}</code>`;
}
