import { execa } from "execa";
import { KnownError } from "../../../errors.ts";
import type { AgentVersion } from "../agent.ts";

/** The first version with an inbox socket. */
const oldest = [2, 1, 224] as const;

/**
 * Asks the program itself for its version: package managers are known to install older ones silently.
 * @throws KnownError CLAUDE_MISSING, CLAUDE_BROKEN or CLAUDE_TOO_OLD.
 */
export async function checkVersion(program: string): Promise<AgentVersion> {
  const result = await execa(program, ["--version"], { timeout: 30_000, reject: false, stdin: "ignore" });
  if (result.failed) throw notRunning(program, result);
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(result.stdout)?.slice(1, 4).map(Number);
  if (numbers === undefined) throw notRunning(program, result);
  const version = numbers.join(".");
  if (isOlder(numbers)) {
    throw new KnownError("CLAUDE_TOO_OLD", `Claude Code is ${version}, but ${oldest.join(".")} or newer is needed`, {
      hint: "Run `claude update`, or install @anthropic-ai/claude-code with Node 22 or newer.",
    });
  }
  return { program, version };
}

function notRunning(
  program: string,
  result: { code?: string | undefined; shortMessage?: string | undefined; stdout: unknown },
): KnownError {
  if (result.code === "ENOENT" || result.code === "EACCES") {
    return new KnownError("CLAUDE_MISSING", `Claude Code was not found as "${program}"`, {
      hint: "Install it (npm install -g @anthropic-ai/claude-code), or set CLAUDE_PATH to it.",
    });
  }
  return new KnownError("CLAUDE_BROKEN", `"${program} --version" did not answer with a version`, {
    hint: `Run it by hand to see what is wrong. It said: ${result.shortMessage ?? String(result.stdout).slice(0, 200)}`,
  });
}

function isOlder(numbers: readonly number[]): boolean {
  const at = oldest.findIndex((least, index) => numbers[index] !== least);
  return at >= 0 && (numbers[at] ?? 0) < (oldest[at] ?? 0);
}
