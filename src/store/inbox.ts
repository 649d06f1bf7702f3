import { type Expression, type ExpressionBuilder, sql } from "kysely";
import type { Fact, NotedFact, Subject } from "../core/fact.ts";
import { type Task, taskId, type TaskRef } from "../core/task.ts";
import type { Log } from "../control/ports.ts";
import { factOf, issueNamedIn } from "./saved-fact.ts";
import { refOfRow } from "./saved-task.ts";
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
  const { issue, is, task } = subject;
  const row = {
    key,
    repository_id: issue.repositoryId,
    kind: is,
    number: issue.number,
    issue: JSON.stringify(issue),
    task_id: task ?? null,
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
  task: TaskRef,
  pull: number | undefined,
  log: Log,
): Promise<readonly NotedFact[]> {
  const rows = await db
    .selectFrom("inbox")
    .select(["id", "key", "fact"])
    .where("done_at_ms", "is", null)
    .where("repository_id", "=", task.repositoryId)
    .where((row) =>
      row.or([row.and({ kind: "issue", number: task.number }), row.and({ kind: "pull", number: pull ?? -1 })]),
    )
    .where((row) => row.or([row("task_id", "is", null), row("task_id", "=", taskId(task))]))
    .where((row) => row.not(row.exists(takenBy(row, sql.val(taskId(task))))))
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ inboxId: row.id, fact: factOf(row.fact) ?? damaged(row, log) }));
}

/** A fact that can't be read still says that something happened; the pass that takes it puts it away. */
function damaged(row: { readonly id: number; readonly key: string }, log: Log): Fact {
  log.error({ inbox: row.id, key: row.key }, "a fact in the inbox can't be read; looks at GitHub instead");
  return { kind: "touched", what: "something that can't be read" };
}

function takenBy(row: ExpressionBuilder<Tables, "inbox">, task: Expression<string>) {
  return row
    .selectFrom("inbox_taken")
    .select("inbox_taken.inbox_id")
    .whereRef("inbox_taken.inbox_id", "=", "inbox.id")
    .where("inbox_taken.task_id", "=", task);
}

/** What one task has taken is done once every task of the issue has. */
export async function markTaken(change: Change, task: Task, done: readonly NotedFact[], atMs: number): Promise<void> {
  if (done.length === 0) return;
  const { repositoryId, number } = task.issue;
  const isOthers = (row: ExpressionBuilder<Tables, "tasks">) =>
    row.and([row("repository_id", "=", repositoryId), row("number", "=", number), row("id", "!=", task.id)]);
  const found = await change.selectFrom("tasks").select("id").where(isOthers).execute();
  // The issue's first task counts before it is there: it is the one that answers for the issue.
  const others = new Set([...found.map(({ id }) => id), ...(task.rival === undefined ? [] : [taskId(task.issue)])]);
  if (others.size === 0) return await markDone(change, done, atMs);
  const taken = done.map(({ inboxId }) => ({ inbox_id: inboxId, task_id: task.id }));
  await change
    .insertInto("inbox_taken")
    .values(taken)
    .onConflict((clash) => clash.doNothing())
    .execute();
  await change
    .updateTable("inbox")
    .set({ done_at_ms: atMs })
    .where(
      "id",
      "in",
      done.map(({ inboxId }) => inboxId),
    )
    .where((row) =>
      row.or([
        row("kind", "=", "pull"),
        row("task_id", "is not", null),
        row.and([...others].map((id) => row.exists(takenBy(row, sql.val(id))))),
      ]),
    )
    .execute();
}

export async function markDone(change: Change | Database, done: readonly NotedFact[], atMs: number): Promise<void> {
  if (done.length === 0) return;
  const ids = done.map(({ inboxId }) => inboxId);
  await change.updateTable("inbox").set({ done_at_ms: atMs }).where("id", "in", ids).execute();
}

/**
 * Tasks with facts that they have not taken yet; what is about a pull request is for the task that opened it. An issue's
 * first task is among them also when it is still to begin.
 */
export async function tasksInInbox(db: Database, log: Log): Promise<readonly TaskRef[]> {
  const ofIssues = await db
    .selectFrom("inbox")
    .select(["id", "issue"])
    .where("done_at_ms", "is", null)
    .where("kind", "=", "issue")
    .where("task_id", "is", null)
    .where((row) => row.not(row.exists(takenBy(row, sql`inbox.repository_id || '-' || inbox.number`))))
    .orderBy("id")
    .execute();
  const ofTasks = await db
    .selectFrom("inbox")
    .innerJoin("tasks", "tasks.repository_id", "inbox.repository_id")
    .select([
      "tasks.installation_id",
      "tasks.repository_id",
      "tasks.owner",
      "tasks.name",
      "tasks.number",
      "tasks.rival",
    ])
    .distinct()
    .where("inbox.done_at_ms", "is", null)
    .where((row) =>
      row.or([
        row.and([row("inbox.kind", "=", "pull"), row("inbox.number", "=", row.ref("tasks.pull_number"))]),
        row.and([row("inbox.kind", "=", "issue"), row("inbox.number", "=", row.ref("tasks.number"))]),
      ]),
    )
    .where((row) => row.or([row("inbox.task_id", "is", null), row("inbox.task_id", "=", row.ref("tasks.id"))]))
    .where((row) => row.not(row.exists(takenBy(row, sql.ref("tasks.id")))))
    .execute();
  const named = ofIssues.flatMap((row) => issueNamedIn(row.issue) ?? unnamed(row.id, log));
  // The newest fact knows the repository's name best, so later ones replace earlier ones.
  return [...new Map([...ofTasks.map(refOfRow), ...named].map((task) => [taskId(task), task])).values()];
}

function unnamed(inboxId: number, log: Log): readonly TaskRef[] {
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
