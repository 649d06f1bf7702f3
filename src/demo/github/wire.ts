import { IncomingMessage } from "node:http";
import type { Context, Hono, Next } from "hono";
import type { Contract } from "./contract.ts";
import { fieldsOf } from "./contract/queries.ts";
import { byName } from "./places.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { nameOf, type Tokens } from "./tokens.ts";
import { Refusal } from "./world/errors.ts";
import type { World } from "./world/world.ts";

/** A request as it came over the wire, for tests that count them. */
export interface SeenRequest {
  readonly method: string;
  /** Such as `issues/create-comment`; `git`, `graphql <fields>`, or `unknown`. */
  readonly operation: string;
  /** Without `/api/v3`. */
  readonly path: string;
  /** 0 when the connection was cut. */
  readonly status: number;
  /** `app`, `installation <id>`, a person's login, or `nobody`. */
  readonly who: string;
  readonly atMs: number;
}

/** What goes wrong with a request. `isDone`: its work was done all the same, and only the answer is lost. */
export type Fault =
  | { readonly is: "held"; readonly until: Promise<unknown> }
  | {
      readonly is: "answered";
      /** Such as 502, or 403 and 429 for secondary limits. */
      readonly status: number;
      /** Such as `retry-after`, in seconds. */
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
      readonly isDone?: boolean;
    }
  | { readonly is: "cut"; readonly isDone?: boolean };

export interface Wire {
  readonly world: World;
  readonly contract: Contract;
  readonly tokens: Tokens;
  readonly requests: SeenRequest[];
  readonly nowMs: () => number;
  readonly faults: (request: Omit<SeenRequest, "status">) => Fault | undefined;
}

/** Logs every request to REST, GraphQL and git, and lets go wrong what `faults` wants to go wrong. */
export function mountWire(app: Hono, wire: Wire): void {
  app.use(async (c, next) => {
    const { pathname } = new URL(c.req.url);
    const operation = await operationOf(c, wire, pathname);
    if (operation === undefined) return next();
    const path = pathname.replace(prefix, "");
    const who = whoOf(wire.tokens, c.req.header("authorization"));
    const request = { method: c.req.method, operation, path, who, atMs: wire.nowMs() };
    const isCut = await pass(c, next, wire.faults(request));
    wire.requests.push({ ...request, status: isCut ? 0 : c.res.status });
    return undefined;
  });
}

const prefix = /^\/api\/v3(?=\/)/;

async function operationOf(c: Context, { contract, world }: Wire, pathname: string): Promise<string | undefined> {
  if (prefix.test(pathname)) {
    return contract.find(c.req.method, byName(world, pathname.replace(prefix, "")))?.operation.id ?? "unknown";
  }
  if (pathname === "/api/graphql") return `graphql ${fieldsOf(await c.req.text()).join(" ")}`;
  return /^\/[^/]+\/[^/]+\.git\//.test(pathname) ? "git" : undefined;
}

function whoOf(tokens: Tokens, authorization: string | undefined): string {
  try {
    return nameOf(tokens.identify(authorization));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return "nobody";
  }
}

/** Says whether the connection was cut. */
async function pass(c: Context, next: Next, fault: Fault | undefined): Promise<boolean> {
  if (fault === undefined || fault.is === "held") {
    await fault?.until;
    await next();
    return false;
  }
  if (fault.isDone === true) await next();
  if (fault.is === "cut") {
    cut(c.env);
    c.res = new Response(null, { headers: { "x-hono-already-sent": "true" } });
    return true;
  }
  const { status, headers = {}, message = "Server Error" } = fault;
  c.res = undefined;
  c.res = Response.json(refusalAnswer(new Refusal(status, message)).body, { status, headers });
  return false;
}

/** The server hands its own request along, unseen by Hono. */
function cut(env: unknown): void {
  if (typeof env !== "object" || env === null || !("incoming" in env)) return;
  if (env.incoming instanceof IncomingMessage) env.incoming.socket.destroy();
}
