import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino, type Logger } from "pino";
import { expect } from "vitest";
import type { IssueRef, Task } from "../../src/core/task.ts";
import { newTask } from "../../src/core/task.ts";
import { loadContract } from "../../src/demo/github/contract.ts";
import { watchFetch } from "../../src/demo/github/contract/watch-fetch.ts";
import { startGithub, type Github, type GithubOptions } from "../../src/demo/github/start.ts";
import { createForge, type ForgeOptions, type GithubForge } from "../../src/forge/forge.ts";
import type { Fetch } from "../../src/forge/octokits.ts";
import { createProbotApp, type ProbotApp } from "../../src/forge/probot.ts";
import { startServer, type WebServer, webhooksPath } from "../../src/forge/server.ts";
import type { SettingsMemory } from "../../src/forge/settings-file.ts";
import { createWebhookApp } from "../../src/index.ts";
import { createInbox, type TestInbox } from "./inbox.ts";

export const silentLog: Logger = pino({ level: "silent" });

export function createMemory(): SettingsMemory {
  const kept = new Map<number, { good: unknown; mistakes: readonly string[] }>();
  return {
    rememberedSettings: async (id) => kept.get(id),
    rememberSettings: async (id, settings) => void kept.set(id, settings),
  };
}

export const everybodyWhoWrites: ForgeOptions["people"] = {
  minRole: "write",
  allowedBots: [],
  allowedRepositories: undefined,
};

/** The parts of a forge that are the same in most tests. */
export function forgeOptions(given: Pick<ForgeOptions, "octokits"> & Partial<ForgeOptions>): ForgeOptions {
  return {
    appId: 4242,
    webUrl: "https://github.test",
    operator: { triggerLabel: "coppice", agents: ["claude"], defaultAgent: "claude" },
    people: everybodyWhoWrites,
    memory: createMemory(),
    learnSecret: () => {},
    log: silentLog,
    nowMs: Date.now,
    ...given,
  };
}

export interface Bench extends AsyncDisposable {
  readonly github: Github;
  readonly app: ProbotApp;
  readonly forge: GithubForge;
  readonly server: WebServer;
  readonly inbox: TestInbox;
  readonly news: string[];
  readonly webhookUrl: string;
}

export interface BenchOptions {
  readonly github?: Partial<GithubOptions>;
  readonly forge?: Partial<ForgeOptions>;
  readonly patienceMs?: number;
  readonly drainMs?: number;
  readonly requestMs?: number;
  /** The web server's. */
  readonly log?: Logger;
  /** Our own clock. */
  readonly nowMs?: () => number;
  /** Stands between us and GitHub: may lose a request, or its answer. @param request such as `GET /api/v3/app`. */
  readonly wire?: (request: string, go: () => Promise<Response>) => Promise<Response>;
}

/**
 * The forge and its webhook server, against a stand-in GitHub with the repository alice/garden, where bob may write. A
 * test fails at its end when anything was asked of GitHub that its contract does not allow.
 */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-forge-"));
  const github = await startGithub({ folder, ...options.github });
  await github.addRepository("alice/garden", { roles: { bob: "write" } });
  github.install("alice");
  const { wire } = options;
  const fetchOver: Fetch = async (url, init) => {
    const go = (): Promise<Response> => fetch(url, init);
    const { method, url: address } = new Request(url, init);
    return wire === undefined ? await go() : await wire(`${method} ${new URL(address).pathname}`, go);
  };
  // The stand-in holds what reaches it to GitHub's contract; this does so with what a test answers itself.
  const watched = watchFetch(loadContract(), fetchOver);
  const app = createProbotApp({ app: github.app, github: { apiUrl: github.apiUrl } }, silentLog, {
    fetch: watched.fetch,
    nowMs: options.nowMs ?? Date.now,
  });
  const forge = createForge(
    forgeOptions({
      octokits: app.octokits,
      appId: github.app.id,
      webUrl: github.url,
      nowMs: options.nowMs ?? Date.now,
      ...options.forge,
    }),
  );
  const inbox = createInbox();
  const news: string[] = [];
  const webhooks = createWebhookApp({
    store: inbox,
    wake: () => void news.push("wake"),
    forgetSettings: (id) => void news.push(`settings ${id}`),
    branchMoved: async (_id, branch) => {
      news.push(`moved ${branch}`);
      return false;
    },
    installationChanged: (id) => void news.push(`installation ${id}`),
    ownLogin: () => `${github.app.slug}[bot]`,
    log: silentLog,
    nowMs: options.nowMs ?? Date.now,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
  });
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    probot: app.probot,
    app: webhooks,
    log: options.log ?? silentLog,
    nowMs: options.nowMs ?? Date.now,
    ...(options.drainMs !== undefined && { drainMs: options.drainMs }),
    ...(options.requestMs !== undefined && { requestMs: options.requestMs }),
  });
  const webhookUrl = `http://127.0.0.1:${server.port}${webhooksPath}`;
  github.webhookUrl = webhookUrl;
  return {
    github,
    app,
    forge,
    server,
    inbox,
    news,
    webhookUrl,
    async [Symbol.asyncDispose]() {
      await server.close();
      await github.close();
      expect([...github.violations, ...watched.violations]).toEqual([]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An issue in alice/garden that bob labelled, as the task that begins with it. */
export async function labelledTask(
  { github }: Pick<Bench, "github">,
  text: { readonly title: string; readonly body?: string } = { title: "Water it" },
): Promise<Task> {
  const number = await github.as("bob").openIssue("alice/garden", text);
  await github.as("bob").label("alice/garden", number, "coppice");
  await github.settled();
  return taskOf({ github }, number);
}

export function taskOf({ github }: Pick<Bench, "github">, number: number, by = "bob"): Task {
  const asked = { by: github.addUser(by), atMs: Date.now(), label: "coppice", text: undefined };
  return newTask(issueOf({ github }, number), asked, "claude", undefined);
}

export function issueOf({ github }: Pick<Bench, "github">, number: number): IssueRef {
  const { repository } = github.store("alice/garden");
  const [installation] = github.world.installations.values();
  return {
    installationId: installation?.id ?? 0,
    repositoryId: repository.id,
    owner: "alice",
    name: "garden",
    number,
  };
}
