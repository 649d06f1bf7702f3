import { readFile, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { KnownError } from "../../errors.ts";
import { hasCode } from "../agents/safe-file.ts";
import type { Wall } from "../wall.ts";
import { createBubblewrap, type WallNetwork } from "./bubblewrap.ts";
import { writeWallFiles } from "./wall-files.ts";

export interface FindWallOptions {
  /** A folder of ours for what the wall is built from. */
  readonly folder: string;
  readonly tools: readonly string[];
  readonly hidden: readonly string[];
  readonly network?: WallNetwork;
  /** bwrap's name or path. */
  readonly program?: string;
}

export type WallSearch =
  /** `startMs`: how long a command behind the wall took to start and end, on this machine and just now. */
  | { readonly is: "found"; readonly wall: Wall; readonly version: string; readonly startMs: number }
  /** `why` and `cure` in words for the operator. */
  | { readonly is: "missing"; readonly why: string; readonly cure: string };

/** Builds the wall and tries it. It is only found when a program really ran behind it. */
export async function findWall(options: FindWallOptions): Promise<WallSearch> {
  if (process.platform !== "linux") {
    return missing("the wall is built from Linux namespaces", "Run Coppice on Linux or in WSL 2.");
  }
  const program = await findProgram(options.program ?? "bwrap");
  if (program === undefined) return missing("bubblewrap is not installed", installCure);
  try {
    const files = await writeWallFiles(options.folder);
    const wall = createBubblewrap({ ...options, files, program });
    const beganMs = performance.now();
    const tried = await tryWall(wall);
    const startMs = Math.round(performance.now() - beganMs);
    return tried === "works"
      ? { is: "found", wall, version: await versionOf(program), startMs }
      : missing(tried, await cureFor(tried));
  } catch (error) {
    if (error instanceof KnownError) return missing(error.message, error.hint ?? "");
    throw error;
  }
}

const installCure =
  "Install the package `bubblewrap` (`apt install bubblewrap`, `dnf install bubblewrap`, `pacman -S bubblewrap`, `apk add bubblewrap`).";

function missing(why: string, cure: string): WallSearch {
  return { is: "missing", why, cure };
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = name.includes("/") ? [""] : (process.env["PATH"] ?? "/usr/bin:/bin").split(delimiter);
  for (const folder of folders) {
    const path = folder === "" ? name : join(folder, name);
    if (await isFile(path)) return path;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return false;
    throw error;
  }
}

/** Small process numbers are only found in a namespace of its own: a bwrap that does nothing but start the command is no wall. */
async function tryWall(wall: Wall): Promise<string> {
  const room = { cwd: "/tmp", writable: [], readable: [], network: "none" } as const;
  const [first, ...rest] = wall.enter(room, ["/bin/sh", "-c", 'echo "inside $$"']);
  const options = {
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
    env: { PATH: "/usr/bin:/bin" },
    extendEnv: false,
  } as const;
  const result = await execa(first, rest, options);
  if (/^inside \d{1,2}$/.test(result.stdout.trim())) return "works";
  return `bubblewrap can't build the wall: ${(result.stderr || result.shortMessage || result.stdout).trim().split("\n").slice(-3).join(" ")}`;
}

async function versionOf(program: string): Promise<string> {
  const result = await execa(program, ["--version"], { reject: false, timeout: 5000 });
  return result.stdout.replace(/^bubblewrap /, "").trim();
}

/** Why a kernel refuses, most likely cause first. */
async function cureFor(words: string): Promise<string> {
  if (/-Microsoft\b/.test(await readSetting("/proc/version"))) {
    return "This is WSL 1, whose kernel has no namespaces. Change to WSL 2: `wsl --set-version <distribution> 2`.";
  }
  if ((await readSetting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")) === "1") return appArmorCure;
  if ((await readSetting("/proc/sys/kernel/unprivileged_userns_clone")) === "0") {
    return "Allow user namespaces: `sudo sysctl -w kernel.unprivileged_userns_clone=1`, and put the line into /etc/sysctl.d/.";
  }
  if ((await readSetting("/proc/sys/user/max_user_namespaces")) === "0") {
    return "Allow user namespaces: `sudo sysctl -w user.max_user_namespaces=15000`, and put the line into /etc/sysctl.d/.";
  }
  if (/unknown option/i.test(words)) return "This bubblewrap is too old: install 0.4 or newer.";
  return "In a container, allow user namespaces (Docker: `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`, or run Coppice outside of it).";
}

/** Ubuntu since 23.10 lets only programs with a profile make user namespaces. */
const appArmorCure = [
  "AppArmor keeps bubblewrap from making user namespaces. Allow it by a profile in /etc/apparmor.d/bwrap:",
  "`abi <abi/4.0>, include <tunables/global> profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }`",
  "and load it with `sudo apparmor_parser -r /etc/apparmor.d/bwrap`.",
].join(" ");

async function readSetting(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "EPERM")) return "";
    throw error;
  }
}
