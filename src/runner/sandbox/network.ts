import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { KnownError } from "../../errors.ts";
import { writeWhole } from "../agents/safe-file.ts";
import type { Tmux } from "../tmux.ts";
import type { Allowed } from "./allowed-hosts.ts";
import type { WallNetwork } from "./bubblewrap.ts";

/** The way out for agents behind the wall: a proxy in a session of its own, beside theirs. */
export interface Network {
  /** For the wall. Its ports are those of the `allowed` that the network was made with. */
  readonly way: WallNetwork;
  /** Sees to it that the proxy runs, with the newest list. Repeating it is harmless. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface NetworkOptions {
  readonly tmux: Tmux;
  /** A folder of ours; one folder within it is shown behind the wall. */
  readonly folder: string;
  readonly allowed: Allowed;
}

/** No task's session is named so: theirs end in a number. */
const networkSession = "coppice-network";
const program = fileURLToPath(new URL(`./proxy-program${extname(import.meta.url)}`, import.meta.url));
const nodeOptions = ["--disable-sigusr1", "--disable-warning=ExperimentalWarning"];
/** sun_path has 108 bytes. */
const longestSocketPath = 100;

export function networkFiles(folder: string) {
  const socketFolder = join(folder, "socket");
  return { socketFolder, socket: join(socketFolder, "proxy.sock"), allowed: join(folder, "allowed.json") };
}

export function createNetwork({ tmux, folder, allowed }: NetworkOptions): Network {
  const files = networkFiles(folder);
  if (Buffer.byteLength(files.socket) > longestSocketPath) {
    throw new KnownError(
      "NETWORK_SOCKET_PATH",
      `the path of the proxy's socket is too long for the system: ${files.socket}`,
      {
        hint: `Set COPPICE_HOME to a shorter path: the socket's may have ${longestSocketPath} bytes.`,
      },
    );
  }

  async function open(): Promise<void> {
    await mkdir(files.socketFolder, { recursive: true, mode: 0o700 });
    await writeWhole(files.allowed, JSON.stringify(allowed));
    if (await answers(files.socket)) return;
    const sight = await tmux.lookSession(networkSession);
    if (sight.is === "ended") await tmux.endSession(networkSession);
    const argv = ["/usr/bin/env", "-i", process.execPath, ...nodeOptions, program, folder] as const;
    await tmux.startSession({ name: networkSession, cwd: folder, argv });
    for (let tries = 0; tries < 200; tries += 1) {
      if (await answers(files.socket)) return;
      await sleep(50);
    }
    throw new KnownError("NETWORK_START", "the proxy for the agents' network does not start", {
      hint: `Look at its session: ${tmux.attachCommand(networkSession, { readOnly: true })}`,
      retry: "later",
    });
  }

  const way = { socketFolder: files.socketFolder, localPorts: allowed.localPorts };
  return { way, open, close: () => tmux.endSession(networkSession) };
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
