import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { KnownError } from "../errors.ts";
import { createTreeLook, endTree, lookProcess, sendSignal } from "./process-tree.ts";
import { asArgument, type ClientOptions, createPatientTell, createTell, tmuxError } from "./tmux/client.ts";
import { createServer } from "./tmux/server.ts";
import { type AgentPane, idFormat, paneFormat, readIds, readPanes } from "./tmux/sight.ts";

/**
 * How a session looks. "unknown" means that we could not look: nothing may be destroyed or started over on it. An ended one may for a
 * moment have neither status nor signal, and for ever when a person closed its pane.
 */
export type SessionSight =
  | ({ readonly is: "alive" } & SessionIds)
  | { readonly is: "ended"; readonly status: number | undefined; readonly signal: string | undefined }
  | { readonly is: "absent" }
  | { readonly is: "unknown"; readonly why: string };

/** What names exactly this session and no later one of the same name. */
export interface SessionIds {
  readonly sessionId: string;
  readonly paneId: string;
  readonly pid: number;
  readonly serverPid: number;
  readonly serverStartedS: number;
}

interface SessionStart {
  /** Letters, digits, "_" and "-" only. */
  readonly name: string;
  readonly cwd: string;
  readonly argv: readonly [string, ...string[]];
  readonly width?: number;
  readonly height?: number;
}

interface SessionEnd {
  /** How long processes may take to end by themselves after TERM. */
  readonly graceMs?: number;
  /**
   * A variable, as NAME=value, that the session's processes have in their environment. Without it, and without tmux's own variables, a
   * child that left its session and lost its parent is not found.
   */
  readonly mark?: string;
}

type SessionStarted =
  | { readonly is: "started"; readonly ids: SessionIds }
  | { readonly is: "already there"; readonly sight: SessionSight };

export type SessionsSight =
  | { readonly is: "seen"; readonly sessions: ReadonlyMap<string, SessionSight> }
  | { readonly is: "unknown"; readonly why: string };

export interface Tmux {
  readonly socketPath: string;
  /** Starts a detached session whose first process is `argv` itself, without a shell. A name in use is never started twice. */
  startSession(start: SessionStart): Promise<SessionStarted>;
  lookSession(name: string): Promise<SessionSight>;
  /** All sessions by name, in one command. Those not in the map are absent. */
  lookAll(): Promise<SessionsSight>;
  /** Ends the session and all its processes, TERM first. Done already is fine. Throws when something may be left. */
  endSession(name: string, how?: SessionEnd): Promise<void>;
  /** Ends all sessions and the server. */
  endServer(options?: { readonly graceMs?: number }): Promise<void>;
  /** The text that the screen shows, without escapes. */
  capture(
    name: string,
  ): Promise<{ readonly is: "seen"; readonly text: string } | { readonly is: "absent" | "unknown" }>;
  /** Types keys, by tmux's names for them, into the session. Without the session nothing is typed. */
  sendKeys(name: string, keys: readonly string[]): Promise<void>;
  /** The words that a person types to watch (`readOnly`) or to step in. */
  attachCommand(name: string, options: { readonly readOnly: boolean }): string;
}

export interface TmuxOptions {
  /** The socket; beside it we keep the configuration and a note about the server. */
  readonly socketPath: string;
  readonly timeLimitMs?: number;
  readonly tmuxPath?: string;
  /** Where the few variables that sessions may inherit are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
}

type PanesSight = Map<string, AgentPane> | { readonly is: "unknown"; readonly why: string };

/** Under the 104 bytes (macOS) and 108 bytes (Linux) of sockaddr_un, with a little room. */
const longestSocketPath = 100;
/** All that a session inherits. Anything else in the server's environment could be read in every session. */
const inherited = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "USER", "LOGNAME", "SHELL"];

