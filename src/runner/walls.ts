import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import { findWall } from "./sandbox/find-wall.ts";
import { createNetwork } from "./sandbox/network.ts";
import { ownPrograms } from "./sandbox/own-programs.ts";
import type { Tmux } from "./tmux.ts";
import { openWall, type Wall } from "./wall.ts";

export interface WallsOptions {
  readonly tmux: Tmux;
  /** A folder of ours for what the wall and its way out are made of. */
  readonly folder: string;
  /** Whether a repository's operator took its wall away, by name. */
  readonly isOff: (issue: IssueRef) => boolean;
  /** Programs and folders to be seen behind the wall, besides the system's own and ours. */
  readonly tools: readonly string[];
  /** What must never be seen there. */
  readonly hidden: readonly string[];
  /** Hosts that agents may reach; see `Allowed`. */
  readonly hosts: readonly string[];
  /** The address of the model's API, when it is not the usual one. */
  readonly baseUrl: string | undefined;
  readonly log: Log;
}

/** The wall around everything that an agent or a repository's own commands do on this machine. */
export interface Walls {
  of(issue: IssueRef): Wall;
  /** Whether the repository's operator took the wall away. */
  isOff(issue: IssueRef): boolean;
  /** Sees to it that the way out is open. */
  open(): Promise<void>;
}

/** Looks for a wall once, at start, and says in the log what was found. */
export async function createWalls(options: WallsOptions): Promise<Walls> {
  const { tmux, folder, isOff, log } = options;
  const own = ownModel(options.baseUrl);
  const allowed = { hosts: [...options.hosts, ...own.hosts], localPorts: own.localPorts };
  const network = createNetwork({ tmux, folder: join(folder, "network"), allowed });
  const tools = [...options.tools, ...ownPrograms()].filter((path) => existsSync(path));
  const hidden = options.hidden.filter((path) => existsSync(path));
  const found = await findWall({ folder: join(folder, "wall"), tools, hidden, network: network.way });
  if (found.is === "missing") log.warn({ why: found.why, cure: found.cure }, "there is no sandbox on this machine");
  else log.info({ version: found.version, startMs: found.startMs }, "agents work behind bubblewrap");

  return {
    isOff,
    of(issue) {
      if (isOff(issue)) return openWall;
      if (found.is === "found") return found.wall;
      throw new KnownError("NO_SANDBOX", `agents have no sandbox here: ${found.why}`, {
        hint: `${found.cure} Or set SANDBOX=off for repositories that you trust with this machine.`,
        retry: "later",
      });
    },
    async open() {
      if (found.is === "found") await network.open();
    },
  };
}

/** Where the model is, for the list of what may be reached: a port of this machine, a host, or Anthropic's own. */
function ownModel(baseUrl: string | undefined): { readonly hosts: readonly string[]; readonly localPorts: number[] } {
  if (baseUrl === undefined) return { hosts: ["api.anthropic.com"], localPorts: [] };
  const { hostname, port, protocol } = new URL(baseUrl);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return isLocal ? { hosts: [], localPorts: [number] } : { hosts: [`${hostname}:${number}`], localPorts: [] };
}
