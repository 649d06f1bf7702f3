import { KnownError } from "../../errors.ts";
import { createRedactor } from "../../core/redact.ts";
import { gitArgvWith, runGit } from "./git-command.ts";
import type { GitResult } from "./git-command.ts";
import { wordsOf } from "./git-words.ts";

/** A token for one call, good for no more than it needs; nothing for a remote that asks for none. */
export type TokenSource = (access: "read" | "write") => Promise<string | undefined>;

export interface RemoteOptions {
  /** A folder that no agent can write. */
  readonly cwd: string;
  readonly url: string;
  readonly token: TokenSource;
  /** For tests: the remote is a folder. */
  readonly allowFile?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface RemoteCall {
  /** The repository of ours that talks: the gate, or the gate in the making. To only ask, it need not exist yet. */
  readonly gitDir: string;
  readonly args: readonly string[];
  readonly limitMs: number;
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** The repository at GitHub, for the three commands that talk with it: fetch, ls-remote, push. */
export interface Remote {
  readonly url: string;
  /** Answers what git answered. @throws KnownError GIT_AUTH, GIT_REMOTE_ABSENT, GIT_REMOTE_MOVED, GIT_NETWORK, and those of `runGit`. */
  call(call: RemoteCall): Promise<GitResult>;
}

export function createRemote(options: RemoteOptions): Remote {
  const protocols = protocolsOf(options.url, options.allowFile ?? false);
  return {
    url: options.url,
    call: async ({ gitDir, args, limitMs, onStderr }) => {
      const token = await options.token(args[0] === "push" ? "write" : "read");
      const settings = token === undefined ? [] : [`credential.helper=${readTokenOnce}`];
      const result = await runGit(gitArgvWith(settings, gitDir, ...args), {
        cwd: options.cwd,
        environment: { GIT_ALLOW_PROTOCOL: protocols, ...networkEnvironment() },
        secret: token,
        limitMs,
        signal: options.signal,
        onStderr,
      });
      const clean = {
        ...result,
        stderr: token === undefined ? result.stderr : createRedactor([token]).redact(result.stderr),
      };
      if (clean.exitCode !== 0) throwIfUnreachable(clean.stderr);
      return clean;
    },
  };
}

/**
 * The only way of handing a token to git on which it shows neither in arguments, environment, files, traces nor errors: a helper
 * that reads an inherited descriptor. git asks once per process and remembers.
 */
const readTokenOnce = `!f() { test "$1" = get && printf 'username=x-access-token\\npassword=' && cat <&3 && echo; }; f`;

function protocolsOf(url: string, allowFile: boolean): string {
  const parsed = URL.parse(url);
  if (parsed?.username || parsed?.password) throw notUsable("the remote's URL must not carry a user or password");
  if (parsed?.protocol === "https:") return "https";
  if (parsed?.protocol === "http:") return "http:https";
  if (parsed?.protocol === "file:" && allowFile) return "file";
  throw notUsable(`the remote's URL must begin with https://, not ${parsed?.protocol ?? "this"}`);
}

function notUsable(message: string): KnownError {
  return new KnownError("GIT_REMOTE_URL", message, { hint: "Clone URLs come from GitHub's API; is GHE_HOST right?" });
}

/** The machine's way to the network (proxy, own certificate authority) is the operator's, not a repository's: it may pass. */
const networkVariables = [
  ...["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
];

function networkEnvironment(): Record<string, string> {
  return Object.fromEntries(
    networkVariables.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Only git's own lines count: after "remote:" stands whatever the server likes to say. */
function throwIfUnreachable(stderr: string): void {
  const own = stderr
    .split(/[\r\n]+/)
    .filter((line) => /^(fatal|error):/.test(line))
    .join("\n");
  const found = unreachable.find(({ words }) => words.test(own));
  if (!found) return;
  const { code, what, hint, retry } = found;
  throw new KnownError(code, `${what}: ${wordsOf(own)}`, { hint, retry });
}

const unreachable = [
  {
    words: /Authentication failed|could not read (Username|Password)|(HTTP|error:?) 40[13]\b/i,
    code: "GIT_AUTH",
    what: "GitHub did not accept our token for git",
    hint: "Is the App still installed on this repository, with contents: write?",
    retry: "later",
  },
  {
    words: /repository '.*' not found|(HTTP|error:?) 404\b|does not appear to be a git repository/i,
    code: "GIT_REMOTE_ABSENT",
    what: "there is no such repository for us",
    hint: "Was it deleted or renamed, or the App uninstalled?",
    retry: "later",
  },
  {
    words: /(HTTP|error:?) 30\d\b|redirect/i,
    code: "GIT_REMOTE_MOVED",
    what: "the repository's address leads elsewhere, and we follow no redirects with a token",
    hint: "It was probably renamed: the next event from GitHub brings the new address.",
    retry: "later",
  },
  {
    words:
      /Could not resolve|Failed to connect|Couldn't connect|Connection|timed out|early EOF|disconnect|RPC failed|(HTTP|error:?) (5\d\d|429)\b|SSL|TLS|certificate|hung up|Empty reply|transfer closed|unable to access/i,
    code: "GIT_NETWORK",
    what: "GitHub could not be reached by git",
    hint: "Is this machine on the network?",
    retry: "later",
  },
] as const;
