import type { Issue } from "../github/world/model.ts";
import { get } from "../github/world/world.ts";
import { person } from "./avatar.ts";
import { box } from "./boxes.ts";
import { eventLines, type Line } from "./events.ts";
import { commentForm } from "./forms.ts";
import { type Html, html, type Part } from "./html.ts";
import { type IconName, icon } from "./icons.ts";
import { issueSide } from "./issue-side.ts";
import { repositoryPage } from "./layout.ts";
import { commentsOn, type View } from "./view.ts";
import { ago, plural } from "./words.ts";

export function issuePage(view: View, number: number): string {
  const issue = get(view.store.issues, number);
  const content = html`
    <div class="headline">
      <h2 id="title" data-live>${issue.title} <span class="muted">#${number}</span></h2>
      <a class="button primary" href="${view.path}/issues/new">New issue</a>
    </div>
    <p class="summary" id="summary" data-live>${statePill(issue)} ${person(issue.author.user)} opened this issue ${ago(issue.createdMs, view.nowMs)} · ${plural(commentsOn(view, number), "comment")}</p>
    <div class="columns">
      <div>
        <div class="timeline" id="timeline" data-live="list" aria-live="polite">${timeline(view, issue)}</div>
        ${commentForm(view, issue)}
      </div>
      ${issueSide(view, issue)}
    </div>`;
  return repositoryPage(view, "issues", `${issue.title} · Issue #${number}`, content);
}

function statePill({ state, stateReason }: Issue): Html {
  if (state === "open") return pill("open", "issue", "Open");
  const isSkipped = stateReason === "not_planned" || stateReason === "duplicate";
  return isSkipped ? pill("draft", "skipped", "Closed as not planned") : pill("merged", "issue-closed", "Closed");
}

export const pill = (tone: string, name: IconName, words: string): Html =>
  html`<span class="state ${tone}">${icon(name)} ${words}</span>`;

function timeline(view: View, issue: Issue): Part {
  return [opening(view, issue), ...inOrder([...commentLines(view, issue.number), ...eventLines(view, issue.number)])];
}

/** The first box: what the issue or pull request itself says. */
export function opening(view: View, { author, number, body, createdMs }: Issue): Html {
  const reactionsOn = { on: "issue", of: number } as const;
  return box(view, {
    id: `issue-${number}`,
    author,
    verb: "opened",
    body,
    atMs: createdMs,
    isEdited: false,
    reactionsOn,
  });
}

export function commentLines(view: View, number: number): Line[] {
  const comments = [...view.store.comments.values()].filter(({ issue }) => issue === number);
  return comments.map((comment) => {
    const { author, body, createdMs: atMs } = comment;
    const id = `issuecomment-${comment.id}`;
    const isEdited = comment.updatedMs > atMs;
    const reactionsOn = { on: "comment", of: comment.id } as const;
    return { id, atMs, content: box(view, { id, author, verb: "commented", body, atMs, isEdited, reactionsOn }) };
  });
}

export const inOrder = (lines: readonly Line[]): Html[] =>
  lines.toSorted((one, two) => one.atMs - two.atMs).map(({ content }) => content);
