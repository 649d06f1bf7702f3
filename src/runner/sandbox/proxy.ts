import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { type Allowed, destinationOf } from "./allowed-hosts.ts";

export interface Proxy {
  close(): Promise<void>;
}

export interface ProxyOptions {
  readonly socketPath: string;
  /** Asked anew for each connection. */
  readonly allowed: () => Promise<Allowed>;
  /** Said of each connection that was refused; `where` is what a program behind the wall wrote, made harmless. */
  readonly onRefused?: (where: string, why: string) => void;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** So that a program behind the wall can't take all our file descriptors. */
const mostConnections = 500;
const connectLimitMs = 30_000;

/**
 * The outer end of the way out: a proxy (CONNECT, and plain http) on a Unix socket that is shown behind the wall. It knows no secrets and
 * looks into no TLS; it only decides who is talked to.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const server = createServer(
    (request, response) => void pass(options, request, response).catch(() => response.destroy()),
  );
  server.on(
    "connect",
    (request, client, head) => void tunnel(options, request, client, head).catch(() => client.destroy()),
  );
  server.on("clientError", (_error, client) => client.destroy());
  server.maxConnections = mostConnections;
  // Tunnels are quiet for as long as a model thinks.
  server.requestTimeout = 0;
  await rm(options.socketPath, { force: true });
  server.listen(options.socketPath);
  await once(server, "listening");
  await chmod(options.socketPath, 0o600);
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function tunnel(options: ProxyOptions, request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
  client.on("error", () => client.destroy());
  const [, host, port] = /^(.{1,255}):(\d{1,5})$/.exec(request.url ?? "") ?? [];
  const found = await look(options, host, Number(port));
  if ("refused" in found)
    return void client.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nX-Refused: ${found.refused}\r\n\r\n`);
  const target = connect({ host: found.address, port: found.port, allowHalfOpen: true });
  const limit = setTimeout(() => target.destroy(), connectLimitMs);
  target.on("error", () => client.destroy());
  client.on("close", () => target.destroy());
  target.on("close", () => client.destroy());
  await once(target, "connect").finally(() => clearTimeout(limit));
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  target.write(head);
  client.pipe(target);
  target.pipe(client);
}

/** Plain http, one request at a time: the headers that speak of the connection are not passed on. */
async function pass(options: ProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? "");
  const isPlain = url?.protocol === "http:";
  const found = isPlain
    ? await look(options, url.hostname, Number(url.port || 80))
    : { refused: "only http and CONNECT" };
  if (url === null || "refused" in found) {
    const why = "refused" in found ? found.refused : "no address";
    return void response.writeHead(403, { "content-type": "text/plain" }).end(`${why}\n`);
  }
  const onward = httpRequest({
    host: found.address,
    port: found.port,
    method: request.method ?? "GET",
    path: url.pathname + url.search,
    headers: { ...endToEnd(request), host: url.host },
    setHost: false,
    agent: false,
  });
  answer(onward, request, response);
}

function answer(onward: ClientRequest, request: IncomingMessage, response: ServerResponse): void {
  onward.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  onward.on("response", (reply) => {
    response.writeHead(reply.statusCode ?? 502, endToEnd(reply));
    reply.pipe(response);
  });
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

const ofTheConnection = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

function endToEnd({ headers }: IncomingMessage) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.test(name)));
}

async function look(options: ProxyOptions, host: string | undefined, port: number) {
  if (host === undefined || port < 1 || port > 65_535) return { refused: "no address" };
  const found = await destinationOf(await options.allowed(), host, port, options.resolve);
  if ("refused" in found) options.onRefused?.(`${harmless(host)}:${port}`, found.refused);
  return found;
}

function harmless(host: string): string {
  return host.replace(/[^A-Za-z0-9.:[\]-]/g, "?").slice(0, 100);
}
