import type { Issue } from "../github/world/model.ts";
import { avatar } from "./avatar.ts";
import { type Html, html, type Part } from "./html.ts";
import { pathOf, type View } from "./view.ts";

/** The box for a comment, with the button that closes or opens again for those who may. */
export function commentForm(view: View, issue: Issue, isMerged = false): Html {
  const mayClose = (view.may("triage") || issue.author.user.id === view.me.id) && !isMerged;
  return html`<form method="post" action="${pathOf(view, issue.number)}/comment" class="box write" id="comment-form">
    ${avatar(view.me, 40)}
    <div class="card">
      <header><label for="new-comment">Add a comment as <b>${view.me.login}</b></label></header>
      <div class="writing">
        <textarea id="new-comment" name="body" rows="4" placeholder="Markdown is fine"></textarea>
        <p class="buttons" id="comment-buttons" data-live>${mayClose && closeButton(view, issue)}
          <button class="primary" name="then" value="stay">Comment</button></p>
      </div>
    </div>
  </form>`;
}

function closeButton(view: View, { number, state }: Issue): Part {
  const what = view.store.pulls.has(number) ? "pull request" : "issue";
  return state === "open"
    ? html`<button name="then" value="close">Close ${what}</button>`
    : html`<button name="then" value="reopen">Reopen ${what}</button>`;
}

export function newIssueForm(view: View): Html {
  return html`<form method="post" action="${view.path}/issues" class="box write">
    ${avatar(view.me, 40)}
    <div class="card">
      <header>New issue as <b>${view.me.login}</b></header>
      <div class="writing">
        <label for="title">Title</label>
        <input id="title" name="title" required autofocus>
        <label for="body">What is it about?</label>
        <textarea id="body" name="body" rows="10" placeholder="Markdown is fine. A line “Base: some-branch” names the branch to start from."></textarea>
        <p class="buttons"><button class="primary">Create issue</button></p>
      </div>
    </div>
  </form>`;
}
