import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** `src` in development, `dist` when built. */
const programs = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * What behind the wall needs to be seen of Coppice itself: the programs that an agent starts (its MCP server) with what they import, and
 * Node. Not the folder around them, where a `.env` may lie.
 */
export function ownPrograms(): string[] {
  const root = dirname(programs);
  // Installed as a package, its dependencies lie beside it.
  const beside = basename(dirname(root)) === "node_modules" ? [dirname(root)] : [];
  const parts = [programs, join(root, "node_modules"), join(root, "package.json"), ...beside, process.execPath];
  return parts.filter((path) => existsSync(path));
}
