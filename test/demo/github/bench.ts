import { createHmac } from "node:crypto";
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
import { makePrivateKey } from "../../../src/demo/github/keys.ts";
import { type Github, type GithubOptions, startGithub } from "../../../src/demo/github/start.ts";

interface Received {
  readonly event: string;
  readonly guid: string;
  readonly action: string | undefined;
  readonly payload: Payload;
}

type Payload = Readonly<Record<string, unknown>>;

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

/** Making one takes long at times; one for all is enough. */
const privateKey = makePrivateKey();

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The stand-in with `alice/garden` (bob writes, mallory is a stranger), and an App that listens to its webhooks. */
export async function openBench(options: Partial<GithubOptions> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-github-"));
  const github = await startGithub({ folder, ...options, app: { privateKey, ...options.app } });
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
  const take = (headers: IncomingHttpHeaders, body: string): boolean => {
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    if (headers["x-hub-signature-256"] !== `sha256=${signature}`) return false;
    const payload: Payload = JSON.parse(body);
    const action = typeof payload["action"] === "string" ? payload["action"] : undefined;
    const event = String(headers["x-github-event"]);
    received.push({ event, guid: String(headers["x-github-delivery"]), action, payload });
    return true;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isOurs = take(request.headers, await text(request));
    response.writeHead(isOurs ? 202 : 401).end("thanks");
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/hooks` };
}
