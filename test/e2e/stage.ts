import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { readSettings } from "../../src/config/settings.ts";
import { createRedactor } from "../../src/core/redact.ts";
import { createDemoAgent } from "../../src/demo/agent/adapter.ts";
import { type Github, startGithub } from "../../src/demo/github/start.ts";
import { type Service, startService } from "../../src/main.ts";
import { findWall } from "../../src/runner/sandbox/find-wall.ts";
import { createTmux } from "../../src/runner/tmux.ts";

/** Without a sandbox on the machine the journeys are played without one; in CI that is a failure. */
const sandboxHere = findSandbox();

async function findSandbox(): Promise<"auto" | "off"> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-wall-"));
  const found = await findWall({ folder, tools: [], hidden: [] });
  await rm(folder, { recursive: true, force: true });
  if (found.is === "found" || process.env["CI"] !== undefined) return "auto";
  console.log(`The journeys are played without a sandbox: ${found.why}. ${found.cure}`);
  return "off";
}

/** The real service against the stand-in GitHub, in a folder of its own. */
export interface Stage {
  readonly github: Github;
  readonly repository: string;
  readonly home: string;
  readonly tmuxSocket: string;
  /** Starts the service; once more after `stopService`. */
  startService(): Promise<void>;
  stopService(): Promise<void>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** The service's clock. */
  readonly nowMs?: () => number;
  /** Where GitHub's numbers begin; of stages that play at once each needs its own. */
  readonly firstId?: number;
}

/** `mira` owns the repository, `aiko` may write, `jonas` is a stranger. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const { files = {}, settings = {}, nowMs = Date.now, firstId = 1000 } = options;
  const folder = await mkdtemp(join(tmpdir(), "coppice-e2e-"));
  const home = join(folder, "home");
  const github = await startGithub({ folder, firstId, app: { webhookSecret: "a-long-secret-for-tests-0123456789" } });
  for (const login of ["mira", "aiko", "jonas"]) github.addUser(login);
  await github.addRepository("mira/garden", {
    files: { "README.md": "# Garden\n", ...files },
    roles: { aiko: "write" },
  });
  github.install("mira");
  let service: Service | undefined;

  async function stopService(): Promise<void> {
    github.webhookUrl = undefined;
    await service?.stop();
    service = undefined;
  }

  return {
    github,
    repository: "mira/garden",
    home,
    tmuxSocket: join(home, "tmux.sock"),
    async startService() {
      const read = readSettings({
        ...plainEnvironment(),
        APP_ID: String(github.app.id),
        PRIVATE_KEY: github.app.privateKey,
        WEBHOOK_SECRET: github.app.webhookSecret,
        GHE_HOST: github.host,
        GHE_PROTOCOL: "http",
        PORT: "0",
        COPPICE_HOME: home,
        DEFAULT_AGENT: "demo",
        STATUS_EVERY_SECONDS: "1",
        SANDBOX: (await sandboxHere) === "off" ? "off:mira/*" : "auto",
        ...settings,
      });
      const demoAgent = createDemoAgent({ pace: 0 });
      service = await startService({
        settings: read,
        log: pino({ level: process.env["COPPICE_TEST_LOG"] ?? "silent" }),
        redactor: createRedactor(),
        // The same program under two names, for those who compete.
        agents: [demoAgent, { ...demoAgent, name: "other" }],
        environment: plainEnvironment(),
        nowMs,
      });
      github.webhookUrl = `${service.url}/api/github/webhooks`;
    },
    stopService,
    async close() {
      await stopService();
      for (const socket of ["tmux.sock", "network.sock"]) {
        await createTmux({ socketPath: join(home, socket) }).endServer({ graceMs: 500 });
      }
      await github.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function plainEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "/",
    LANG: "C.UTF-8",
    CLAUDE_CODE_MAX_RETRIES: "1",
  };
}

/** Waits until a look at the world finds something; what it saw last is in the error. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(100);
  }
}
