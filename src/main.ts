import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Settings } from "./config/arranged-settings.ts";
import { isListed } from "./config/repository-list.ts";
import { watchClock } from "./control/clock-watch.ts";
import { createLoop } from "./control/loop.ts";
import { noteMovedBase } from "./control/moved-base.ts";
import type { World } from "./control/ports.ts";
import type { Redactor } from "./core/redact.ts";
import type { OperatorPolicy } from "./core/policy.ts";
import { KnownError } from "./errors.ts";
import { catchUp } from "./forge/catch-up.ts";
import { createForge } from "./forge/forge.ts";
import { createProbotApp } from "./forge/probot.ts";
import { startRelay } from "./forge/relay.ts";
import { startServer, webhooksPath } from "./forge/server.ts";
import { createSweeper } from "./forge/sweeper.ts";
import { createWebhookApp } from "./index.ts";
import type { AgentAdapter } from "./runner/agents/agent.ts";
import { createClaude } from "./runner/agents/claude/claude.ts";
import { createModelAccess } from "./runner/model-key/model-access.ts";
import { type Places, placesIn } from "./runner/places.ts";
import { createRunner } from "./runner/runner.ts";
import { createTmux } from "./runner/tmux.ts";
import { createWalls, type WallsOptions } from "./runner/walls.ts";
import { createWorkspaces } from "./runner/workspaces.ts";
import { openStore, type OwnStore } from "./store/store.ts";

export interface Service {
  /** Where it listens. */
  readonly url: string;
  /** Resolves when it can do nothing more, with the reason: then it has to be stopped. */
  readonly failed: Promise<KnownError>;
  /** Takes no more webhooks, ends the passes under way and closes the store. Sessions live on. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly settings: Settings;
  readonly log: Logger;
  /** Knows the secrets in use; told of those that are made while we run. */
  readonly redactor: Redactor;
  /** Agents besides Claude Code. */
  readonly agents?: readonly AgentAdapter[];
  readonly environment?: NodeJS.ProcessEnv;
  /** The machine's clock unless given. */
  readonly nowMs?: () => number;
}

/** Wires everything: the one place that knows all others. What was opened is closed again when the start fails. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { settings, log, redactor, environment = process.env, nowMs = Date.now } = options;
  await using opened = new AsyncDisposableStack();
  for (const warning of settings.warnings) log.warn({}, warning);
  const agents = agentsOf(options);
  const operator = operatorPolicy(settings, [...agents.keys()]);
  const places = placesIn(settings.service.homePath);
  const store = await openStore({ file: join(settings.service.homePath, "coppice.db"), log, nowMs });
  opened.defer(() => store.close());

  const { probot, octokits, whoWeAre } = createProbotApp(settings, log, { nowMs, redact: redactor.redact });
  const forge = createForge({
    octokits,
    appId: settings.app.id,
    webUrl: settings.github.webUrl,
    operator,
    people: settings.people,
    memory: store,
    learnSecret: redactor.learn,
    log,
    nowMs,
  });

  const model = await createModelAccess({
    tmux: createTmux({ socketPath: places.networkSocket, environment }),
    folder: places.modelKey,
    mode: settings.claude.modelKey,
    login: settings.claude.login,
    baseUrl: settings.claude.baseUrl,
    learnSecret: redactor.learn,
  });
  const walls = await createWalls(wallsOptions(options, places, model.baseUrl));
  const workspaces = createWorkspaces({
    places,
    wallFor: walls.of,
    remoteOf: forge.remote,
    identity: { name: "Coppice", email: "coppice@localhost" },
    keepSavedMs: settings.service.keepSavedMs,
    protectedPaths: settings.protectedPaths,
    holdsOwnSecret: redactor.holdsGiven,
    onProgress: (issue, line) => log.info({ issue: issue.number }, line),
  });
  const runner = createRunner({
    places,
    tmux: createTmux({ socketPath: places.tmuxSocket, environment }),
    workspaces,
    agents,
    operator,
    walls,
    model,
    ownLogin: ownLoginPaths(settings, environment),
    isTrusted: ({ owner, name }) => isListed(`${owner}/${name}`, settings.people.trustedRepositories),
    environment,
    onNews: (task) => loop.wake(task),
  });
  opened.defer(() => runner.close());

  const world: World = { store, forge, runner, operator, log, nowMs, newConversation: randomUUID };
  const loop = createLoop(world);
  opened.defer(() => loop.stop());
  const sweeper = createSweeper({
    sweep: async () => {
      await store.trim(nowMs());
      // Sessions outlive us, also a gateway that was ended by hand.
      await model.keep().catch((error: unknown) => log.warn({ err: error }, "agents do not reach their model"));
      return await catchUp(forge, store, { log, nowMs, ownLogin: () => self.login() });
    },
    wake: () => void loop.wakeForFacts(),
    everyMs: operator.sweepEveryMs,
    log,
  });
  opened.defer(() => sweeper.stop());

  const self = await introduce(whoWeAre, log);
  opened.defer(() => self.forget());
  const server = await startServer({
    host: settings.service.host,
    port: settings.service.port,
    probot,
    app: createWebhookApp({
      store,
      heard: createEar(store, log, nowMs),
      wake: () => void loop.wakeForFacts(),
      forgetSettings: forge.forgetSettings,
      branchMoved: (repositoryId, branch, delivery) => noteMovedBase(store, repositoryId, branch, delivery, nowMs()),
      repositoryChanged: () => loop.wakeAll(),
      installationChanged() {
        loop.wakeAll();
        sweeper.soon();
      },
      ownLogin: self.login,
      log,
      nowMs,
    }),
    log,
  });
  opened.defer(() => server.close());
  const url = `http://${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
  if (settings.app.webhookProxyUrl !== undefined) {
    const relay = startRelay({ source: settings.app.webhookProxyUrl, target: `${url}${webhooksPath}`, log });
    opened.defer(() => relay.close());
  }

  await loop.start();
  sweeper.start();
  opened.use(
    watchClock({
      nowMs,
      jumped(byMs) {
        log.warn({ byMs }, "the clock jumped: the machine slept, or its time was set; looks at everything");
        loop.wakeAll();
        sweeper.soon();
      },
    }),
  );
  server.ready();
  log.info({ url, home: settings.service.homePath, app: self.login() ?? "not known yet" }, `Coppice listens on ${url}`);
  opened.defer(() => log.info({}, "stops; sessions live on"));
  const running = opened.move();
  return { url, failed: store.lost, stop: () => running.disposeAsync() };
}

const hearAgainMs = 5_000;

/** Remembers when GitHub last told us something, not more often than people can read. */
function createEar(store: Pick<OwnStore, "setMark">, log: Logger, nowMs: () => number): () => void {
  let notedMs = 0;
  return () => {
    if (Math.abs(nowMs() - notedMs) < hearAgainMs) return;
    notedMs = nowMs();
    store
      .setMark("last-event-ms", notedMs)
      .catch((error: unknown) => log.warn({ err: error }, "the store takes no mark"));
  };
}

