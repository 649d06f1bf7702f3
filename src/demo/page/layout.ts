import type { Github } from "../github/start.ts";
import type { User } from "../github/world/model.ts";
import { roleOf } from "../github/world/world.ts";
import { avatar } from "./avatar.ts";
import { type Html, html } from "./html.ts";
import { icon } from "./icons.ts";
import { labelSheetPath } from "./labels.ts";
import { issuesOf, openOnes, pullIssuesOf, type View } from "./view.ts";

export interface PageOptions {
  /** As whom a browser acts that has not chosen yet. */
  readonly actsAs: string;
}

export type Tab = "code" | "issues" | "pulls";

/** A page of a repository. */
export function repositoryPage(view: View, tab: Tab, title: string, content: Html): string {
  const { store, path } = view;
  const { owner, name, isPrivate } = store.repository;
  const body = html`
    <div class="repository">
      <h1>${icon("book")} <a href="/${owner.login}">${owner.login}</a> <span>/</span> <a href="${path}"><b>${name}</b></a>
        <span class="pill">${isPrivate ? "Private" : "Public"}</span></h1>
      <nav aria-label="Repository" id="tabs" data-live>
        ${tabLink(path, "code", "Code", undefined, tab === "code")}
        ${tabLink(`${path}/issues`, "issue", "Issues", openOnes(issuesOf(view)).length, tab === "issues")}
        ${tabLink(`${path}/pulls`, "pull", "Pull requests", openOnes(pullIssuesOf(view)).length, tab === "pulls")}
      </nav>
    </div>
    <main>${content}</main>`;
  return page(view.github, view.me, `${title} · ${view.name}`, body, view);
}

function tabLink(
  href: string,
  name: "code" | "issue" | "pull",
  word: string,
  count: number | undefined,
  isHere: boolean,
): Html {
  const number = count === undefined ? "" : html` <span class="count">${count}</span>`;
  return html`<a href="${href}" ${isHere ? html`aria-current="page"` : ""}>${icon(name)} ${word}${number}</a>`;
}

/** Any page: the bar with whoever acts, the content, and what this is. */
export function page(github: Github, me: User, title: string, content: Html, view?: View): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/-/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/-/style.css">
<link rel="stylesheet" id="label-sheet" href="${labelSheetPath(github)}">
<script src="/-/live.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
  <a class="home" href="/">${icon("leaf", 22)} <b>Forge</b> <span class="pill">stand-in for GitHub</span></a>
  ${actAs(github, me, view)}
</header>
<div id="content">${content}</div>
<footer>A stand-in for GitHub on this machine, with Coppice’s demo in it. Nothing here leaves the machine.</footer>
</body>
</html>`.text;
}

/** Everybody who can be acted as. A real forge has a sign-in here. */
function actAs(github: Github, me: User, view: View | undefined): Html {
  const people = [...github.world.users.values()].filter(({ type, name }) => type === "User" && name !== null);
  return html`<details class="menu act-as">
    <summary>${avatar(me, 24)} <span>Acting as <b>${me.name ?? me.login}</b></span></summary>
    <form method="post" action="/-/act-as" class="popover">
      <p>Act as somebody else:</p>
      ${people.map(
        (user) => html`<button name="login" value="${user.login}" ${user.id === me.id ? html`aria-current="true"` : ""}>
          ${avatar(user, 24)} <span><b>${user.name ?? user.login}</b> <small>${user.login} · ${roleWords(view, user)}</small></span></button>`,
      )}
    </form>
  </details>`;
}

function roleWords(view: View | undefined, user: User): string {
  if (view === undefined) return "a person";
  const role = roleOf(view.store, user);
  if (role === "admin") return "owns this repository";
  return role === "read" || role === undefined ? "no write access" : `${role} access`;
}

/** Lists and empty places share a look. */
export const blank = (name: "issue" | "pull", title: string, words: string): Html =>
  html`<div class="blank">${icon(name, 28)}<h2>${title}</h2><p>${words}</p></div>`;

/** A page that only says something. */
export const message = (title: string, words: string): Html =>
  html`<main><div class="blank"><h2>${title}</h2><p>${words}</p><p><a href="/">All repositories</a></p></div></main>`;
