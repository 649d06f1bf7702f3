import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { Webhooks } from "@octokit/webhooks";
import { type Github, type GithubOptions, startGithub } from "../../../src/demo/github/start.ts";

export interface Received {
  readonly event: string;
  readonly guid: string;
  readonly action: string | undefined;
  readonly payload: Payload;
}

export type Payload = Readonly<Record<string, unknown>>;

export interface Bench extends AsyncDisposable {
  readonly github: Github;
  readonly folder: string;
  /** Webhooks whose signature was right, in the order in which they came. */
  readonly received: Received[];
  readonly names: () => string[];
  /** An Octokit that signs in as the App itself. */
  readonly app: () => Octokit;
  /** An Octokit with an installation's token, as Coppice has it. */
  readonly installation: (id: number) => Octokit;
  readonly person: (login: string) => Octokit;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The stand-in with `alice/garden` (bob writes, mallory is a stranger), and an App that listens to its webhooks. */
export async function openBench(options: Partial<GithubOptions> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-github-"));
  const github = await startGithub({ folder, ...options });
  const received: Received[] = [];
  const hook = await listen(github.app.webhookSecret, received);
  await github.addRepository("alice/garden", { roles: { bob: "write", tom: "triage", rita: "read" } });
  github.webhookUrl = hook.url;

  const octokit = (auth: object): Octokit => {
    const client = new Octokit({ ...auth, baseUrl: github.apiUrl, userAgent: "bench", log: quiet });
    client.hook.before("request", (request) => {
      request.headers["x-github-api-version"] = "2022-11-28";
    });
    return client;
  };
  const key = { appId: github.app.id, privateKey: github.app.privateKey };
  const close = async (): Promise<void> => {
    await github.close();
    hook.server.close();
    hook.server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    github,
    folder,
    received,
    names: () => received.map(({ event, action }) => (action === undefined ? event : `${event}.${action}`)),
    app: () => octokit({ authStrategy: createAppAuth, auth: key }),
    installation: (installationId) => octokit({ authStrategy: createAppAuth, auth: { ...key, installationId } }),
    person: (login) => octokit({ auth: github.tokenOf(login) }),
    [Symbol.asyncDispose]: close,
  };
}

async function listen(
  secret: string,
  received: Received[],
): Promise<{ readonly url: string; readonly server: Server }> {
  const webhooks = new Webhooks({ secret });
  const take = async (headers: IncomingHttpHeaders, body: string): Promise<boolean> => {
    if (!(await webhooks.verify(body, String(headers["x-hub-signature-256"])))) return false;
    const payload: Payload = JSON.parse(body);
    const action = typeof payload["action"] === "string" ? payload["action"] : undefined;
    const event = String(headers["x-github-event"]);
    received.push({ event, guid: String(headers["x-github-delivery"]), action, payload });
    return true;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isOurs = await take(request.headers, await text(request));
    response.writeHead(isOurs ? 202 : 401).end("thanks");
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/hooks` };
}
