import { notFound } from "../github/world/errors.ts";
import {
  type Commit,
  countCommits,
  emptyTree,
  listChangedFiles,
  listCommits,
  readCommit,
  resolve,
} from "../github/world/history.ts";
import type { User } from "../github/world/model.ts";
import { avatar } from "./avatar.ts";
import { diffFiles } from "./diff.ts";
import { type Html, html, type Part } from "./html.ts";
import { icon } from "./icons.ts";
import { repositoryPage } from "./layout.ts";
import { renderFile } from "./markdown.ts";
import { type Entry, listBranches, listFolder, readBlob } from "./tree.ts";
import type { View } from "./view.ts";
import { ago, plural } from "./words.ts";

/** The repository's first page: its files and its README. */
export async function homePage(view: View): Promise<string> {
  const { defaultBranch, description } = view.store.repository;
  const { folder } = view.store.repository;
  const sha = await shaOf(view, defaultBranch);
  const readme = await readBlob(folder, sha, "README.md");
  const content = html`<div class="columns">
    <div>
      <div id="files" data-live>${await folderCard(view, defaultBranch, sha, "")}</div>
      ${readme !== undefined && html`<section class="card readme" id="readme" data-live><header>${icon("book")} <b>README</b></header><div class="prose">${renderFile(readme, view.name)}</div></section>`}
    </div>
    <aside aria-label="About"><section><h3>About</h3><p>${description ?? ""}</p></section>
      <section><h3>People</h3>${peopleOf(view)}</section></aside>
  </div>`;
  return repositoryPage(view, "code", view.name, content);
}

function peopleOf({ store, world }: View): Part {
  const ids = [store.repository.owner.id, ...store.roles.keys()];
  return ids
    .flatMap((id) => world.users.get(id) ?? [])
    .map((user) => html`<p>${avatar(user, 24)} ${user.name ?? user.login}</p>`);
}

async function shaOf({ store }: View, ref: string): Promise<string> {
  const sha = await resolve(store.repository.folder, ref);
  if (sha === undefined) throw notFound();
  return sha;
}

/** A folder, or a file, at some branch or commit. */
export async function treePage(view: View, ref: string, path: string): Promise<string> {
  const sha = await shaOf(view, ref);
  const text = path === "" ? undefined : await readBlob(view.store.repository.folder, sha, path);
  const card = text === undefined ? await folderCard(view, ref, sha, path) : fileCard(view, path, text);
  return repositoryPage(
    view,
    "code",
    path || ref,
    html`${crumbs(view, ref, path)}<div id="files" data-live>${card}</div>`,
  );
}

function crumbs({ path: root, store }: View, ref: string, path: string): Html {
  const parts = path.split("/").filter(Boolean);
  const link = (at: number): string =>
    `${root}/tree/${ref}/${parts
      .slice(0, at + 1)
      .map(encodeURIComponent)
      .join("/")}`;
  return html`<p class="crumbs"><span class="branch">${icon("branch")} ${ref}</span> <a href="${root}/tree/${ref}">${store.repository.name}</a>${parts.map((name, at) => html` / <a href="${link(at)}">${name}</a>`)}</p>`;
}

async function folderCard(view: View, ref: string, sha: string, path: string): Promise<Html> {
  const { folder } = view.store.repository;
  const entries = await listFolder(folder, sha, path);
  if (entries.length === 0) throw notFound();
  const [last] = await listCommits(folder, ["--max-count=1", sha, ...(path === "" ? [] : ["--", path])]);
  const commits = await countCommits(folder, [sha]);
  const branches = await listBranches(folder);
  return html`<p class="crumbs"><span class="branch">${icon("branch")} ${ref}</span> <span class="muted">${plural(branches.length, "branch").replace("branchs", "branches")}</span></p>
    <section class="card files">
    <header>${last !== undefined && lastCommit(view, last)}<a class="muted" href="${view.path}/commits/${ref}">${icon("clock")} ${plural(commits, "commit")}</a></header>
    <table><tbody>${entries.map((entry) => entryRow(view, ref, entry))}</tbody></table></section>`;
}

