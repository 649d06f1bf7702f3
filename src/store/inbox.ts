import type { ExpressionBuilder } from "kysely";
import type { Fact, NotedFact, Subject } from "../core/fact.ts";
import { type IssueRef, taskId } from "../core/task.ts";
import type { Log } from "../control/ports.ts";
import { factOf, issueNamedIn } from "./saved-fact.ts";
import { issueOf } from "./saved-task.ts";
import type { Change, Database, Tables } from "./tables.ts";

/** Facts that are done are remembered for as long as GitHub may deliver them again. */
const keptMs = 7 * 24 * 3_600_000;

export interface NewFact {
  readonly key: string;
  readonly subject: Subject;
  readonly fact: Fact;
  readonly atMs: number;
}

/** Notes facts in one commit. @returns for each whether it is new. */
export async function noteFacts(db: Database, facts: readonly NewFact[]): Promise<readonly boolean[]> {
  return await db.transaction().execute(async (change) => {
    const areNew: boolean[] = [];
    for (const fact of facts) areNew.push(await noteFact(change, fact));
    return areNew;
  });
}

async function noteFact(change: Change, { key, subject, fact, atMs }: NewFact): Promise<boolean> {
  const { issue, is } = subject;
  const row = {
    key,
    repository_id: issue.repositoryId,
    kind: is,
    number: issue.number,
    issue: JSON.stringify(issue),
    fact: JSON.stringify(fact),
    noted_at_ms: atMs,
    done_at_ms: null,
  };
  const result = await change
    .insertInto("inbox")
    .values(row)
    .onConflict((clash) => clash.column("key").doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function factsAbout(
  db: Database,
  issue: IssueRef,
  pull: number | undefined,
  log: Log,
): Promise<readonly NotedFact[]> {
  const rows = await db
    .selectFrom("inbox")
    .select(["id", "key", "fact"])
    .where("done_at_ms", "is", null)
    .where("repository_id", "=", issue.repositoryId)
    .where((row) =>
      row.or([row.and({ kind: "issue", number: issue.number }), row.and({ kind: "pull", number: pull ?? -1 })]),
    )
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ inboxId: row.id, fact: factOf(row.fact) ?? damaged(row, log) }));
}

/** A fact that can't be read still says that something happened; the pass that takes it puts it away. */
function damaged(row: { readonly id: number; readonly key: string }, log: Log): Fact {
  log.error({ inbox: row.id, key: row.key }, "a fact in the inbox can't be read; looks at GitHub instead");
  return { kind: "touched", what: "something that can't be read" };
}

export async function markDone(change: Change | Database, done: readonly NotedFact[], atMs: number): Promise<void> {
  if (done.length === 0) return;
  const ids = done.map(({ inboxId }) => inboxId);
  await change.updateTable("inbox").set({ done_at_ms: atMs }).where("id", "in", ids).execute();
}

/** Issues with facts not yet done; what is about a pull request counts for the issue whose task opened it. */
export async function issuesInInbox(db: Database, log: Log): Promise<readonly IssueRef[]> {
  const ofIssues = await db
    .selectFrom("inbox")
    .select(["id", "issue"])
    .where("done_at_ms", "is", null)
    .where("kind", "=", "issue")
    .orderBy("id")
    .execute();
  const ofPulls = await db
    .selectFrom("inbox")
    .innerJoin("tasks", (join) =>
      join.onRef("tasks.repository_id", "=", "inbox.repository_id").onRef("tasks.pull_number", "=", "inbox.number"),
    )
    .select(["tasks.installation_id", "tasks.repository_id", "tasks.owner", "tasks.name", "tasks.number"])
    .distinct()
    .where("inbox.done_at_ms", "is", null)
    .where("inbox.kind", "=", "pull")
    .execute();
  const named = ofIssues.flatMap((row) => issueNamedIn(row.issue) ?? unnamed(row.id, log));
  // The newest fact knows the repository's name best, so later ones replace earlier ones.
  return [...new Map([...ofPulls.map(issueOf), ...named].map((issue) => [taskId(issue), issue])).values()];
}

function unnamed(inboxId: number, log: Log): readonly IssueRef[] {
  log.error({ inbox: inboxId }, "a fact in the inbox does not say which issue it is about; it is left there");
  return [];
}

/** Forgets what was done long ago, and what was about pull requests that turned out to be nobody's. */
export async function trimInbox(db: Database, nowMs: number): Promise<void> {
  const beforeMs = nowMs - keptMs;
  await db
    .deleteFrom("inbox")
    .where((row) =>
      row.or([
        row("done_at_ms", "<", beforeMs),
        row.and([row("kind", "=", "pull"), row("noted_at_ms", "<", beforeMs), row.not(row.exists(taskOfPull(row)))]),
      ]),
    )
    .execute();
}

function taskOfPull(row: ExpressionBuilder<Tables, "inbox">) {
  return row
    .selectFrom("tasks")
    .select("tasks.id")
    .whereRef("tasks.repository_id", "=", "inbox.repository_id")
    .whereRef("tasks.pull_number", "=", "inbox.number");
}
