import { rm } from "node:fs/promises";
import { join } from "node:path";
import { hookScript, statusScript } from "./hook-script.ts";
import { type RunFolder, toolsReady } from "./run-folder.ts";
import { readSafely, writeWhole } from "./safe-file.ts";

/** What the pane has to start, and where. Holds no secret: it may be seen in `ps` and in tmux. */
export type Launch = { readonly argv: readonly string[]; readonly cwd: string };

export type LaunchSpec = {
  /** The agent and its arguments; no secrets. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Everything that the agent finds in its environment, and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** A sandbox's command and arguments, put in front. */
  readonly wrap?: readonly string[];
};

/**
 * Writes the pane's program. It starts the agent with exactly the given environment (read from a file of our own, so
 * that no secret shows in an argument or in tmux) and notes how it ended. To end it, signal the whole process group.
 */
export async function writeLaunch(run: RunFolder, spec: LaunchSpec): Promise<Launch> {
  const environment = { TERM: terminal, ...spec.environment };
  assertHarmless(environment);
  await writeWhole(join(run.path, "hook.sh"), hookScript, 0o700);
  await writeWhole(join(run.path, "status.sh"), statusScript, 0o700);
  await writeWhole(run.env, environmentFile(environment));
  await writeWhole(run.launch, launchScript(run, spec), 0o700);
  for (const old of [run.exit, toolsReady(run)]) await rm(old, { force: true });
  return { argv: ["/usr/bin/env", "-i", "/bin/sh", run.launch], cwd: spec.cwd };
}

/** What tmux is for the programs in it; the emptied environment has lost what tmux itself said. Known to every terminfo. */
const terminal = "screen-256color";

function launchScript(run: RunFolder, spec: LaunchSpec): string {
  const agent = [...(spec.wrap ?? []), ...spec.argv].map(quote).join(" ");
  return `#!/bin/sh
umask 077
ulimit -c 0
# A signal to the group ends the agent; we stay to note how it ended. Not so when the terminal goes: that signal comes to
# us alone, and only our end makes the system pass it on.
trap : INT TERM
run=${quote(run.path)}
rm -f "$run/exit"
set -a
. "$run/env"
set +a
rm -f "$run/env"
cd ${quote(spec.cwd)} && (
  trap - INT TERM
  unset OLDPWD SHLVL _
  exec ${agent}
)
status=$?
echo "$status" >"$run/exit.new" && mv "$run/exit.new" "$run/exit"
exit "$status"
`;
}

function environmentFile(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

/** Quotes for `sh`; no text from outside comes here, but paths hold spaces. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new Error("a NUL can't be handed to a program");
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Names that any program may see. What is not listed does not get in: GitHub's secrets are among the rest. */
const harmless =
  /^(PATH|HOME|LANG|LC_[A-Z]+|TERM|COLORTERM|TZ|SHELL|USER|LOGNAME|TMPDIR|(HTTP|HTTPS|NO|ALL)_PROXY|(http|https|no|all)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|XDG_[A-Z]+_HOME|npm_config_cache|GIT_[A-Z_0-9]+|ANTHROPIC_[A-Z_]+|CLAUDE_[A-Z_]+|DISABLE_[A-Z_]+|IS_SANDBOX|API_TIMEOUT_MS|COPPICE_TASK|MCP_(TOOL_)?TIMEOUT)$/;

/** Throws when an environment for an agent holds a name that is not on the list. */
export function assertHarmless(environment: Readonly<Record<string, string>>): void {
  const odd = Object.keys(environment).filter((name) => !harmless.test(name));
  if (odd.length > 0) throw new Error(`not for an agent's environment: ${odd.join(", ")}`);
}

const everyday = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SHELL", "USER", "LOGNAME", "TMPDIR"];
/** How patient the operator wants agents to be with the model's service. */
const patience = ["CLAUDE_CODE_MAX_RETRIES", "API_TIMEOUT_MS"];

/** What an agent may have of our own environment. */
export function everydayEnvironment(from: NodeJS.ProcessEnv): Record<string, string> {
  const kept = [...everyday, ...patience].flatMap((name) =>
    from[name] === undefined ? [] : [[name, from[name]] as const],
  );
  return Object.fromEntries(kept);
}

/** How the agent ended: its exit status, or undefined while it runs (or was never started, or was killed with its launcher). */
export async function exitStatus(run: RunFolder): Promise<number | undefined> {
  const read = await readSafely(run.exit, 20);
  if (read === "absent" || "odd" in read || !/^\d+\s*$/.test(read.text)) return undefined;
  return Number(read.text);
}
