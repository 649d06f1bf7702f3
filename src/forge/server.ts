import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, type ApplicationFunction, type Probot } from "probot";
import type { Log } from "../control/ports.ts";
import { KnownError } from "../errors.ts";
import { createBodyReader, type ReadBody } from "./body.ts";
import { createStrangers, reply, type Strangers } from "./strangers.ts";

export const webhooksPath = "/api/github/webhooks";

export interface WebServer {
  readonly host: string;
  readonly port: number;
  /** From now on `/healthz` says that all is well. */
  ready(): void;
  /** Takes no more requests, and resolves once those under way are answered. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
  readonly probot: Probot;
  readonly app: ApplicationFunction;
  readonly log: Log;
  /** Counts those who do not sign; for tests. */
  readonly nowMs?: () => number;
  /** How long requests under way may take once we close; for tests. */
  readonly drainMs?: number;
  /** How long a request may take to come in; for tests. */
  readonly requestMs?: number;
}

type Health = "starting" | "ready" | "draining";

interface Ears {
  readonly middleware: Awaited<ReturnType<typeof createNodeMiddleware>>;
  readonly probot: Probot;
  readonly strangers: Strangers;
  readonly readBody: ReadBody;
}

/** GitHub's own limit is 25 MB; what we listen to is far below. */
const bodyLimits = { mostBytes: 5 * 1_024 * 1_024, togetherBytes: 32 * 1_024 * 1_024 };
const drainMs = 10_000;
/** GitHub itself gives up after ten seconds. */
const requestMs = 15_000;

/**
 * Our web server: webhooks and health, nothing else.
 * @throws KnownError SERVER_ADDRESS when it can't listen there.
 */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  const { probot, app, log } = options;
  const middleware = await createNodeMiddleware(app, { probot, webhooksPath });
  const strangers = createStrangers(log, options.nowMs ?? Date.now);
  const ears: Ears = { middleware, probot, strangers, readBody: createBodyReader(bodyLimits) };
  let health: Health = "starting";
  const longestMs = options.requestMs ?? requestMs;
  // Node looks for slow requests twice a minute only, unless told otherwise.
  const server = createServer({ connectionsCheckingInterval: Math.min(longestMs, 1_000) }, (request, response) => {
    // Connections that are kept alive would keep the server from closing.
    response.once("close", () => health === "draining" && setImmediate(() => server.closeIdleConnections()));
    answer(request, response, health, ears).catch((error: unknown) => {
      log.error({ err: error }, "a request failed; this is a bug in Coppice");
      if (!response.headersSent) reply(response, 500, "internal error");
    });
  });
  limit(server, longestMs);
  const port = await listen(server, options);
  return {
    host: options.host,
    port,
    ready: () => {
      health = "ready";
    },
    close: async () => {
      health = "draining";
      await drain(server, options.drainMs ?? drainMs, log);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, health: Health, ears: Ears): Promise<void> {
  if (health === "draining") response.setHeader("connection", "close");
  const [path] = (request.url ?? "").split("?");
  if (path === "/healthz") return replyHealth(request, response, health);
  if (path === webhooksPath) return await takeWebhook(request, response, health, ears);
  ears.strangers.refuse(response, 404, "not found");
}

function replyHealth({ method }: IncomingMessage, response: ServerResponse, health: Health): void {
  if (method !== "GET" && method !== "HEAD") return reply(response, 405, "only GET", { allow: "GET, HEAD" });
  const isReady = health === "ready";
  response.writeHead(isReady ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: isReady ? "ok" : health }));
}

/** For what is refused before it has come in whole. */
const ending = { connection: "close" };
const signatureForm = /^sha256=[0-9a-f]{64}$/;

/**
 * Probot keeps unsigned bodies of any size in memory, so the body is read here, with a limit, and handed on. Nothing is
 * read of what bears no signature at all.
 */
async function takeWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  health: Health,
  { middleware, probot, strangers, readBody }: Ears,
): Promise<void> {
  if (request.method !== "POST") return strangers.refuse(response, 405, "only POST", { allow: "POST" });
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? ""))
    return strangers.refuse(response, 415, "webhooks are application/json");
  if (health === "draining") return reply(response, 503, "shutting down");
  const signature = request.headers["x-hub-signature-256"];
  if (typeof signature !== "string" || !signatureForm.test(signature))
    return strangers.refuse(response, 401, "not signed: x-hub-signature-256 is missing or has another form", ending);
  const body = await readBody(request);
  if (body === "too-large") return strangers.refuse(response, 413, "too large", ending);
  if (body === "broken-off") return;
  const text = body.toString("utf8");
  if (!(await isSigned(text, signature, probot))) return strangers.refuse(response, 401, "not signed with our secret");
  await middleware(Object.assign(request, { body: text }), response);
}

/** Probot looks again; but it would log every stranger's attempt as an error of ours. */
async function isSigned(body: string, signature: string, probot: Probot): Promise<boolean> {
  return body !== "" && (await probot.webhooks.verify(body, signature));
}

/** Slow and countless connections cost us nothing. */
function limit(server: Server, longestMs: number): void {
  server.headersTimeout = Math.min(longestMs, 10_000);
  server.requestTimeout = longestMs;
  server.maxConnections = 200;
}

function listen(server: Server, { host, port }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(addressError(error, host, port));
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
}

const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another program has that port, maybe another Coppice. Set PORT to another one, or to 0 for any.",
  EACCES: "This user may not listen on that port. Set PORT to one above 1023.",
  EADDRNOTAVAIL: "This machine has no such address. Leave HOST at 127.0.0.1, or name one that it has.",
  ENOTFOUND: "There is no host of that name. Leave HOST at 127.0.0.1, or name an address that this machine has.",
};

function addressError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const hint = hints[error.code ?? ""];
  if (hint === undefined) return error;
  return new KnownError("SERVER_ADDRESS", `can't listen on ${host}:${port} (${error.code})`, { hint, cause: error });
}

async function drain(server: Server, mostMs: number, log: Log): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => {
    log.warn({ afterMs: mostMs }, "some requests did not end; they are cut off");
    server.closeAllConnections();
  }, mostMs);
  await closed;
  clearTimeout(timer);
}
