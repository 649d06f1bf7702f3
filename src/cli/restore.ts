import { join, resolve } from "node:path";
import type { Command } from "commander";
import { KnownError } from "../errors.ts";
import type { SavedEntry } from "../runner/git/saved-list.ts";
import { homeOf } from "./home.ts";

interface RestoreFlags {
  readonly home?: string;
  readonly to?: string;
}

export function addRestore(program: Command): void {
  program
    .command("restore")
    .argument("[which]", "an issue's number, or the name of a workspace or ref from the list")
    .description("bring saved work back into a new folder; without an argument, list what is saved")
    .option("--to <folder>", "the new folder; ./<workspace> when not given")
    .option("--home <folder>", "the state folder, when not that of the settings here")
    .action(restore);
}

async function restore(which: string | undefined, flags: RestoreFlags): Promise<void> {
  const home = await homeOf(flags);
  const { listSaved, restoreTo } = await import("../runner/git/saved-list.ts");
  const saved = await listSaved(join(home, "repositories"));
  if (which === undefined) {
    const { readOverview } = await import("../store/overview.ts");
    const { repositories } = await readOverview(join(home, "coppice.db"), Date.now());
    process.stdout.write(`${savedLines(saved, repositories).join("\n")}\n`);
    return;
  }
  const entry = newestOf(which, saved);
  const folder = resolve(flags.to ?? entry.workspace);
  await restoreTo(entry, folder);
  process.stdout.write(
    `${entry.workspace} is back in ${folder}: branch coppice/${entry.workspace}, ${contentOf(entry)}.\n` +
      "An agent wrote it: look before you run anything there. Its commits come into a clone of yours by\n" +
      `  git fetch ${folder} coppice/${entry.workspace}\n`,
  );
}

export function savedLines(saved: readonly SavedEntry[], names: ReadonlyMap<number, string>): readonly string[] {
  if (saved.length === 0) return ["Nothing is saved."];
  return saved.map((entry) => {
    const repository = names.get(entry.repositoryId) ?? `repository ${entry.repositoryId}`;
    return `${repository}  ${entry.workspace}  ${timeOf(entry.stamp)}  ${contentOf(entry)}\n    ${entry.ref}`;
  });
}

function contentOf({ commits, files }: SavedEntry): string {
  return `${counted(commits, "commit")} that GitHub lacks, ${counted(files, "file")} in no commit`;
}

function counted(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}

/** `20260131-235959-123` for people. */
function timeOf(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-\d+$/, "$1-$2-$3 $4:$5:$6 UTC");
}

/**
 * The newest of what is meant.
 * @throws KnownError RESTORE_NOTHING, or RESTORE_WHICH when issues of several repositories have that number.
 */
export function newestOf(which: string, saved: readonly SavedEntry[]): SavedEntry {
  const issue = /^#?(\d+)$/.exec(which)?.[1];
  const meant = saved.filter(({ ref, workspace }) =>
    issue === undefined ? ref === which || workspace === which : workspace.startsWith(`issue-${issue}-`),
  );
  const newest = meant.toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))[0];
  if (newest === undefined) {
    throw new KnownError("RESTORE_NOTHING", `nothing is saved of ${JSON.stringify(which)}`, {
      hint: "`coppice restore` lists what is.",
    });
  }
  if (meant.some(({ repositoryId }) => repositoryId !== newest.repositoryId)) {
    throw new KnownError("RESTORE_WHICH", `several repositories have saved work of ${which}`, {
      hint: `Name one by its ref:\n${meant.map(({ ref }) => ref).join("\n")}`,
    });
  }
  return newest;
}
