import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Github } from "../github/start.ts";
import { Refusal } from "../github/world/errors.ts";
import type { User } from "../github/world/model.ts";
import { findStore } from "../github/world/world.ts";
import { acting, mountActing } from "./acting.ts";
import { mountActions } from "./actions.ts";
import { avatar } from "./avatar.ts";
import { mountAssets } from "./assets.ts";
import { commitPage, commitsPage, homePage, treePage } from "./code.ts";
import { html } from "./html.ts";
import { issuePage } from "./issue-page.ts";
import { message, page, type PageOptions } from "./layout.ts";
import { issueList, newIssuePage, pullList } from "./lists.ts";
import { mountLive } from "./live.ts";
import { pullPage, type PullTab } from "./pull-page.ts";
import { type View, viewOf } from "./view.ts";

/** The web pages of the stand-in. They read the same world as the API, and act through the same calls as people there. */
export function mountPage(app: Hono, github: Github, options: PageOptions): void {
  app.use(guarded(github));
  mountAssets(app, github);
  mountLive(app, github);
  mountActing(app, github);
  mountActions(app, github, options);
  mountViews(app, github, options);
  app.notFound((c) => missing(c, github, options));
}

/** Nothing on these pages may run or load but what is ours; no other site's name may lead here, and no other site's form. */
function guarded({ host }: Github): MiddlewareHandler {
  const port = host.split(":")[1];
  const names = new Set([host, `localhost:${port}`]);
  const isOurs = (origin: string | undefined): boolean => names.has((origin ?? "").replace(/^http:\/\//, ""));
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  return async (c, next) => {
    if (!names.has(c.req.header("host") ?? "")) return c.text("This is not the name of this server.", 421);
    // Browsers say with every form from where it comes.
    if (c.req.method === "POST" && !isOurs(c.req.header("origin"))) return c.text("This form is not ours.", 403);
    await next();
    c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "same-origin");
    return undefined;
  };
}

type Draw = (view: View, c: Context) => string | Promise<string>;

function mountViews(app: Hono, github: Github, options: PageOptions): void {
  const show = (path: string, draw: Draw): void => {
    app.get(path, async (c) => {
      try {
        const store = findStore(github.world, c.req.param("owner") ?? "", c.req.param("name") ?? "");
        const view = viewOf(github, store, acting(c, github, options.actsAs));
        return c.html(await draw(view, c), 200, { "Cache-Control": "no-store" });
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 404) throw error;
        return missing(c, github, options);
      }
    });
  };
  const repository = "/:owner/:name";
  app.get("/", (c) => c.html(everything(github, acting(c, github, options.actsAs))));
  app.get("/:login", (c) => {
    const owner = [...github.world.users.values()].find(({ login }) => login === c.req.param("login"));
    if (owner === undefined) return missing(c, github, options);
    return c.html(everything(github, acting(c, github, options.actsAs), owner));
  });
  show(repository, (view) => homePage(view));
  show(`${repository}/tree/:ref`, (view, c) => treePage(view, c.req.param("ref") ?? "", ""));
  show(`${repository}/:kind{tree|blob}/:ref/:path{.+}`, (view, c) =>
    treePage(view, c.req.param("ref") ?? "", c.req.param("path") ?? ""),
  );
  show(`${repository}/commits/:ref{.+}`, (view, c) => commitsPage(view, c.req.param("ref") ?? ""));
  show(`${repository}/commit/:sha`, (view, c) => commitPage(view, c.req.param("sha") ?? ""));
  show(`${repository}/issues`, (view, c) => issueList(view, stateIn(c)));
  show(`${repository}/issues/new`, (view) => newIssuePage(view));
  app.get(`${repository}/issues/:number{\\d+}`, pullInstead(github));
  show(`${repository}/issues/:number{\\d+}`, (view, c) => issuePage(view, numberIn(c)));
  show(`${repository}/pulls`, (view, c) => pullList(view, stateIn(c)));
  show(`${repository}/pull/:number{\\d+}`, (view, c) => pullPage(view, numberIn(c), "conversation"));
  show(`${repository}/pull/:number{\\d+}/:tab{commits|checks|files}`, (view, c) =>
    pullPage(view, numberIn(c), tabIn(c), c.req.query("at")),
  );
}

/** `#12` may name a pull request. */
function pullInstead(github: Github): MiddlewareHandler {
  return async (c, next) => {
    const { owner = "", name = "", number = "" } = c.req.param() as Record<string, string | undefined>;
    if (findStore(github.world, owner, name).pulls.has(Number(number))) {
      return c.redirect(`/${owner}/${name}/pull/${number}`);
    }
    return next();
  };
}

const numberIn = (c: Context): number => Number(c.req.param("number"));

const stateIn = (c: Context): "open" | "closed" => (c.req.query("state") === "closed" ? "closed" : "open");

function tabIn(c: Context): PullTab {
  const tab = c.req.param("tab");
  return tab === "commits" || tab === "checks" ? tab : "files";
}

/** All repositories, or those of one account. */
function everything(github: Github, me: User, owner?: User): string {
  const repositories = [...github.world.stores.values()].map(({ repository }) => repository);
  const shown = repositories.filter((repository) => owner === undefined || repository.owner.id === owner.id);
  const items = shown.map(
    ({ owner: { login }, name, description }) =>
      html`<li><div><p><a class="title" href="/${login}/${name}">${login}/${name}</a></p><p class="muted">${description ?? ""}</p></div></li>`,
  );
  const title = owner === undefined ? "Repositories" : (owner.name ?? owner.login);
  const nothing = html`<li class="muted">No repositories</li>`;
  const content = html`<main><div class="headline"><h2>${owner !== undefined && avatar(owner, 40)} ${title}</h2></div>
    <div class="list" id="list" data-live><ul>${items.length === 0 ? nothing : items}</ul></div></main>`;
  return page(github, me, title, content);
}

function missing(c: Context, github: Github, options: PageOptions): Response | Promise<Response> {
  const words = message("There is nothing here", "The address is wrong, or what was here is gone.");
  return c.html(page(github, acting(c, github, options.actsAs), "Not found", words), 404);
}
