import { readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import type { Context, Hono } from "hono";
import { explain, readReasons } from "./git-refusals.ts";
import { isGranted } from "./rest/may.ts";
import { actorOf, type Tokens, type Who } from "./tokens.ts";
import { Refusal } from "./world/errors.ts";
import { gitEnvironment } from "./world/git.ts";
import { moveRefs } from "./world/refs.ts";
import { covers, findStore, fullName, isAtLeast, roleOf, type Store, type World } from "./world/world.ts";

export interface GitEdge {
  readonly world: World;
  readonly tokens: Tokens;
}

/** Git over smart HTTP at `/<owner>/<name>.git`, by git's own `http-backend`. */
export function mountGit(app: Hono, edge: GitEdge): void {
  app.all("/:owner/:name{[^/]+\\.git}/*", (c) => serve(c, edge));
}

async function serve(c: Context, { world, tokens }: GitEdge): Promise<Response> {
  let who: Who = { is: "nobody" };
  try {
    who = tokens.identify(c.req.header("authorization"));
    const store = findStore(world, c.req.param("owner") ?? "", (c.req.param("name") ?? "").replace(/\.git$/, ""));
    const isPush = c.req.query("service") === "git-receive-pack" || c.req.path.endsWith("/git-receive-pack");
    mustReach(who, store);
    if (isPush) mustPush(who, store);
    return await (c.req.method === "POST" && isPush ? push(c, world, store, who) : run(c, store, {}));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(c, who, error);
  }
}

/** Git asks without credentials first, and again with them after a 401. */
function refuse(c: Context, who: Who, { status, message }: Refusal): Response {
  const asksWhoItIs = status === 401 || who.is === "nobody";
  if (!asksWhoItIs) return c.body(message, { status: status === 404 ? 404 : 403 });
  const text = c.req.header("authorization") === undefined ? "" : "Invalid username or token.";
  return c.body(text, 401, { "www-authenticate": 'Basic realm="GitHub"' });
}

function mustReach(who: Who, store: Store): void {
  const { repository } = store;
  const hidden = new Refusal(404, "Repository not found.");
  switch (who.is) {
    case "nobody":
      if (repository.isPrivate) throw hidden;
      return;
    case "app":
      throw hidden;
    case "installation": {
      const isOurs = repository.owner.id === who.installation.account.id && covers(who.repositories, repository);
      if (!isOurs && repository.isPrivate) throw hidden;
      if (!isGranted(who.permissions, "contents:read") && repository.isPrivate) throw hidden;
      return;
    }
    case "person":
      if (roleOf(store, who.user) === undefined) throw hidden;
      return;
    default:
      who satisfies never;
  }
}

function mustPush(who: Who, store: Store): void {
  const { repository } = store;
  if (who.is === "nobody") throw new Refusal(401, "");
  if (repository.isArchived) throw new Refusal(403, "This repository was archived so it is read-only.");
  if (who.is === "person" && !isAtLeast(roleOf(store, who.user), "write")) {
    throw new Refusal(403, `Permission to ${fullName(repository)}.git denied to ${who.user.login}.`);
  }
  if (who.is !== "installation") return;
  const isOurs = repository.owner.id === who.installation.account.id && covers(who.repositories, repository);
  if (!isOurs || !isGranted(who.permissions, "contents:write")) {
    throw new Refusal(403, "Write access to repository not granted.");
  }
}

/** The answer waits for webhooks to be written and pull requests to follow: the pusher sees the world as it is then. */
async function push(c: Context, world: World, store: Store, who: Who): Promise<Response> {
  const reasonsFile = join(store.repository.folder, "reasons");
  const lacksWorkflows = who.is === "installation" && !isGranted(who.permissions, "workflows:write");
  const environment = {
    STANDIN_REASONS: reasonsFile,
    STANDIN_WORKFLOWS: lacksWorkflows ? "no" : "yes",
    STANDIN_PROTECTED: [...store.protections.values()]
      .filter(({ refusesPushes }) => refusesPushes)
      .map(({ branch }) => `refs/heads/${branch}`)
      .join(" "),
  };
  return moveRefs(world, store, actorOf(world, who), async () => {
    await rm(reasonsFile, { force: true });
    const response = await run(c, store, environment);
    const reasons = readReasons(await readFile(reasonsFile, "utf8").catch(emptyWhenAbsent));
    return new Response(explain(Buffer.from(await response.arrayBuffer()), reasons), response);
  });
}

function emptyWhenAbsent(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
  throw error;
}

async function run(c: Context, store: Store, more: Readonly<Record<string, string>>): Promise<Response> {
  const { folder } = store.repository;
  const url = new URL(c.req.url);
  const service = url.pathname.slice(url.pathname.indexOf(".git/") + ".git".length);
  const { stdout } = await execa("git", ["http-backend"], {
    encoding: "buffer",
    maxBuffer: 1_000_000_000,
    input: new Uint8Array(await c.req.arrayBuffer()),
    extendEnv: false,
    env: {
      ...gitEnvironment,
      ...more,
      GIT_PROJECT_ROOT: dirname(folder),
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: c.req.header("git-protocol") ?? "",
      PATH_INFO: `/${basename(folder)}${service}`,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: c.req.method,
      CONTENT_TYPE: c.req.header("content-type") ?? "",
      HTTP_CONTENT_ENCODING: c.req.header("content-encoding") ?? "",
      REMOTE_USER: "somebody",
    },
  });
  return fromCgi(Buffer.from(stdout));
}

function fromCgi(output: Buffer): Response {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.toString("latin1", 0, end).split("\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of lines) {
    const [name = "", value = ""] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (name !== "") headers.set(name, value);
  }
  return new Response(new Uint8Array(output.subarray(end + 4)), { status, headers });
}
