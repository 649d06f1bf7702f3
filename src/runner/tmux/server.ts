import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { KnownError } from "../../errors.ts";
import { writeWhole } from "../agents/safe-file.ts";
import { isRunning, lookProcess, sendSignal } from "../process-tree.ts";
import { type ClientOptions, type Tell, tmuxError } from "./client.ts";
import { tmuxConfig } from "./config.ts";

/** Our tmux server: started under an emptied environment, and remembered by its process, so that it is found again without its socket. */
export interface TmuxServer {
  /** Starts the server unless it runs. */
  start(): Promise<void>;
  /** Makes a deleted socket of the remembered server again. */
  revive(): Promise<"revived" | "no server" | "no answer">;
}

const noteSchema = z.object({ pid: z.number().int().positive(), born: z.string() });

/**
 * `tmux` would silently start a second server when the socket of the first was deleted; both would then hold sessions. SIGUSR1 makes a
 * server open its socket anew (tmux(1), "-S socket-path").
 */
export function createServer(options: ClientOptions, tell: Tell): TmuxServer {
  const notePath = `${options.socketPath}.server`;

  async function start(): Promise<void> {
    const before = await lookServer();
    if (before !== "absent") return remember(before);
    if ((await revive()) !== "no server") return;
    await prepareFolder(options);
    const started = await tell("start-server");
    if (started.is !== "done") throw tmuxError("TMUX_SERVER", "the tmux server does not start", started);
    const after = await lookServer();
    if (after === "absent") throw new KnownError("TMUX_SERVER", "the tmux server ended at once", { retry: "later" });
    await remember(after);
  }

  /** The server's pid. Throws when another's server sits on our socket: its sessions would inherit that person's environment. */
  async function lookServer(): Promise<number | "absent"> {
    const said = await tell("display-message", "-p", "#{pid} #{@coppice}");
    if (said.is === "absent") return "absent";
    if (said.is === "failed") throw tmuxError("TMUX_SERVER", "the tmux server does not answer", said);
    const [pid, mark] = said.text.split(" ");
    if (mark === "ours") return Number(pid);
    throw new KnownError("TMUX_FOREIGN_SERVER", `a tmux server that Coppice did not start uses ${options.socketPath}`, {
      hint: `End it with \`tmux -S ${options.socketPath} kill-server\`.`,
      retry: "later",
    });
  }

  async function remember(pid: number): Promise<void> {
    const server = await lookProcess(pid);
    if (server === "absent" || (await recall())?.born === server.born) return;
    await writeWhole(notePath, JSON.stringify({ pid: server.pid, born: server.born }));
  }

  async function recall(): Promise<z.infer<typeof noteSchema> | undefined> {
    try {
      return noteSchema.parse(JSON.parse(await readFile(notePath, "utf8")));
    } catch (error) {
      // No note, or one that a crash cut short: then no server is remembered.
      if (error instanceof z.ZodError || error instanceof SyntaxError || isMissing(error)) return undefined;
      throw error;
    }
  }

  async function revive(): Promise<"revived" | "no server" | "no answer"> {
    const note = await recall();
    // A signal to a number that is another's by now would end that process: hence the birth.
    if (note === undefined || !(await isRunning(note))) return "no server";
    sendSignal(note.pid, "SIGUSR1");
    for (let tries = 0; tries < 40; tries += 1) {
      if ((await tell("display-message", "-p", "#{pid}")).is === "done") return "revived";
      await sleep(50);
    }
    return (await isRunning(note)) ? "no answer" : "no server";
  }

  return { start, revive };
}

/** The folder is ours alone: whoever reaches the socket can type into every agent and run commands as us. */
async function prepareFolder(options: ClientOptions): Promise<void> {
  const folder = dirname(options.socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await stat(folder)).mode & 0o077) await chmod(folder, 0o700);
  await writeWhole(options.configPath, tmuxConfig);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
