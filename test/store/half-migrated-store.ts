/** Brings the store `argv[2]` up to a migration that never ends, and says when it is in the middle of it. */
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { migrate } from "../../src/store/migrate.ts";
import { migrations } from "../../src/store/migrations.ts";
import { NodeSqliteDialect } from "../../src/store/node-sqlite.ts";
import type { Tables } from "../../src/store/tables.ts";
import { createFakeLog } from "../fakes/log.ts";

const file = process.argv[2] ?? "";
const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(file)) });
setInterval(() => {}, 1_000);
await migrate({
  db,
  file,
  migrations: {
    ...migrations,
    "900-colour": {
      async up(changing: Kysely<Tables>) {
        await changing.schema.alterTable("tasks").addColumn("colour", "text").execute();
        await changing.deleteFrom("tasks").execute();
        process.stdout.write("in the middle\n");
        await new Promise(() => {});
      },
    },
  },
  log: createFakeLog(),
  nowMs: 999,
});