/** tmux as we use it: a server of our own, a session per run, the agent as the session's first process. */
export function createTmux(options: TmuxOptions): Tmux {
  const client = clientOptions(options);
  const plainTell = createTell(client);
  const server = createServer(client, plainTell);
  const tell = createPatientTell(plainTell, server);

  async function lookPanes(): Promise<PanesSight> {
    const panes = await lookPanesOnce();
    const missed = panes instanceof Map ? [...panes.values()].find(lacksStatus) : undefined;
    if (missed === undefined) return panes;
    // tmux 3.3a misses the death of some children (9 of 100 on a busy machine): they stay zombies until the next one dies. Asked to
    // look, it finds them.
    sendSignal(missed.ids.serverPid, "SIGCHLD");
    return lookPanesOnce();
  }

  async function lookPanesOnce(): Promise<PanesSight> {
    const said = await tell("list-panes", "-a", "-F", paneFormat);
    if (said.is === "failed") return { is: "unknown", why: said.why };
    return said.is === "absent" ? new Map() : readPanes(said.text);
  }

  async function lookAll(): Promise<SessionsSight> {
    const panes = await lookPanes();
    if (!(panes instanceof Map)) return panes;
    return { is: "seen", sessions: new Map([...panes].map(([name, pane]) => [name, pane.sight])) };
  }

  async function lookSession(name: string): Promise<SessionSight> {
    checkName(name);
    const all = await lookAll();
    return all.is === "unknown" ? all : (all.sessions.get(name) ?? { is: "absent" });
  }

  async function startSession(start: SessionStart): Promise<SessionStarted> {
    await checkStart(start);
    await server.start();
    const said = await tell(...newSessionWords(start));
    if (said.is === "done") return { is: "started", ids: readIds(said.text) };
    const sight = await lookSession(start.name);
    if (sight.is === "alive" || sight.is === "ended") return { is: "already there", sight };
    throw tmuxError("TMUX_START", `tmux could not start session ${start.name}`, said);
  }

  async function endSession(name: string, how: SessionEnd = {}): Promise<void> {
    checkName(name);
    const panes = await lookPanes();
    if (!(panes instanceof Map)) throw unsure(name, panes.why);
    const pane = panes.get(name);
    if (pane === undefined) return;
    const left = await endTree(await lookTree(pane, client.socketPath, how.mark), how.graceMs ?? 5000);
    const said = await tell("kill-session", "-t", pane.ids.sessionId);
    if (said.is === "failed") throw unsure(name, said.why);
    if (left.length > 0) throw unsure(name, `processes ${left.map((one) => one.pid).join(", ")} do not end`);
  }

  async function endServer(how: { readonly graceMs?: number } = {}): Promise<void> {
    const all = await lookAll();
    if (all.is === "unknown") throw unsure("of all tasks", all.why);
    for (const name of all.sessions.keys()) if (isName(name)) await endSession(name, how);
    const said = await tell("kill-server");
    if (said.is === "failed") throw tmuxError("TMUX_SERVER", "the tmux server does not end", said);
  }

  async function capture(name: string): ReturnType<Tmux["capture"]> {
    const panes = await lookPanes();
    if (!(panes instanceof Map)) return { is: "unknown" };
    const pane = panes.get(name);
    if (pane === undefined) return { is: "absent" };
    const said = await tell("capture-pane", "-p", "-t", pane.ids.paneId);
    return said.is === "done"
      ? { is: "seen", text: plainText(said.text) }
      : { is: said.is === "absent" ? "absent" : "unknown" };
  }

  async function sendKeys(name: string, keys: readonly string[]): Promise<void> {
    const panes = await lookPanes();
    if (!(panes instanceof Map))
      throw tmuxError("TMUX_KEYS", `no keys reach session ${name}`, { is: "failed", why: panes.why });
    const pane = panes.get(name);
    if (pane === undefined) return;
    const said = await tell("send-keys", "-t", pane.ids.paneId, ...keys);
    if (said.is === "failed") throw tmuxError("TMUX_KEYS", `no keys reach session ${name}`, said);
  }

  function attachCommand(name: string, { readOnly }: { readonly readOnly: boolean }): string {
    checkName(name);
    // "=" asks for exactly this name; it is quoted since zsh expands a leading "=".
    return `tmux -S ${shellQuote(client.socketPath)} attach ${readOnly ? "-r " : ""}-t '=${name}'`;
  }

  return {
    socketPath: client.socketPath,
    startSession,
    lookSession,
    lookAll,
    endSession,
    endServer,
    capture,
    sendKeys,
    attachCommand,
  };
}

