import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Github, startGithub } from "../../src/demo/github/start.ts";
import { createTmux } from "../../src/runner/tmux.ts";
import { eventually } from "../e2e/stage.ts";

/** The real service as a process, that is started again whenever it dies, as a service manager would. */
export interface Killable {
  readonly github: Github;
  readonly repository: string;
  readonly home: string;
  readonly tmuxSocket: string;
  /** How often it was started. */
  starts(): number;
  /** Resolves once the process that runs now listens. */
  listening(): Promise<void>;
  kill(): void;
  /** The process that runs now. */
  pid(): number | undefined;
  /** Names the moments at which it kills itself, such as `before open-pull`. */
  killAt(moments: readonly string[]): void;
  /** Those that have not come yet. */
  momentsToCome(): readonly string[];
  /** The end of the log, for what went wrong. */
  lastLines(): string;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("service.ts", import.meta.url));

/** What the set-up fetched is there for the checks, of which one fails once in each workspace, so that the agent has to be told something. */
const settingsFile = `
setup: ['echo fetched > "$XDG_CACHE_HOME/package"']
verify:
  - 'cat "$XDG_CACHE_HOME/package"'
  - 'mark="$(git rev-parse --absolute-git-dir)/seen"; test -e "$mark" || { touch "$mark"; exit 1; }'
`;

/** With what the demo's agent looks for when it is asked for another tea. */
export const garden = {
  "README.md": "# Garden\n\n| mint | 100 °C | 7 minutes |\n",
  "src/teas.js": "export const teas = {\n  mint: { celsius: 100, seconds: 420 },\n};\n",
  "test/teas.test.js": "",
};

/** @param settings what the service's environment says besides. */
export async function startKillable(settings: Readonly<Record<string, string>> = {}): Promise<Killable> {
  const folder = await mkdtemp(join(tmpdir(), "coppice-kill-"));
  const home = join(folder, "home");
  const killFile = join(folder, "kill-at");
  const github = await startGithub({ folder, app: { webhookSecret: "a-long-secret-for-tests-0123456789" } });
  github.addUser("mira");
  await github.addRepository("mira/garden", {
    files: { ...garden, ".github/coppice.yml": settingsFile },
  });
  github.install("mira");
  let child: ChildProcess;
  let lines: string[] = [];
  let starts = 0;
  let isClosing = false;
  let listens = false;

  function start(): void {
    starts += 1;
    listens = false;
    let text = "";
    const own = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program], {
      cwd: folder,
      env: { ...environmentFor(github, folder, home, killFile), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = own;
    const hear = (chunk: Buffer): void => {
      const all = (text + chunk.toString()).split("\n");
      text = all.pop() ?? "";
      lines = [...lines, ...all].slice(-60);
      const url = all.flatMap((line) => /listens on (http:\/\/[^"\s]+)/.exec(line)?.[1] ?? [])[0];
      if (url === undefined) return;
      github.webhookUrl = `${url}/api/github/webhooks`;
      listens = true;
    };
    own.stdout.on("data", hear);
    own.stderr.on("data", hear);
    own.on("exit", (status, signal) => {
      lines.push(`— it ended (${signal ?? status}) —`);
      if (!isClosing) start();
    });
  }

  writeFileSync(killFile, "");
  start();
  return {
    github,
    repository: "mira/garden",
    home,
    tmuxSocket: join(home, "tmux.sock"),
    starts: () => starts,
    listening: async () => void (await eventually("a service that listens", () => listens || undefined)),
    kill: () => void child.kill("SIGKILL"),
    pid: () => child.pid,
    killAt: (moments) => writeFileSync(killFile, moments.join("\n")),
    momentsToCome: () =>
      readFileSync(killFile, "utf8")
        .split("\n")
        .filter((moment) => moment !== ""),
    lastLines: () => lines.join("\n"),
    async close() {
      isClosing = true;
      github.webhookUrl = undefined;
      child.kill("SIGKILL");
      for (const socket of ["tmux.sock", "network.sock"]) {
        await createTmux({ socketPath: join(home, socket) }).endServer({ graceMs: 500 });
      }
      await github.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function environmentFor(github: Github, folder: string, home: string, killFile: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    LANG: "C.UTF-8",
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    GHE_HOST: github.host,
    GHE_PROTOCOL: "http",
    PORT: "0",
    COPPICE_HOME: home,
    DEFAULT_AGENT: "demo",
    STATUS_EVERY_SECONDS: "1",
    COPPICE_KILL_FILE: killFile,
  };
}
