import type { Actor, Reaction, ReactionContent } from "../github/world/model.ts";
import { listReactions } from "../github/world/reactions.ts";
import { avatar, person } from "./avatar.ts";
import { type Html, html, type Part } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { roleWord, type View } from "./view.ts";
import { ago } from "./words.ts";

export interface Box {
  readonly id: string;
  readonly author: Actor;
  readonly verb: string;
  readonly body: string | null;
  readonly atMs: number;
  readonly isEdited: boolean;
  readonly reactionsOn: Pick<Reaction, "on" | "of">;
}

/** What somebody wrote, with his face beside it. */
export function box(view: View, { id, author, verb, body, atMs, isEdited, reactionsOn }: Box): Html {
  const role = roleWord(view, author.user);
  return html`<article class="box" id="${id}">
    ${avatar(author.user, 40)}
    <div class="card">
      <header>${avatar(author.user, 20)} ${person(author.user)} <span class="muted">${verb} <a href="#${id}">${ago(atMs, view.nowMs)}</a>${isEdited && html` · <span title="This was edited after it was written">edited</span>`}</span>
        ${role !== undefined && html`<span class="pill end">${role}</span>`}</header>
      <div class="prose">${body === null || body.trim() === "" ? html`<p class="muted"><em>No description provided.</em></p>` : renderMarkdown(body, view.name)}</div>
      ${reactions(view, reactionsOn)}
    </div>
  </article>`;
}

const faces: Readonly<Record<ReactionContent, string>> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

function reactions({ store }: View, on: Pick<Reaction, "on" | "of">): Part {
  const all = listReactions(store, on);
  if (all.length === 0) return undefined;
  const contents = [...new Set(all.map(({ content }) => content))];
  return html`<ul class="reactions" aria-label="Reactions">${contents.map((content) => {
    const whose = all.filter((reaction) => reaction.content === content).map(({ user }) => user.login);
    return html`<li title="${whose.join(", ")}">${faces[content]} ${whose.length}</li>`;
  })}</ul>`;
}