function clientOptions(options: TmuxOptions): ClientOptions {
  const { socketPath, timeLimitMs = 10_000, tmuxPath = "tmux", environment = process.env } = options;
  if (!isAbsolute(socketPath)) throw new Error(`the tmux socket path must be absolute: ${socketPath}`);
  if (Buffer.byteLength(socketPath) > longestSocketPath) {
    throw new KnownError("TMUX_SOCKET_PATH", `the path of the tmux socket is too long for the system: ${socketPath}`, {
      hint: `Set COPPICE_HOME to a shorter path: the socket's may have ${longestSocketPath} bytes.`,
    });
  }
  const passed = inherited.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return {
    socketPath,
    configPath: `${socketPath}.conf`,
    timeLimitMs,
    tmuxPath,
    // tmux draws boxes and emoji only in a UTF-8 locale; C.UTF-8 is on every Linux.
    environment: { LANG: "C.UTF-8", ...Object.fromEntries(passed), TERM: "screen-256color" },
  };
}

function isName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,100}$/.test(name);
}

/** tmux runs `#(…)` in names and matches targets by prefix and pattern, so a name must be one of ours. */
function checkName(name: string): void {
  if (!isName(name)) throw new Error(`not a session name: ${JSON.stringify(name)}`);
}

/** With a folder that is missing, tmux says that all is well and runs the program elsewhere. */
async function checkStart({ name, cwd, argv }: SessionStart): Promise<void> {
  checkName(name);
  if ([cwd, ...argv].some((word) => word.includes("\0"))) throw new Error(`session ${name}: NUL in a path or argument`);
  const isFolder = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder && isAbsolute(cwd)) return;
  throw new KnownError("SESSION_FOLDER", `session ${name} can't start in ${cwd}: no such folder`, { retry: "later" });
}

/** tmux gives a lone argument to a shell, two or more not: `env` makes it two. It expands formats in the folder: "##" is a plain "#". */
function newSessionWords({ name, cwd, argv, width = 160, height = 48 }: SessionStart): string[] {
  const program = argv.length === 1 ? ["env", ...argv] : argv;
  const size = ["-x", String(width), "-y", String(height)];
  const place = ["-s", name, "-n", "agent", "-c", asArgument(cwd.replaceAll("#", "##"))];
  const start = ["new-session", "-d", "-P", "-F", idFormat, ...size, ...place, "--", ...program.map(asArgument)];
  return [...start, ";", "set-option", "-p", "-t", `=${name}:`, "@agent", "yes"];
}

/** Who inherits these two variables of tmux was started in this pane. */
async function lookTree(
  { ids, sight }: AgentPane,
  socketPath: string,
  mark?: string,
): Promise<ReturnType<typeof createTreeLook>> {
  const first = sight.is === "alive" ? await lookProcess(ids.pid) : "absent";
  const tmuxMark = [`TMUX=${socketPath},${ids.serverPid},${ids.sessionId.slice(1)}`, `TMUX_PANE=${ids.paneId}`];
  return createTreeLook({
    pid: ids.pid,
    born: first === "absent" ? undefined : first.born,
    marks: mark === undefined ? [tmuxMark] : [tmuxMark, [mark]],
  });
}

function lacksStatus({ sight, isClosed }: AgentPane): boolean {
  return !isClosed && sight.is === "ended" && sight.status === undefined && sight.signal === undefined;
}

function unsure(name: string, why: string): KnownError {
  return new KnownError("SESSION_END", `session ${name} may not have ended: ${why}`, {
    hint: "It is tried again. If that does not help, look at the processes with `ps -ef`.",
    retry: "later",
  });
}

/** What an agent draws may hold anything; capture-pane leaves the escapes out, and so do we for whatever slips through. */
function plainText(screen: string): string {
  // oxlint-disable-next-line no-control-regex
  return stripVTControlCharacters(screen).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
