import type { ReviewComment, Thread } from "../github/world/model.ts";
import { commentsIn } from "../github/world/threads.ts";
import { avatar, person } from "./avatar.ts";
import { type DiffLine, diffRow, readPatch, type Remarks } from "./diff.ts";
import { type Html, html, type Part } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import type { View } from "./view.ts";
import { ago } from "./words.ts";

/** A conversation on some lines, with its answer box. */
export function threadCard(view: View, thread: Thread, pull: number, isWithCode: boolean): Html {
  const { path } = thread.place;
  return html`<section class="card thread" id="thread-${thread.id}">
    <header><code>${path}</code> ${thread.isOutdated && html`<span class="pill">outdated</span>`} ${thread.resolvedBy !== undefined && html`<span class="pill">resolved by ${thread.resolvedBy.login}</span>`}</header>
    ${isWithCode && html`<table class="code"><tbody>${codeAbove(thread)}</tbody></table>`}
    ${commentsIn(view.store, thread.id).map((comment) => remark(view, comment))}
    <form method="post" action="${view.path}/pull/${pull}/reply" class="reply">
      <input type="hidden" name="to" value="${commentsIn(view.store, thread.id)[0]?.id}">
      <label class="hidden" for="reply-${thread.id}">Answer</label>
      <input id="reply-${thread.id}" name="body" placeholder="Answer…" required> <button>Answer</button>
    </form>
  </section>`;
}

/** The last lines of what it was said about. */
function codeAbove({ origin }: Thread): Part {
  return readPatch(origin.hunk)
    .slice(-4)
    .map((line) => diffRow(origin.path, line));
}

function remark(view: View, { id, author, body, createdMs, updatedMs }: ReviewComment): Html {
  return html`<div class="remark" id="r${id}"><p>${avatar(author.user, 24)} ${person(author.user)} <span class="muted">${ago(createdMs, view.nowMs)}${updatedMs > createdMs && " · edited"}</span></p>
    <div class="prose">${renderMarkdown(body, view.name)}</div></div>`;
}

/** `path:R12`: a line on the side after the change, or (`L`) before it. */
export const placeOf = (path: string, line: DiffLine): string =>
  line.kind === "gone" ? `${path}:L${line.before}` : `${path}:R${line.after}`;

/** Lets people read and make remarks in the files of a pull request. `at` is the line that a form is open for. */
export function remarksOn(view: View, pull: number, at: string | undefined): Remarks {
  const threads = [...view.store.threads.values()].filter((thread) => thread.pull === pull && !thread.isOutdated);
  return {
    add: (path, line) => {
      const place = placeOf(path, line);
      return html`<a class="add-remark" href="?at=${encodeURIComponent(place)}#remark" aria-label="Comment on line ${line.after ?? line.before}">+</a>`;
    },
    below: (path, line) => {
      const here = threads.filter(({ place }) => isAt(place, path, line));
      const isOpen = at === placeOf(path, line);
      if (here.length === 0 && !isOpen) return undefined;
      return [here.map((thread) => threadCard(view, thread, pull, false)), isOpen && remarkForm(view, pull, at)];
    },
  };
}

function isAt({ path, line, side }: Thread["place"], wanted: string, at: DiffLine): boolean {
  if (path !== wanted || line === undefined) return false;
  return side === "LEFT" ? at.kind === "gone" && at.before === line : at.after === line;
}

function remarkForm(view: View, pull: number, at: string): Html {
  return html`<form method="post" action="${view.path}/pull/${pull}/remark" class="card writing" id="remark">
    <input type="hidden" name="at" value="${at}">
    <label for="remark-body">Comment on this line as <b>${view.me.login}</b></label>
    <textarea id="remark-body" name="body" rows="3" required autofocus></textarea>
    <p class="buttons"><a class="button" href="?">Cancel</a> <button class="primary">Add comment</button></p>
  </form>`;
}
