import { type ColumnDefinitionBuilder, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The database's history, forward only. A migration that was released is never changed; a new one gets the next number.
 * What is here must not use today's code, which goes on while this stays.
 */
export const migrations: Record<string, Migration> = {
  "001-first-tables": { up: firstTables },
  "002-slots-and-spending": { up: slotsAndSpending },
  "003-marks": { up: marks },
  "004-accounts": { up: accounts },
  "005-rivals": { up: rivals },
  "006-failures": { up: failures },
};

async function firstTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("tasks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("installation_id", "bigint", (column) => column.notNull())
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("pull_number", "integer")
    .addColumn("phase", "text", (column) => column.notNull())
    .addColumn("why", "text", (column) => column.notNull())
    .addColumn("is_live", "integer", (column) => column.notNull())
    .addColumn("asked_at_ms", "bigint", (column) => column.notNull())
    .addColumn("max_sessions", "integer")
    .addColumn("saved_at_ms", "bigint", (column) => column.notNull())
    .addColumn("json", "text", (column) => column.notNull())
    .addUniqueConstraint("tasks_of_issue", ["repository_id", "number"])
    .execute();
  await db.schema.createIndex("tasks_by_pull").on("tasks").columns(["repository_id", "pull_number"]).execute();
  await db.schema.createIndex("tasks_by_life").on("tasks").column("is_live").execute();

  await db.schema
    .createTable("inbox")
    .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("key", "text", (column) => column.notNull().unique())
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("issue", "text", (column) => column.notNull())
    .addColumn("fact", "text", (column) => column.notNull())
    .addColumn("noted_at_ms", "bigint", (column) => column.notNull())
    .addColumn("done_at_ms", "bigint")
    .execute();
  await db.schema
    .createIndex("inbox_by_subject")
    .on("inbox")
    .columns(["done_at_ms", "repository_id", "kind", "number"])
    .execute();

  await db.schema
    .createTable("journal")
    .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("task_id", "text", (column) => column.notNull().references("tasks.id").onDelete("cascade"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("phase", "text", (column) => column.notNull())
    .addColumn("why", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("journal_of_task").on("journal").columns(["task_id", "id"]).execute();

  await db.schema
    .createTable("repositories")
    .addColumn("repository_id", "bigint", (column) => column.primaryKey())
    .addColumn("settings", "text")
    .addColumn("mistakes", "text", (column) => column.notNull())
    .addColumn("read_at_ms", "bigint", (column) => column.notNull())
    .execute();
}

async function slotsAndSpending(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("tasks").addColumn("since_ms", "bigint", withZero).execute();
  await db.schema
    .alterTable("tasks")
    .addColumn("spent_day", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await db.schema.alterTable("tasks").addColumn("spent_usd", "real", withZero).execute();
  await db.schema.createIndex("tasks_by_day").on("tasks").column("spent_day").execute();
}

async function accounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("tasks")
    .addColumn("agent", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  await db.schema.alterTable("tasks").addColumn("limited_until_ms", "bigint", withZero).execute();
  await sql`update tasks set agent = coalesce(json_extract(json, '$.agent'), '') where json_valid(json)`.execute(db);
}

async function failures(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("tasks").addColumn("gave_up", "text").execute();
}

function withZero(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull().defaultTo(0);
}

async function marks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("marks")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
}

/**
 * An issue may have several tasks. SQLite can't drop a constraint, so the table is made anew; the journal with it, since its
 * lines would go with the tasks that they belong to.
 */
async function rivals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("new_tasks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("installation_id", "bigint", (column) => column.notNull())
    .addColumn("repository_id", "bigint", (column) => column.notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("pull_number", "integer")
    .addColumn("phase", "text", (column) => column.notNull())
    .addColumn("why", "text", (column) => column.notNull())
    .addColumn("is_live", "integer", (column) => column.notNull())
    .addColumn("asked_at_ms", "bigint", (column) => column.notNull())
    .addColumn("max_sessions", "integer")
    .addColumn("saved_at_ms", "bigint", (column) => column.notNull())
    .addColumn("json", "text", (column) => column.notNull())
    .addColumn("since_ms", "bigint", withZero)
    .addColumn("spent_day", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("spent_usd", "real", withZero)
    .addColumn("agent", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("limited_until_ms", "bigint", withZero)
    .addColumn("rival", "text", (column) => column.notNull().defaultTo(""))
    .addColumn("waits_for", "text", (column) => column.notNull().defaultTo("[]"))
    .addUniqueConstraint("tasks_of_issue", ["repository_id", "number", "rival"])
    .execute();
  const kept = sql.raw(
    "id, version, installation_id, repository_id, owner, name, number, pull_number, phase, why, is_live, asked_at_ms, max_sessions, saved_at_ms, json, since_ms, spent_day, spent_usd, agent, limited_until_ms",
  );
  await sql`insert into new_tasks (${kept}) select ${kept} from tasks`.execute(db);
  await db.schema
    .createTable("new_journal")
    .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("task_id", "text", (column) => column.notNull().references("new_tasks.id").onDelete("cascade"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("phase", "text", (column) => column.notNull())
    .addColumn("why", "text", (column) => column.notNull())
    .execute();
  await sql`insert into new_journal select id, task_id, at_ms, phase, why from journal`.execute(db);
  await db.schema.dropTable("journal").execute();
  await db.schema.dropTable("tasks").execute();
  await db.schema.alterTable("new_tasks").renameTo("tasks").execute();
  await db.schema.alterTable("new_journal").renameTo("journal").execute();
  await db.schema.createIndex("tasks_by_pull").on("tasks").columns(["repository_id", "pull_number"]).execute();
  await db.schema.createIndex("tasks_by_life").on("tasks").column("is_live").execute();
  await db.schema.createIndex("tasks_by_day").on("tasks").column("spent_day").execute();
  await db.schema.createIndex("journal_of_task").on("journal").columns(["task_id", "id"]).execute();

  await db.schema.alterTable("inbox").addColumn("task_id", "text").execute();
  await db.schema
    .createTable("inbox_taken")
    .addColumn("inbox_id", "integer", (column) => column.notNull().references("inbox.id").onDelete("cascade"))
    .addColumn("task_id", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("inbox_taken_once", ["inbox_id", "task_id"])
    .execute();
}
