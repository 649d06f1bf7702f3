import { existsSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { KnownError } from "../../errors.ts";
import type { Room, Wall } from "../wall.ts";
import { mountsOf } from "./mounts.ts";
import { empty, readOnly, readOnlyAt, systemArguments } from "./system.ts";
import { insideHome, type WallFiles } from "./wall-files.ts";

export interface BubblewrapOptions {
  readonly files: WallFiles;
  /** Full path of bwrap. */
  readonly program: string;
  /** Tool chains that the operator lists: shown read-only in every room. */
  readonly tools: readonly string[];
  /** What must never be seen: a room or tool folder that holds one of these is refused. */
  readonly hidden: readonly string[];
  /** The way out for rooms whose network is "allowed". */
  readonly network?: WallNetwork | undefined;
}

export interface WallNetwork {
  /** The folder that holds nothing but the proxy's socket, `proxy.sock`. */
  readonly socketFolder: string;
  /** Ports of this machine's loopback that are the same behind the wall: a model API that listens here. */
  readonly localPorts: readonly number[];
}

const proxyPort = 3128;
const insideNetwork = "/run/coppice";
const forwarder = fileURLToPath(new URL(`./forward${extname(import.meta.url)}`, import.meta.url));

/**
 * Linux namespaces by bwrap(1). The command keeps its terminal (an agent's screen is one) but can't type into it; without a terminal it gets
 * a session of its own. All its processes end with it, and it ends with whoever started it.
 *
 * The command's words come last in the answer, unchanged.
 */
export function createBubblewrap(options: BubblewrapOptions): Wall {
  return {
    kind: "bubblewrap",
    enter: (room, command) => [
      "/bin/sh",
      "-c",
      outside,
      "wall",
      options.files.filter,
      options.program,
      ...isolation(options.files),
      ...systemArguments(),
      ...options.files.arguments,
      ...empty(insideHome),
      ...toolPaths(options),
      ...network(room, options.network),
      ...mountsOf(room, options.hidden).flatMap(({ path, access }) => [
        access === "write" ? "--bind" : "--ro-bind",
        path,
        path,
      ]),
      "--remount-ro",
      "/",
      "--chdir",
      room.cwd,
      "--",
      "/bin/sh",
      "-c",
      inside(room),
      "room",
      ...command,
    ],
  };
}

/** The filter is handed over as an open file. A core file would hold what the agent knows. */
const outside = `ulimit -c 0
exec 9<"$1" || exit 126
wall=$2
shift 2
[ -t 0 ] || exec "$wall" --new-session "$@"
exec "$wall" "$@"`;

function isolation({ person }: WallFiles): string[] {
  const namespaces = ["user", "pid", "net", "ipc", "uts"].map((kind) => `--unshare-${kind}`);
  const who = ["--uid", String(person.uid), "--gid", String(person.gid), "--hostname", "sandbox"];
  const rights = ["--cap-drop", "ALL", "--seccomp", "9"];
  const noTmux = ["--unsetenv", "TMUX", "--unsetenv", "TMUX_PANE", "--unsetenv", "TMUX_TMPDIR"];
  return [...namespaces, "--unshare-cgroup-try", "--die-with-parent", ...who, ...rights, ...noTmux];
}

/** A tool is often a link (~/.local/bin/claude): what it leads to is shown, too. */
function toolPaths({ tools, hidden }: BubblewrapOptions): string[] {
  const room = { cwd: "/", writable: [], readable: tools, network: "none" } as const;
  const paths = mountsOf(room, hidden).flatMap(({ path }) => [path, realpathSync(path)]);
  return [...new Set(paths)].flatMap(readOnly);
}

function network(room: Room, way: WallNetwork | undefined): string[] {
  if (room.network === "none") return [];
  if (way === undefined)
    throw new KnownError("WALL_NETWORK", "this wall has no way out, but its room asks for network");
  if (!existsSync(way.socketFolder)) {
    throw new KnownError("WALL_NETWORK", "the way out of this wall was never opened", { retry: "later" });
  }
  const address = `http://127.0.0.1:${proxyPort}`;
  const variables = {
    HTTP_PROXY: address,
    HTTPS_PROXY: address,
    http_proxy: address,
    https_proxy: address,
    // The loopback behind the wall is the room's own: a server under test there is reached directly.
    NO_PROXY: "localhost,127.0.0.1,::1",
    no_proxy: "localhost,127.0.0.1,::1",
    NODE_USE_ENV_PROXY: "1",
    COPPICE_PORTS: [proxyPort, ...way.localPorts].join(" "),
  };
  return [
    ...readOnlyAt(way.socketFolder, `${insideNetwork}/network`),
    ...readOnlyAt(process.execPath, `${insideNetwork}/node`),
    ...readOnlyAt(forwarder, `${insideNetwork}/forward${extname(forwarder)}`),
    ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

/** The owner's home is not there: whoever has no other one gets an empty one that goes away with him. */
const home = `[ -n "$HOME" ] && [ -w "$HOME" ] || export HOME=${insideHome}
[ -z "$TMPDIR" ] || [ -w "$TMPDIR" ] || unset TMPDIR
`;

/** Waits until the way out is open, and then is gone: the command is its parent, and the namespace ends it. */
const openWayOut = `mkfifo /run/way-out && chmod 600 /run/way-out || exit 126
setsid ${insideNetwork}/node --disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON \\
  ${insideNetwork}/forward${extname(forwarder)} ${insideNetwork}/network/proxy.sock $COPPICE_PORTS </dev/null >/run/way-out &
read -r opened </run/way-out && rm /run/way-out || exit 126
unset COPPICE_PORTS opened
`;

function inside(room: Room): string {
  return `${home}${room.network === "none" ? "" : openWayOut}exec "$@"`;
}
