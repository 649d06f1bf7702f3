import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Demo } from "../demo/demo.ts";
import { untilTold } from "./signals.ts";
import { startWith } from "./start.ts";

interface DemoFlags {
  readonly auto?: boolean;
  readonly agent: "demo" | "claude";
  readonly port: number;
  readonly keep?: boolean;
  readonly verbose?: boolean;
}

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "try Coppice without GitHub: a stand-in for it, a sample repository and three issues, all on this machine",
    )
    .option("--auto", "play the whole journey without a person; exits with 0 or 1")
    .addOption(
      new Option("--agent <name>", "who works: the demo's own agent, or your Claude Code")
        .choices(["demo", "claude"])
        .default("demo"),
    )
    .option("--port <port>", "where the stand-in for GitHub listens; 0 is any that is free", portOf, 0)
    .option("--keep", "keep the demo's folder, to look at afterwards")
    .option("--verbose", "show the service's log")
    .action(demo);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`a port is a whole number from 0 to 65535, not "${text}".`);
}

async function demo(flags: DemoFlags): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "coppice-demo-"));
  try {
    await playIn(home, flags);
  } finally {
    await endSessions(join(home, "coppice"));
    if (flags.keep === true) process.stdout.write(`The demo's folder: ${home}\n`);
    else await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function playIn(home: string, flags: DemoFlags): Promise<void> {
  const { startDemo, welcome } = await import("../demo/demo.ts");
  const running = await startDemo({
    port: flags.port,
    agent: flags.agent,
    home,
    startService: async (settings) => startDemoService({ ...settings, SANDBOX: await sandboxFor(home) }, flags),
  });
  try {
    if (flags.auto === true) return await playAlone(running);
    process.stdout.write(welcome(running));
    await untilTold();
  } finally {
    await running.stop();
  }
}

async function startDemoService(settings: Readonly<Record<string, string>>, flags: DemoFlags) {
  const [{ readSettings }, { createDemoAgent }] = await Promise.all([
    import("../config/settings.ts"),
    import("../demo/agent/adapter.ts"),
  ]);
  const read = readSettings({
    ...ownLogin(),
    LOG_LEVEL: flags.verbose === true ? "info" : "error",
    ...settings,
  });
  return await startWith(read, [createDemoAgent({ pace: flags.auto === true ? 0.2 : 1 })]);
}

/** The demo is to run on a machine with git and tmux alone; where a sandbox can be had, it uses it. */
async function sandboxFor(home: string): Promise<string> {
  const { findWall } = await import("../runner/sandbox/find-wall.ts");
  const found = await findWall({ folder: join(home, "probe"), tools: [], hidden: [] });
  if (found.is === "found") return "auto";
  process.stderr.write(`  There is no sandbox here (${found.why}), so the demo's agents run without one.\n`);
  return "off:mira/*";
}

/** With `--agent claude` the owner's own Claude works; nothing else of the environment gets into the demo. */
function ownLogin(): Record<string, string> {
  const names = ["HOME", "PATH", "CLAUDE_PATH", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CLAUDE_CONFIG_DIR"];
  const given = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  const login = process.env["ANTHROPIC_API_KEY"] === undefined ? { CLAUDE_LOGIN: "owner" } : {};
  return { ...Object.fromEntries(given), ...login };
}

async function playAlone(running: Demo): Promise<void> {
  const { play } = await import("../demo/play.ts");
  const played = await play(running);
  if (!played.ok) process.exitCode = 1;
}

async function endSessions(coppiceHome: string): Promise<void> {
  const [{ createTmux }, { placesIn }] = await Promise.all([
    import("../runner/tmux.ts"),
    import("../runner/places.ts"),
  ]);
  const { tmuxSocket, networkSocket } = placesIn(coppiceHome);
  for (const socketPath of [tmuxSocket, networkSocket]) await createTmux({ socketPath }).endServer({ graceMs: 1_000 });
}