function lastCommit(view: View, commit: Commit): Html {
  return html`<span>${authorOf(view, commit)} <a class="muted" href="${view.path}/commit/${commit.sha}">${subjectOf(commit)}</a></span> <span class="muted end">${ago(commit.author.atMs, view.nowMs)}</span>`;
}

function entryRow({ path: root, nowMs }: View, ref: string, { name, path, isFolder, last }: Entry): Html {
  const href = `${root}/tree/${ref}/${path.split("/").map(encodeURIComponent).join("/")}`;
  return html`<tr><td class="${isFolder ? "folder" : "file"}">${icon(isFolder ? "folder" : "file")} <a href="${href}">${name}</a></td>
    <td class="muted">${last !== undefined && html`<a href="${root}/commit/${last.sha}">${subjectOf(last)}</a>`}</td>
    <td class="muted">${last !== undefined && ago(last.author.atMs, nowMs)}</td></tr>`;
}

function fileCard(view: View, path: string, text: string): Html {
  const lines = text.replace(/\n$/, "").split("\n");
  const isProse = path.endsWith(".md");
  const body = isProse
    ? html`<div class="prose">${renderFile(text, view.name)}</div>`
    : html`<table class="code"><tbody>${lines.map((line, at) => html`<tr id="L${at + 1}"><td class="number">${at + 1}</td><td>${line}</td></tr>`)}</tbody></table>`;
  return html`<section class="card"><header>${icon("file")} <b>${path.split("/").at(-1)}</b> <span class="muted">${plural(lines.length, "line")}</span></header>${body}</section>`;
}

export async function commitsPage(view: View, ref: string): Promise<string> {
  const commits = await listCommits(view.store.repository.folder, ["--max-count=100", await shaOf(view, ref)]);
  const content = html`<div class="headline"><h2>Commits</h2></div><div id="commits" data-live>${commitList(view, commits)}</div>`;
  return repositoryPage(view, "code", "Commits", content);
}

export function commitList(view: View, commits: readonly Commit[]): Html {
  return html`<ul class="card commits">${commits.map(
    (commit) => html`<li><div><p><a class="title" href="${view.path}/commit/${commit.sha}">${subjectOf(commit)}</a></p>
      <p class="muted"><small>${authorOf(view, commit)} committed ${ago(commit.author.atMs, view.nowMs)}</small></p></div>
      <a href="${view.path}/commit/${commit.sha}"><code>${commit.sha.slice(0, 7)}</code></a></li>`,
  )}</ul>`;
}

export async function commitPage(view: View, name: string): Promise<string> {
  const { folder } = view.store.repository;
  const commit = await readCommit(folder, await shaOf(view, name));
  if (commit === undefined) throw notFound();
  const files = await listChangedFiles(folder, commit.parents[0] ?? emptyTree, commit.sha);
  const [subject = "", ...rest] = commit.message.split("\n");
  const content = html`<section class="card message"><header>${icon("commit")} <b>${subject}</b></header>
    ${rest.join("").trim() !== "" && html`<pre>${rest.join("\n").trim()}</pre>`}
    <p class="muted">${authorOf(view, commit)} committed ${ago(commit.author.atMs, view.nowMs)} <code class="end">${commit.sha}</code></p></section>
    ${diffFiles(files)}`;
  return repositoryPage(view, "code", subject, content);
}

export const subjectOf = ({ message }: Commit): string => message.split("\n")[0] ?? "";

/** Git knows names and addresses; a face is there for those whose address we know. */
export function authorOf({ world }: View, { author }: Commit): Html {
  const user = userWith(world.users.values(), author.email, author.name);
  return user === undefined
    ? html`<b>${author.name}</b>`
    : html`${avatar(user, 20)} <b>${user.name ?? author.name}</b>`;
}

function userWith(users: Iterable<User>, email: string, name: string): User | undefined {
  const all = [...users];
  return (
    all.find((user) => user.email === email) ??
    all.find((user) => user.name === name || user.login === name || user.login === `${name.toLowerCase()}[bot]`)
  );
}
