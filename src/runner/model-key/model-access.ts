import { randomBytes, randomInt } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { KnownError } from "../../errors.ts";
import type { Login } from "../agents/agent.ts";
import { hasCode, listFolder, writeWhole } from "../agents/safe-file.ts";
import type { Tmux } from "../tmux.ts";
import { gatewayFiles, tokenFile, type Upstream } from "./gateway-files.ts";

/** How agents come to their model. */
export interface ModelAccess {
  /** The address that agents are given for it; undefined is the usual one. */
  readonly baseUrl: string | undefined;
  /** What a new session of this task logs in with. What an earlier one had counts no more. */
  grant(taskId: string): Promise<Login>;
  /** The task's session has ended. */
  revoke(taskId: string): Promise<void>;
  /** Sees to it that sessions which live on reach their model; for the service's start, and for now and then. */
  keep(): Promise<void>;
}

export interface ModelAccessOptions {
  readonly tmux: Tmux;
  /** A folder of ours that nothing behind the wall sees. */
  readonly folder: string;
  readonly mode: "gateway" | "environment";
  readonly login: Login | undefined;
  readonly baseUrl: string | undefined;
  /** Told of the tokens that are made, so that none is shown. */
  readonly learnSecret: (secret: string) => void;
}

/** A key or token goes to a gateway of ours, which adds it; the owner's own login is the agent's to use. */
export async function createModelAccess(options: ModelAccessOptions): Promise<ModelAccess> {
  const { mode, login = { by: "owner" }, baseUrl } = options;
  if (mode === "environment" || login.by === "owner") {
    await rm(gatewayFiles(options.folder).upstream, { force: true });
    return { baseUrl, grant: async () => login, revoke: async () => {}, keep: async () => {} };
  }
  return await behindGateway(options, { baseUrl: baseUrl ?? "https://api.anthropic.com", login });
}

/** No task's session is named so: theirs end in a number. */
const gatewaySession = "coppice-gateway";
const program = fileURLToPath(new URL(`./gateway-program${extname(import.meta.url)}`, import.meta.url));
/** A core file of it would hold the key; a signal must not open a debugger in it. */
const launcher = ["/usr/bin/env", "-i", "/bin/sh", "-c", 'ulimit -c 0; exec "$@"', "gateway"] as const;
const nodeOptions = ["--disable-sigusr1", "--disable-warning=ExperimentalWarning"];

async function behindGateway(options: ModelAccessOptions, real: Upstream): Promise<ModelAccess> {
  const { tmux, folder } = options;
  const files = gatewayFiles(folder);
  await mkdir(files.tokens, { recursive: true, mode: 0o700 });
  const port = await portIn(files.port);

  async function open(): Promise<void> {
    await writeWhole(files.upstream, JSON.stringify(real));
    if (await answers(files.socket)) return;
    const sight = await tmux.lookSession(gatewaySession);
    if (sight.is === "ended") await tmux.endSession(gatewaySession);
    const argv = [...launcher, process.execPath, ...nodeOptions, program, folder] as const;
    await tmux.startSession({ name: gatewaySession, cwd: folder, argv });
    for (let tries = 0; tries < 200; tries += 1) {
      if (await answers(files.socket)) return;
      await sleep(50);
    }
    throw new KnownError("GATEWAY_START", "the gateway to the model's API does not start", {
      hint: `Is its port ${port} taken? Then delete ${files.port} and start Coppice again. Its session: ${tmux.attachCommand(gatewaySession, { readOnly: true })}`,
      retry: "later",
    });
  }

  async function revoke(taskId: string): Promise<void> {
    const its = (await listFolder(files.tokens)).filter((name) => name.startsWith(`${taskId}.`));
    for (const name of its) await rm(join(files.tokens, name), { force: true });
  }

  return {
    baseUrl: `http://127.0.0.1:${port}`,
    revoke,
    async grant(taskId) {
      await open();
      await revoke(taskId);
      const token = `coppice-session-${randomBytes(32).toString("hex")}`;
      options.learnSecret(token);
      await writeFile(join(files.tokens, tokenFile(taskId, token)), "", { mode: 0o600, flag: "wx" });
      return real.login.by === "api-key" ? { by: "api-key", key: token } : { by: "oauth-token", token };
    },
    async keep() {
      if ((await listFolder(files.tokens)).length > 0) await open();
    },
  };
}

/** Below the ports that systems hand out by themselves, so that nobody has it by chance while the gateway is down. */
const ports = { from: 20_000, to: 32_000 } as const;

async function portIn(file: string): Promise<number> {
  const kept = Number(await readOptional(file));
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536) return kept;
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(ports.from, ports.to);
    if (!(await isFree(port))) continue;
    await writeWhole(file, String(port));
    return port;
  }
  throw new KnownError("GATEWAY_PORT", `no port from ${ports.from} to ${ports.to} is free for the model's gateway`);
}

async function readOptional(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => answer(true)).once("error", () => answer(false));
  });
}
