import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

export interface RemoteServer {
  readonly url: string;
  /** The only password let in; undefined lets everybody in. */
  token: string | undefined;
  /** Answers every request with this status and body instead of git's answer. */
  broken: { readonly status: number; readonly body: string } | undefined;
  /** Called with each request that is let in; its promise holds the answer up. */
  onRequest: (path: string) => Promise<void>;
  readonly served: string[];
  close(): Promise<void>;
}

/** git's own smart HTTP over a folder of bare repositories, on loopback. */
export async function startRemoteServer(folder: string): Promise<RemoteServer> {
  const http = createServer((request, response) => void serve(server, folder, request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const server: RemoteServer = {
    url: `http://127.0.0.1:${portOf(http.address())}`,
    token: undefined,
    broken: undefined,
    onRequest: async () => {},
    served: [],
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return server;
}

function portOf(address: ReturnType<Server["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
}

async function serve(
  server: RemoteServer,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", server.url);
  if (server.broken) return void response.writeHead(server.broken.status).end(server.broken.body);
  if (!isLetIn(server, request))
    return void response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
  server.served.push(`${request.method} ${url.pathname}${url.search}`);
  await server.onRequest(url.pathname + url.search);
  if (response.destroyed) return;
  const git = spawn("git", ["http-backend"], { env: cgi(folder, url, request), stdio: ["pipe", "pipe", "ignore"] });
  git.stdin.on("error", () => response.destroy());
  request.pipe(git.stdin);
  await pass(git.stdout, response);
}

function isLetIn(server: RemoteServer, request: IncomingMessage): boolean {
  if (server.token === undefined) return true;
  return request.headers.authorization === `Basic ${Buffer.from(`x-access-token:${server.token}`).toString("base64")}`;
}

function cgi(folder: string, url: URL, request: IncomingMessage): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    REMOTE_USER: "x-access-token",
  };
}

async function pass(from: NodeJS.ReadableStream, response: ServerResponse): Promise<void> {
  const all = await buffer(from);
  const end = all.indexOf("\r\n\r\n");
  const headers = all
    .toString("latin1", 0, end)
    .split("\r\n")
    .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
  const status = Number(headers.find(([name]) => name === "Status")?.[1]?.slice(0, 3) ?? 200);
  response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== "Status")));
  response.end(all.subarray(end + 4));
}
