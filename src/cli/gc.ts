import { join } from "node:path";
import type { Command } from "commander";
import { execa } from "execa";
import type { Settings } from "../config/arranged-settings.ts";
import { KnownError } from "../errors.ts";
import type { Leftover } from "../runner/leftovers.ts";
import type { Reaped } from "../runner/reap.ts";
import type { Wall } from "../runner/wall.ts";
import type { Overview } from "../store/overview.ts";
import { homeOf } from "./home.ts";
import { sizeOf } from "./sizes.ts";

interface GcFlags {
  readonly home?: string;
  readonly yes?: boolean;
  readonly unknown?: boolean;
}

export function addGc(program: Command): void {
  program
    .command("gc")
    .description("find workspaces, sessions and files that no task needs any more, and with --yes take them away")
    .option("--yes", "take away what belongs to tasks that are over; work is saved first")
    .option("--unknown", "with --yes, also what belongs to no task that the store knows")
    .option("--home <folder>", "the state folder, when not that of the settings here")
    .action(gc);
}

async function gc(flags: GcFlags): Promise<void> {
  const home = await homeOf(flags);
  const seen = await find(home);
  if (flags.yes !== true) return say(await foundLines(seen));
  const [{ openStore }, { createLog }] = await Promise.all([import("../store/store.ts"), import("../log.ts")]);
  const log = createLog({ logLevel: "warn", logFormat: "auto" }, undefined, process.stderr);
  // The lock is ours meanwhile, so no service can be about to use what we take away.
  const store = await openStore({ file: join(home, "coppice.db"), log, nowMs: Date.now });
  try {
    const found = await find(home);
    const meant = found.filter(({ task }) => task === "over" || flags.unknown === true);
    say(reapedLines(await reapAll(home, meant), found.length - meant.length));
  } finally {
    await store.close();
  }
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function find(home: string): Promise<readonly Leftover[]> {
  const [{ readOverview }, { findLeftovers }, { createTmux }, { placesIn }] = await Promise.all([
    import("../store/overview.ts"),
    import("../runner/leftovers.ts"),
    import("../runner/tmux.ts"),
    import("../runner/places.ts"),
  ]);
  const { known } = await readOverview(join(home, "coppice.db"), Date.now());
  const tmux = createTmux({ socketPath: placesIn(home).tmuxSocket });
  return await findLeftovers({ home, tmux, tasks: known });
}

async function reapAll(home: string, meant: readonly Leftover[]): Promise<readonly Reaped[]> {
  const [{ reap }, { createTmux }, { placesIn }, { readOverview }] = await Promise.all([
    import("../runner/reap.ts"),
    import("../runner/tmux.ts"),
    import("../runner/places.ts"),
    import("../store/overview.ts"),
  ]);
  const settings = await settingsOf(home);
  const { repositories } = await readOverview(join(home, "coppice.db"), Date.now());
  return await reap(meant, {
    home,
    tmux: createTmux({ socketPath: placesIn(home).tmuxSocket }),
    wallFor: await findWalls(home, settings, repositories),
    keepSavedMs: settings?.service.keepSavedMs,
  });
}

/** The settings of this folder, if they are those of this state folder. */
async function settingsOf(home: string): Promise<Settings | undefined> {
  const { loadSettings } = await import("../config/settings.ts");
  try {
    const settings = loadSettings();
    return settings.service.homePath === home ? settings : undefined;
  } catch (error) {
    if (error instanceof KnownError) return undefined;
    throw error;
  }
}

/** The same wall that agents worked behind; none only where the operator took it away by name. */
async function findWalls(
  home: string,
  settings: Settings | undefined,
  names: Overview["repositories"],
): Promise<(repositoryId: number) => Wall> {
  const [{ findWall }, { openWall }, { isListed }] = await Promise.all([
    import("../runner/sandbox/find-wall.ts"),
    import("../runner/wall.ts"),
    import("../config/repository-list.ts"),
  ]);
  const found = await findWall({
    folder: join(home, "sandbox", "gc"),
    tools: [],
    hidden: [join(home, "coppice.db")],
  });
  const off = settings?.sandbox.mode === "off" ? settings.sandbox.repositories : [];
  return (id) => {
    if (off === "all" || isListed(names.get(id) ?? "", off)) return openWall;
    if (found.is === "found") return found.wall;
    throw new KnownError("NO_SANDBOX", `what is in it can't be looked at without a sandbox: ${found.why}`);
  };
}

export async function foundLines(found: readonly Leftover[]): Promise<readonly string[]> {
  if (found.length === 0) return ["Nothing is left over."];
  const lines = await Promise.all(found.map(async (one) => `${lineOf(one)}${await spaceOf(one)}`));
  const unknown = found.some(({ task }) => task === "unknown");
  return [
    ...lines,
    "",
    "`--yes` takes away what belongs to tasks that are over, while the service is stopped; work is saved first.",
    ...(unknown ? ["`--yes --unknown` also takes away what belongs to no known task."] : []),
  ];
}

export function reapedLines(reaped: readonly Reaped[], untouched: number): readonly string[] {
  if (reaped.length + untouched === 0) return ["Nothing is left over."];
  return [
    ...reaped.map(({ leftover, outcome }) => `${lineOf(leftover)}: ${outcome}`),
    ...(untouched === 0 ? [] : [`${untouched} left, of tasks that the store does not know (--unknown)`]),
  ];
}

function lineOf({ is, name, issue = "", task }: Leftover): string {
  const whose = task === "over" ? "its task is over" : "no task is known for it";
  const what = is === "run" ? "files of run" : is;
  return `${what}  ${name}${is === "workspace" ? ` (repository ${issue.split("-")[0]})` : ""}  ${whose}`;
}

async function spaceOf({ paths }: Leftover): Promise<string> {
  if (paths.length === 0) return "";
  const { stdout } = await execa("du", ["-skc", ...paths], { reject: false, timeout: 60_000 });
  const total = /^(\d+)\ttotal$/m.exec(stdout)?.[1];
  return total === undefined ? "" : `, ${sizeOf(Number(total) * 1_024)}`;
}
