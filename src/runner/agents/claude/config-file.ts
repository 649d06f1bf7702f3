import { mkdir, readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { KnownError } from "../../../errors.ts";
import { hasCode, listFolder, writeWhole } from "../safe-file.ts";
import { breakConfigLock, withConfigLock } from "./config-lock.ts";

const record = z.record(z.string(), z.unknown());

const config = z.looseObject({
  projects: z.record(z.string(), record).optional(),
  customApiKeyResponses: z.looseObject({ approved: z.array(z.string()).optional() }).optional(),
});
type Config = z.infer<typeof config>;

/**
 * Answers the questions that the CLI would ask about a workspace: we trust it, and imports from outside stay out. What was noted
 * about workspaces beside it that are gone is forgotten, for the file may be the owner's.
 */
export async function trustWorkspace(configFile: string, workspaceDir: string): Promise<void> {
  const workspace = await realpath(workspaceDir);
  const living = await listFolder(dirname(workspace));
  const isGone = (folder: string) => dirname(folder) === dirname(workspace) && !living.includes(basename(folder));
  const answers = { hasTrustDialogAccepted: true, hasClaudeMdExternalIncludesWarningShown: true };
  await change(configFile, (before) => {
    const kept = Object.entries(before.projects ?? {}).filter(([folder]) => !isGone(folder));
    const known = before.projects?.[workspace];
    return { ...before, projects: { ...Object.fromEntries(kept), [workspace]: { ...known, ...answers } } };
  });
}

/** Answers the questions of a first start, in a configuration that is ours alone, while no CLI runs in it. */
export async function skipOnboarding(configFile: string, apiKey: string | undefined): Promise<void> {
  // The CLI knows an approved key by its end.
  const approved = apiKey === undefined ? [] : [apiKey.slice(-20)];
  await breakConfigLock(configFile);
  await change(configFile, (before) => ({
    ...before,
    hasCompletedOnboarding: true,
    customApiKeyResponses: { ...before.customApiKeyResponses, approved },
  }));
}

/** Keeps all that we don't know: the file belongs to the CLI, which writes it too. */
async function change(configFile: string, edit: (before: Config) => Config): Promise<void> {
  await mkdir(dirname(configFile), { recursive: true, mode: 0o700 });
  await withConfigLock(configFile, async () => {
    const path = await behindLinks(configFile);
    const before = await read(path);
    const after = JSON.stringify(edit(before), null, 2);
    if (after !== JSON.stringify(before, null, 2)) await writeWhole(path, after);
  });
}

async function read(path: string): Promise<Config> {
  try {
    return config.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return {};
    throw new KnownError("CLAUDE_CONFIG", `Claude Code's configuration ${path} could not be read`, {
      hint: "Start `claude` once by hand; it mends or replaces the file.",
      cause: error,
    });
  }
}

/** People keep their dot files behind links; replacing the link would cut them off. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return path;
    throw error;
  }
}

/** Where the CLI keeps its own state: beside the home folder's, or inside a folder of its own. */
export function configFileOf(place: { configDir: string } | { home: string }): string {
  return "configDir" in place ? join(place.configDir, ".claude.json") : join(place.home, ".claude.json");
}
