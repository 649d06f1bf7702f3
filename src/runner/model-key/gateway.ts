import { once } from "node:events";
import {
  createServer,
  request as plainRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { request as tlsRequest } from "node:https";
import type { Upstream } from "./gateway-files.ts";

export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** 0 is any that is free. */
  readonly port: number;
  /** Asked anew for each request, so that a new key counts at once. */
  readonly upstream: () => Promise<Upstream>;
  /** Whether this is the token of a session that lives. */
  readonly isKnown: (token: string) => Promise<boolean>;
  /** Said of each request that was refused; holds nothing of what it carried. */
  readonly onRefused?: (why: string) => void;
  readonly limits?: Partial<GatewayLimits>;
}

export interface GatewayLimits {
  /** Of one request; the API itself takes 32 MB. */
  readonly bodyBytes: number;
  /** At the same time, for one token. */
  readonly requests: number;
  /** How long the API may say nothing. Models think for minutes. */
  readonly silenceMs: number;
}

const usualLimits: GatewayLimits = { bodyBytes: 64 * 1024 * 1024, requests: 32, silenceMs: 15 * 60_000 };

/**
 * The model's API for agents, without its key: they come with a token of their session, the key is added here. Only what is needed to talk
 * with a model is passed on, so a token opens neither files nor batches nor the account. Bodies pass through as they come; none is kept.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const limits = { ...usualLimits, ...options.limits };
  const busy = new Map<string, number>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => refuse(response, 502, "api_error", "the gateway failed"));
  });
  server.maxConnections = 500;
  server.headersTimeout = 30_000;
  server.requestTimeout = 5 * 60_000;
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", query] = (request.url ?? "").split("?", 2);
    // The CLI warms its connection up so.
    if (path === "/" && request.method === "HEAD") return void response.writeHead(200).end();
    if (!isOpen(request.method, path)) return no(response, 404, "not_found_error", "the gateway does not serve this");
    const token = tokenOf(request.headers);
    if (token === undefined || !(await options.isKnown(token)))
      return no(response, 401, "authentication_error", "the session's token is not known to the gateway");
    if (Number(request.headers["content-length"] ?? 0) > limits.bodyBytes)
      return no(response, 413, "request_too_large", "the request is too large");
    const under = busy.get(token) ?? 0;
    if (under >= limits.requests) return no(response, 429, "rate_limit_error", "too many requests at the same time");
    busy.set(token, under + 1);
    response.once("close", () => {
      const left = (busy.get(token) ?? 1) - 1;
      if (left > 0) busy.set(token, left);
      else busy.delete(token);
    });
    const target = path + (query === undefined ? "" : `?${query}`);
    passOn(request, response, onward(request, await options.upstream(), target), limits);
  }

  function no(response: ServerResponse, status: number, type: string, words: string): void {
    options.onRefused?.(`${status}: ${words}`);
    refuse(response, status, type, words);
  }

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gateway has no port");
  return {
    port: address.port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const open: readonly (readonly [method: string, path: RegExp])[] = [
  ["POST", /^\/v1\/messages$/],
  ["POST", /^\/v1\/messages\/count_tokens$/],
  ["GET", /^\/v1\/models$/],
  ["GET", /^\/v1\/models\/[A-Za-z0-9@:-][A-Za-z0-9.@:-]*$/],
];

function isOpen(method: string | undefined, path: string): boolean {
  return open.some(([wanted, pattern]) => wanted === method && pattern.test(path));
}

/** A key is in one header, a login's token in the other. */
function tokenOf({ "x-api-key": key, authorization = "" }: IncomingHttpHeaders): string | undefined {
  if (typeof key === "string" && key !== "") return key;
  return /^Bearer ([\x21-\x7e]{1,500})$/i.exec(authorization)?.[1];
}

function onward(request: IncomingMessage, { baseUrl, login }: Upstream, target: string): ClientRequest {
  const url = new URL(baseUrl.replace(/\/$/, "") + target);
  const send = url.protocol === "https:" ? tlsRequest : plainRequest;
  const credential = login.by === "api-key" ? { "x-api-key": login.key } : { authorization: `Bearer ${login.token}` };
  return send(url, { method: request.method ?? "GET", headers: { ...asked(request.headers), ...credential } });
}

/** What the API is told; the agent's own credentials, and what speaks of its connection, are not among it. */
const forTheApi =
  /^(accept|accept-encoding|accept-language|content-type|content-length|user-agent|x-app|x-client-[a-z-]+|x-stainless-[a-z-]+|x-claude-[a-z-]+|anthropic-[a-z-]+)$/;

function asked(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && forTheApi.test(name) ? [[name, value] as const] : [],
    ),
  );
}

const notForTheAgent = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie|alt-svc)$/;

function passOn(request: IncomingMessage, response: ServerResponse, api: ClientRequest, limits: GatewayLimits): void {
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= limits.bodyBytes) return;
    api.destroy();
    refuse(response, 413, "request_too_large", "the request is too large");
  });
  api.setTimeout(limits.silenceMs, () => api.destroy(new Error("silent")));
  // Its words may hold addresses; the agent only has to know that it should try again.
  api.on("error", () => refuse(response, 502, "api_error", "the gateway can't reach the model's API"));
  api.on("response", (answer) => {
    const headers = Object.entries(answer.headers).filter(([name]) => !notForTheAgent.test(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  request.on("error", () => api.destroy());
  response.on("close", () => api.destroy());
  request.pipe(api);
}

/** In the API's own form, which the agent's program understands. */
function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}
