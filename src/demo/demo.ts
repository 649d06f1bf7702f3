import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KnownError } from "../errors.ts";
import { type Github, startGithub } from "./github/start.ts";
import { mountPage } from "./page/page.ts";
import { type Clock, plantSample, type Sample } from "./sample/sample.ts";

export interface DemoOptions {
  /** Where the stand-in for GitHub listens; 0 is any that is free. */
  readonly port: number;
  readonly agent: "demo" | "claude";
  /** A folder of the demo's own, empty or not there yet: the stand-in's repositories and the service's state go there. */
  readonly home: string;
  /** Starts the service with these settings, and none from files. */
  readonly startService: (settings: Readonly<Record<string, string>>) => Promise<DemoService>;
  /** Settings that go before the demo's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface DemoService {
  readonly url: string;
  stop(): Promise<void>;
}

export interface Demo {
  readonly github: Github;
  readonly sample: Sample;
  readonly service: DemoService;
  readonly agent: DemoOptions["agent"];
  /** The sample repository's page. */
  readonly url: string;
  /** The service's state folder. */
  readonly coppiceHome: string;
  /** Ends the service and the stand-in; the service leaves its sessions alive. */
  stop(): Promise<void>;
}

/** Starts the stand-in for GitHub with the sample repository, and the service as an App on it. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { port, home } = options;
  await makeHome(home);
  const clock: Clock = { nowMs: Date.now };
  const github = await startGithub({
    folder: join(home, "github"),
    port,
    app: { owner: "mira", webhookSecret: randomBytes(32).toString("hex") },
    nowMs: () => clock.nowMs(),
    page: (app, standIn) => mountPage(app, standIn, { actsAs: "mira" }),
  });
  try {
    const sample = await plantSample(github, clock);
    const coppiceHome = join(home, "coppice");
    const service = await options.startService(await settingsFor(github, options, coppiceHome));
    github.webhookUrl = `${service.url}/api/github/webhooks`;
    const url = `${github.url}/${sample.repository}`;
    return { github, sample, service, agent: options.agent, url, coppiceHome, stop: () => stop(github, service) };
  } catch (error) {
    await github.close();
    throw error;
  }
}

/** The stand-in forgets everything when it ends, so a state folder of an earlier demo would speak of another world. */
async function makeHome(home: string): Promise<void> {
  await mkdir(join(home), { recursive: true, mode: 0o700 });
  if ((await readdir(home)).length > 0) {
    throw new KnownError("DEMO_HOME", `the demo's folder ${home} is not empty`, {
      hint: "Remove it, or name another one: every demo starts anew.",
    });
  }
  await mkdir(join(home, "github"));
}

async function settingsFor(
  github: Github,
  { agent, home, settings = {} }: DemoOptions,
  coppiceHome: string,
): Promise<Record<string, string>> {
  const keyPath = join(home, "app-private-key.pem");
  await writeFile(keyPath, github.app.privateKey, { mode: 0o600 });
  return {
    // People watch: a status that is ten seconds old looks broken.
    STATUS_EVERY_SECONDS: "2",
    ...settings,
    APP_ID: String(github.app.id),
    PRIVATE_KEY_PATH: keyPath,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GHE_HOST: github.host,
    GHE_PROTOCOL: "http",
    HOST: "127.0.0.1",
    PORT: "0",
    COPPICE_HOME: coppiceHome,
    DEFAULT_AGENT: agent,
  };
}

async function stop(github: Github, service: DemoService): Promise<void> {
  github.webhookUrl = undefined;
  await service.stop();
  await github.close();
}

/** What to tell a person who has just started the demo. */
export function welcome({ url, sample, github }: Demo): string {
  const [first = 1] = sample.issues;
  return [
    "",
    "  The demo runs: a stand-in for GitHub, a sample repository, and Coppice as an App on it.",
    "",
    `  1. Open ${url}/issues/${first}`,
    "     and put the label “coppice” on the issue. Two more wait beside it.",
    "  2. Watch the comment that appears. It says how to look over the agent's shoulder.",
    `  3. Review and merge what comes: ${url}/pulls`,
    "",
    `  You act as Mira, who owns the repository; the menu at the top right makes you somebody else.`,
    `  Everything is on this machine only (${github.host}). Ctrl-C ends it.`,
    "",
  ].join("\n");
}
