import { createHash } from "node:crypto";
import type { Context, Hono } from "hono";
import { checkHeaders } from "./contract/headers.ts";
import type { Limits } from "./limits.ts";
import type { Answer } from "./rest/call.ts";
import { byName, movedTo } from "./places.ts";
import { movedAnswer, type Rest } from "./rest.ts";
import type { Tokens, Who } from "./tokens.ts";
import type { World } from "./world/world.ts";

export interface RestEdge {
  readonly world: World;
  readonly rest: Rest;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly violations: string[];
}

const prefix = "/api/v3";

/** REST as it is on the wire: identity, required headers, rate limits, ETags. */
export function mountRest(app: Hono, edge: RestEdge): void {
  app.all(`${prefix}/*`, (c) => serve(c, edge));
}

async function serve(c: Context, edge: RestEdge): Promise<Response> {
  const url = new URL(c.req.url);
  const { method } = c.req;
  const asked = url.pathname.slice(prefix.length);
  const path = byName(edge.world, asked);
  let who: Who = { is: "nobody" };
  const identify = (): Who => (who = edge.tokens.identify(c.req.header("authorization")));
  const text = await c.req.text();
  const authorization = c.req.header("authorization");
  const request = { method, path, query: url.searchParams, body: parsed(text), accept: c.req.header("accept") ?? "" };
  const answer =
    edge.limits.refuse(authorization) ??
    moved(edge.world, method, asked, url.search) ??
    (await edge.rest.perform({ ...request, authorization }, identify));
  if (isOurs(who)) edge.violations.push(...checkHeaders(`${method} ${path}`, (name) => c.req.header(name)));
  const response = toResponse(c, answer);
  const isFree = response.status === 304 || path === "/rate_limit";
  for (const [name, value] of Object.entries(edge.limits.count(authorization, isFree)))
    response.headers.set(name, value);
  return response;
}

function moved(world: World, method: string, path: string, query: string): Answer | undefined {
  const to = movedTo(world, path);
  return to === undefined ? undefined : movedAnswer(world, method === "GET" ? 301 : 307, `${to}${query}`);
}

const isOurs = (who: Who): boolean => who.is === "app" || who.is === "installation";

function toResponse(c: Context, { status, body, text, headers }: Answer): Response {
  const content = text ?? (body === undefined ? "" : JSON.stringify(body));
  const all = new Headers({
    "content-type": text === undefined ? "application/json; charset=utf-8" : "text/plain; charset=utf-8",
    "x-github-media-type": "github.v3; format=json",
    "cache-control": "private, max-age=60, s-maxage=60",
    ...headers,
  });
  if (c.req.method === "GET" && status === 200) {
    const etag = `W/"${createHash("sha256")
      .update(content)
      .update(all.get("link") ?? "")
      .digest("hex")}"`;
    all.set("etag", etag);
    if (c.req.header("if-none-match") === etag) return new Response(null, { status: 304, headers: all });
  }
  return new Response(content === "" ? null : content, { status, headers: all });
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
