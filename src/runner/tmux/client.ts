import { execa } from "execa";
import { KnownError } from "../../errors.ts";
import type { TmuxServer } from "./server.ts";

/** What a tmux command said. "absent" is tmux's own word that there is no such server, session or pane; a time-out is never that. */
export type Said =
  | { readonly is: "done"; readonly text: string }
  | { readonly is: "absent"; readonly why: string }
  | { readonly is: "failed"; readonly why: string; readonly cause?: unknown };

export type Tell = (...words: readonly string[]) => Promise<Said>;

export interface ClientOptions {
  readonly tmuxPath: string;
  readonly socketPath: string;
  readonly configPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeLimitMs: number;
}

/** Speaks one command to the server and never throws: the caller has to think about each answer. */
export function createTell(options: ClientOptions): Tell {
  return async (...words) => {
    const result = await execa(options.tmuxPath, ["-S", options.socketPath, "-f", options.configPath, ...words], {
      env: options.environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: options.timeLimitMs,
      forceKillAfterDelay: 1000,
      stripFinalNewline: true,
    });
    if (!result.failed) return { is: "done", text: result.stdout };
    if (result.timedOut) return { is: "failed", why: `tmux did not answer within ${options.timeLimitMs} ms` };
    if (result.exitCode === undefined)
      return { is: "failed", why: result.shortMessage ?? "tmux could not be run", cause: result };
    return isAbsent(result.stderr) ? { is: "absent", why: result.stderr } : { is: "failed", why: result.stderr };
  };
}

/** As `createTell`, but when the socket can't be reached it first asks a server that we know to be alive to make it again. */
export function createPatientTell(tell: Tell, server: Pick<TmuxServer, "revive">): Tell {
  return async (...words) => {
    const said = await tell(...words);
    if (said.is !== "absent" || !isUnreachable(said.why)) return said;
    const revived = await server.revive();
    if (revived === "no server") return said;
    return revived === "revived"
      ? tell(...words)
      : { is: "failed", why: "the tmux server lives, but its socket is gone" };
  };
}

/**
 * A word from outside as one argument: tmux takes an argument that ends in ";" for the end of a command, unless a backslash stands
 * before it (cmd_parse_from_arguments).
 */
export function asArgument(word: string): string {
  return word.replace(/;$/, "\\;");
}

/** tmux says "there is none" in several ways (client.c, cmd-find.c, cmd-kill-session.c); a time-out or a crash is none of them. */
function isAbsent(words: string): boolean {
  return (
    isUnreachable(words) ||
    /^(can't find (session|pane|window)|no such (session|pane)|no sessions|no current target)/m.test(words)
  );
}

function isUnreachable(words: string): boolean {
  return /^(no server running on |error connecting to .* \(No such file or directory\))/m.test(words);
}

/** The error for a command that had to work. */
export function tmuxError(code: string, what: string, said: Exclude<Said, { is: "done" }>): KnownError {
  const missing = said.why.includes("ENOENT");
  return new KnownError(missing ? "TMUX_MISSING" : code, `${what}: ${said.why.trim()}`, {
    hint: missing
      ? "Install tmux (3.2 or newer) and make sure that it is on the service's PATH."
      : "Does `tmux -V` work, and is the disk full?",
    retry: "later",
    cause: "cause" in said ? said.cause : undefined,
  });
}
