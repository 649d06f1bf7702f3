import type { Issue } from "../github/world/model.ts";
import { person } from "./avatar.ts";
import { newIssueForm } from "./forms.ts";
import { type Html, html, type Part } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { chip } from "./labels.ts";
import { blank, repositoryPage, type Tab } from "./layout.ts";
import { commentsOn, issuesOf, labelsOf, openOnes, pathOf, pullIssuesOf, type View } from "./view.ts";
import { ago } from "./words.ts";

export function issueList(view: View, state: "open" | "closed"): string {
  const all = issuesOf(view);
  const action = html`<a class="button primary" href="${view.path}/issues/new">New issue</a>`;
  const nothing = blank("issue", "No issues here", "What should be better? Open an issue about it.");
  return repositoryPage(view, "issues", "Issues", list(view, "issues", all, state, nothing, action));
}

export function pullList(view: View, state: "open" | "closed"): string {
  const nothing = blank(
    "pull",
    "No pull requests here",
    "They come by themselves once an issue has the label “coppice”.",
  );
  return repositoryPage(view, "pulls", "Pull requests", list(view, "pulls", pullIssuesOf(view), state, nothing, ""));
}

export function newIssuePage(view: View): string {
  const content = html`<div class="headline"><h2>New issue</h2></div><div class="columns"><div>${newIssueForm(view)}</div></div>`;
  return repositoryPage(view, "issues", "New issue", content);
}

function list(
  view: View,
  tab: Tab,
  all: readonly Issue[],
  state: "open" | "closed",
  nothing: Html,
  action: Part,
): Html {
  const shown = all.filter((issue) => issue.state === state);
  const path = `${view.path}/${tab}`;
  const open = openOnes(all).length;
  const first: IconName = tab === "pulls" ? "pull" : "issue";
  return html`
    <div class="headline"><h2>${tab === "pulls" ? "Pull requests" : "Issues"}</h2>${action}</div>
    <div class="list" id="list" data-live>
      <header>
        <a href="${path}" ${state === "open" && html`aria-current="page"`}>${icon(first)} ${open} Open</a>
        <a href="${path}?state=closed" ${state === "closed" && html`aria-current="page"`}>${icon("check")} ${all.length - open} Closed</a>
      </header>
      ${shown.length === 0 ? nothing : html`<ul>${shown.map((issue) => row(view, issue))}</ul>`}
    </div>`;
}

function row(view: View, issue: Issue): Html {
  const { number, title, author, createdMs, closed } = issue;
  const comments = commentsOn(view, number);
  const look = lookOf(view, issue);
  const when =
    closed === undefined ? html`opened ${ago(createdMs, view.nowMs)}` : html`closed ${ago(closed.atMs, view.nowMs)}`;
  return html`<li id="row-${number}">
    <span class="${look.tone}" title="${look.words}">${icon(look.name)}</span>
    <div><p><a class="title" href="${pathOf(view, number)}">${title}</a> ${labelsOf(view, issue).map((label) => html`${chip(label)} `)}</p>
      <p class="muted"><small>#${number} ${when} by ${person(author.user)}</small></p></div>
    ${comments > 0 && html`<a class="muted" href="${pathOf(view, number)}" aria-label="${comments} comments">${icon("comment")} ${comments}</a>`}
  </li>`;
}

interface Look {
  readonly name: IconName;
  readonly tone: string;
  readonly words: string;
}

function lookOf({ store }: View, { number, state, stateReason }: Issue): Look {
  const pull = store.pulls.get(number);
  if (pull?.merged !== undefined) return { name: "merged", tone: "purple", words: "merged" };
  if (pull !== undefined && state === "closed") return { name: "pull", tone: "red", words: "closed" };
  if (pull?.isDraft === true) return { name: "pull", tone: "gray", words: "draft" };
  if (pull !== undefined) return { name: "pull", tone: "green", words: "open" };
  if (state === "open") return { name: "issue", tone: "green", words: "open" };
  const isSkipped = stateReason === "not_planned" || stateReason === "duplicate";
  return isSkipped
    ? { name: "skipped", tone: "gray", words: "not planned" }
    : { name: "issue-closed", tone: "purple", words: "completed" };
}
