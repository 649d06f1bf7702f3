import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type Github, startGithub } from "../../src/demo/github/start.ts";
import { createTmux } from "../../src/runner/tmux.ts";
import { eventually } from "./stage.ts";

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

interface Started {
  readonly process: ChildProcess;
  output(): string;
  url(): Promise<string>;
}

/** The real program in a process of its own, in a folder of its own, with nothing of our environment but PATH. */
async function start(
  settings: Record<string, string>,
  dotenv = "",
  log: "pipe" | number = "pipe",
): Promise<Started & { home: string }> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-service-"));
  await writeFile(join(folder, ".env"), dotenv, { mode: 0o600 });
  const home = settings["COPPICE_HOME"] ?? join(folder, "home");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, "start"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      LANG: "C.UTF-8",
      COPPICE_HOME: home,
      LOG_FORMAT: "json",
      ...settings,
    },
    stdio: ["ignore", log, "pipe"],
  });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  ending.push(async () => {
    if (child.exitCode === null) child.kill("SIGKILL");
    await createTmux({ socketPath: join(home, "network.sock") }).endServer({ graceMs: 500 });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const url = () =>
    eventually(`a line that says where it listens in ${text}`, () => /listens on (http:\/\/[^"\s]+)/.exec(text)?.[1]);
  return { process: child, output: () => text, url, home };
}

async function aGithub(): Promise<Github> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-service-github-"));
  const github = await startGithub({ folder, app: { webhookSecret: "a-long-secret-for-tests-0123456789" } });
  ending.push(async () => {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  });
  return github;
}

const settingsFor = (github: Github) => ({
  APP_ID: String(github.app.id),
  PRIVATE_KEY: github.app.privateKey,
  GHE_HOST: github.host,
  GHE_PROTOCOL: "http",
  PORT: "0",
});

test("the service reads a .env, says when it is ready, and ends in peace on SIGTERM", async () => {
  const github = await aGithub();
  const service = await start(settingsFor(github), `WEBHOOK_SECRET=${github.app.webhookSecret}\n`);
  const url = await service.url();
  await eventually("readiness", async () => ((await fetch(`${url}/healthz`)).status === 200 ? true : undefined));
  expect((await fetch(`${url}/api/github/webhooks`, { method: "POST", body: "{}" })).status).toBe(415);
  service.process.kill("SIGTERM");
  const [status] = await once(service.process, "exit");
  expect(status).toBe(0);
  expect(service.output()).not.toContain(github.app.webhookSecret);
  expect(service.output()).not.toContain("BEGIN RSA");
});

test("nobody else can look into the state folder, also one that was open to all before", async () => {
  const github = await aGithub();
  const outside = await mkdtemp(join(tmpdir(), "coppice-open-"));
  ending.push(() => rm(outside, { recursive: true, force: true, maxRetries: 5 }));
  const home = join(outside, "home");
  await mkdir(home);
  await chmod(home, 0o755);
  const service = await start({ ...settingsFor(github), WEBHOOK_SECRET: github.app.webhookSecret, COPPICE_HOME: home });
  await service.url();
  const names = await readdir(home, { recursive: true });
  expect(names).toContain("coppice.db");
  const open: string[] = [];
  for (const name of [".", ...names]) {
    const { mode } = await lstat(join(home, name));
    if ((mode & 0o077) !== 0) open.push(`${name} ${(mode & 0o777).toString(8)}`);
  }
  expect(open).toEqual([]);
});

test("a second service on the same state folder is refused in words", async () => {
  const github = await aGithub();
  const settings = { ...settingsFor(github), WEBHOOK_SECRET: github.app.webhookSecret };
  const first = await start(settings);
  await first.url();
  const second = await start({ ...settings, COPPICE_HOME: first.home });
  const [status] = await once(second.process, "exit");
  expect(status).toBe(1);
  expect(second.output()).toContain(String(first.process.pid));
});

test("a service whose state folder another one has taken over ends in words", async () => {
  const github = await aGithub();
  const service = await start({ ...settingsFor(github), WEBHOOK_SECRET: github.app.webhookSecret });
  await service.url();
  const database = new DatabaseSync(join(service.home, "coppice.db"));
  database.exec("update leases set owner = 'another'");
  database.close();
  const [status] = await once(service.process, "exit");
  expect(status).toBe(1);
  expect(service.output()).toMatch(/coppice: another Coppice has taken .*coppice\.db over/);
});

test("a service whose log has no room on its disk works all the same", async () => {
  const github = await aGithub();
  const full = openSync("/dev/full", "w");
  ending.push(async () => closeSync(full));
  const service = await start({ ...settingsFor(github), WEBHOOK_SECRET: github.app.webhookSecret }, "", full);
  const hasSwept = () => github.requests.some(({ operation }) => operation === "apps/list-installations");
  await eventually("a sweep", () => hasSwept() || undefined);
  service.process.kill("SIGTERM");
  const [status] = await once(service.process, "exit");
  expect([status, service.output()]).toEqual([0, ""]);
});

test("without a webhook secret it does not start, and says which setting is missing", async () => {
  const github = await aGithub();
  const service = await start(settingsFor(github));
  const [status] = await once(service.process, "exit");
  expect(status).toBe(1);
  expect(service.output()).toContain("WEBHOOK_SECRET is missing");
});

test("a key that GitHub does not take ends the start in words", async () => {
  const github = await aGithub();
  const other = await aGithub();
  const service = await start({
    ...settingsFor(github),
    PRIVATE_KEY: other.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
  });
  const [status] = await once(service.process, "exit");
  expect(status).toBe(1);
  expect(service.output()).toMatch(/coppice: .*(key|App)/);
});
