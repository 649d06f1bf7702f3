import { basename, join } from "node:path";
import type { PermissionMode, RunSpec } from "../agent.ts";
import { quote } from "../launch.ts";
import { type RunFolder, toolsReady } from "../run-folder.ts";
import { hookWaits } from "./hook-event.ts";
import { hooksOf } from "./repository-settings.ts";

/** The settings of one run, given with `--settings`. A wrong value would make the CLI skip the whole file, with a dialog. */
export function settingsOf(run: RunFolder, spec: RunSpec): Record<string, unknown> {
  return {
    // The main screen, so that tmux has the whole story to scroll through.
    tui: "default",
    // Else it registers itself for links in the home folder.
    disableDeepLinkRegistration: "disable",
    hooks: allHooks(run, spec),
    statusLine: { type: "command", command: `exec /bin/sh ${quote(join(run.path, "status.sh"))}` },
    permissions: { allow: allowed(run, spec) },
    ...unattended(spec.permissionMode),
  };
}

/** Ours, by which we hear of the agent, and those of a repository that is trusted. */
function allHooks(run: RunFolder, spec: RunSpec): Record<string, readonly unknown[]> {
  const ours = Object.entries(hookWaits).map(([name, seconds]) => [name, hookOf(run, name, seconds)] as const);
  const theirs = hooksOf(spec.repository);
  const both = ours.map(([name, hooks]) => [name, [...hooks, ...(theirs[name] ?? [])]] as const);
  return { ...theirs, ...Object.fromEntries(both) };
}

function hookOf(run: RunFolder, name: string, seconds: number): readonly unknown[] {
  const ready = name === "SessionStart" ? ` ${basename(toolsReady(run))}` : "";
  const command = `exec /bin/sh ${quote(join(run.path, "hook.sh"))} ${seconds}${ready}`;
  // The script gives up by itself; the CLI's limit only catches what hangs.
  return [{ hooks: [{ type: "command", command, timeout: seconds + 30 }] }];
}

function allowed(run: RunFolder, spec: RunSpec): string[] {
  // An empty rule is a dialog at the start, and a lone star would allow all.
  const named = spec.allowedCommands.map((command) => command.trim()).filter((command) => /[a-z]/i.test(command));
  const commands = named.flatMap((command) => [`Bash(${command})`, `Bash(${command}:*)`]);
  return ["mcp__coppice", `Read(/${run.brief})`, ...commands];
}

/** A session that asks nobody must neither warn about that nor hold back what we tell it. */
function unattended(mode: PermissionMode): Record<string, unknown> {
  if (mode !== "bypassPermissions") return {};
  return { skipDangerousModePermissionPrompt: true, crossSessionInbound: "accept" };
}
