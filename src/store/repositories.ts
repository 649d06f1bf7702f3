import { z } from "zod";
import { parseJson } from "./saved-task.ts";
import type { Database } from "./tables.ts";

/** What was last read of a repository's settings file. */
export interface RememberedSettings {
  /** The last good settings as they were kept; undefined when there never were any. Whoever reads them parses them. */
  readonly good: unknown;
  /** What is wrong with the newest file, if anything. */
  readonly mistakes: readonly string[];
  readonly readAtMs: number;
}

export async function rememberedSettings(db: Database, repositoryId: number): Promise<RememberedSettings | undefined> {
  const row = await db
    .selectFrom("repositories")
    .selectAll()
    .where("repository_id", "=", repositoryId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    good: row.settings === null ? undefined : parseJson(row.settings),
    mistakes: mistakesShape.parse(parseJson(row.mistakes)),
    readAtMs: row.read_at_ms,
  };
}

const mistakesShape = z.array(z.string()).catch([]);

export async function rememberSettings(
  db: Database,
  repositoryId: number,
  { good, mistakes, readAtMs }: RememberedSettings,
): Promise<void> {
  const row = {
    settings: good === undefined ? null : JSON.stringify(good),
    mistakes: JSON.stringify(mistakes),
    read_at_ms: readAtMs,
  };
  await db
    .insertInto("repositories")
    .values({ repository_id: repositoryId, ...row })
    .onConflict((clash) => clash.column("repository_id").doUpdateSet(row))
    .execute();
}