interface Self {
  /** Our bot's login, once GitHub has told it. */
  login(): string | undefined;
  /** Asks no more. */
  forget(): void;
}

const askAgainMs = 30_000;

/**
 * Who we are for GitHub. A key that it does not take ends the start; GitHub being out of reach does not: the sessions
 * here want to be looked after all the same, so it is asked again until it answers.
 */
async function introduce(whoWeAre: () => Promise<string>, log: Logger): Promise<Self> {
  let login: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function ask(): Promise<void> {
    try {
      login = await whoWeAre();
    } catch (error) {
      if (!(error instanceof KnownError) || error.code === "FORGE_LOGIN") throw error;
      log.warn({ err: error }, `${error.message}; goes on, and asks again`);
      timer = setTimeout(askLater, askAgainMs);
    }
  }

  function askLater(): void {
    ask().catch((error: unknown) => log.error({ err: error }, "GitHub does not know us"));
  }

  await ask();
  return { login: () => login, forget: () => clearTimeout(timer) };
}

function wallsOptions(
  { settings, log, environment = process.env }: ServiceOptions,
  places: Places,
  baseUrl: string | undefined,
): WallsOptions {
  const { app, claude, sandbox, service } = settings;
  const isOff = sandbox.mode === "off" ? sandbox.repositories : [];
  return {
    tmux: createTmux({ socketPath: places.networkSocket, environment }),
    folder: places.walls,
    isOff: ({ owner, name }) => isOff === "all" || isListed(`${owner}/${name}`, isOff),
    tools: [...sandbox.tools, whereIs(claude.path, environment)],
    hidden: [
      join(service.homePath, "coppice.db"),
      places.tmuxSocket,
      places.modelKey,
      ...(app.keyPath === undefined ? [] : [app.keyPath]),
    ],
    hosts: sandbox.hosts,
    baseUrl,
    log,
  };
}

/** A program's file, found as a shell would. */
function whereIs(program: string, { PATH = "" }: NodeJS.ProcessEnv): string {
  if (program.includes("/")) return program;
  return (
    PATH.split(":")
      .map((folder) => join(folder, program))
      .find((path) => existsSync(path)) ?? program
  );
}

/** With the owner's own login, the agent sees and keeps what Claude Code keeps of it. */
function ownLoginPaths({ claude }: Settings, { HOME = homedir() }: NodeJS.ProcessEnv): readonly string[] {
  if (claude.login?.by !== "owner") return [];
  const paths = [claude.ownerConfigPath ?? join(HOME, ".claude"), join(HOME, ".claude.json")];
  return paths.filter((path) => existsSync(path));
}

function agentsOf({ settings, agents = [] }: ServiceOptions): ReadonlyMap<string, AgentAdapter> {
  const all = [createClaude({ program: settings.claude.path }), ...agents];
  return new Map(all.map((agent) => [agent.name, agent]));
}

function operatorPolicy({ people, agent, limits }: Settings, agents: readonly string[]): OperatorPolicy {
  return {
    triggerLabel: people.triggerLabel,
    agents,
    defaultAgent: agent.name,
    model: agent.model,
    permissionMode: agent.permissionMode,
    ...limits,
  };
}
