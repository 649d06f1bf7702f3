import { z } from "zod";
import type { Person, Task } from "../core/task.ts";
import type { Judge } from "./access.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at } from "./repositories.ts";

/** Who changed an issue's text so shortly before it was labelled that whoever labelled may not have read that; undefined when nobody did. */
export type LookForRecentEdit = (task: Task, judge: Judge) => Promise<string | undefined>;

/** How long a page may be open before somebody acts on what it shows. */
const unreadMs = 10 * 60_000;
const perPage = 100;

const editsQuery = `query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      createdAt
      userContentEdits(last: 50) {
        nodes {
          editedAt
          editor { login ... on User { databaseId } }
        }
      }
    }
  }
}`;

const editor = z.object({ login: z.string(), databaseId: z.number().optional() }).nullable();
const editsAnswer = z.object({
  repository: z.object({
    issue: z.object({
      createdAt: z.string(),
      userContentEdits: z
        .object({ nodes: z.array(z.object({ editedAt: z.string(), editor }).nullable()).nullable() })
        .nullable(),
    }),
  }),
});

interface Edit {
  readonly atMs: number;
  readonly by: Person | undefined;
}

/**
 * Changes of the body are known to GraphQL alone, and those of the title to the issue's events. What was changed by somebody who may
 * decide is his own word; where the text came with the label, what was changed after that is not in it.
 */
export function createRecentEdits(octokits: Octokits): LookForRecentEdit {
  return async (task, judge) => {
    const { asked } = task;
    const fromMs = Math.max(asked.atMs - unreadMs, (asked.warnedAtMs ?? 0) + 1);
    const untilMs = asked.text === undefined ? Number.POSITIVE_INFINITY : asked.atMs;
    const octokit = octokits.installation(task.issue.installationId);
    const edits = (await Promise.all([bodyEdits(octokit, task), titleEdits(octokit, task)])).flat();
    for (const { by } of edits.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs)) {
      if (by === undefined) return "somebody whose account is gone";
      if (!(await judge(by)).may) return by.login;
    }
    return undefined;
  };
}

async function bodyEdits(octokit: Octokit, { issue }: Task): Promise<readonly Edit[]> {
  const { owner, name, number } = issue;
  const { repository } = editsAnswer.parse(await octokit.graphql(editsQuery, { owner, name, number }));
  const { createdAt, userContentEdits } = repository.issue;
  // The first version counts among them, and that one was there to be read from the beginning.
  const edits = (userContentEdits?.nodes ?? []).flatMap((one) => (one?.editedAt === createdAt ? [] : (one ?? [])));
  return edits.map(({ editedAt, editor: by }) => ({
    atMs: Date.parse(editedAt),
    by: personOf(by?.databaseId, by?.login),
  }));
}

/** The newest events are on the last page, and a page of a hundred is ten minutes of any issue. */
async function titleEdits({ rest }: Octokit, { issue }: Task): Promise<readonly Edit[]> {
  const query = { ...at(issue), issue_number: issue.number, per_page: perPage };
  const first = await rest.issues.listEvents(query);
  const last = Number(/[?&]page=(\d+)[^>]*>; rel="last"/.exec(first.headers.link ?? "")?.[1] ?? 1);
  const { data } = last === 1 ? first : await rest.issues.listEvents({ ...query, page: last });
  return data
    .filter(({ event }) => event === "renamed")
    .map(({ created_at, actor }) => ({ atMs: Date.parse(created_at), by: personOf(actor?.id, actor?.login) }));
}

function personOf(id: number | undefined, login: string | undefined): Person | undefined {
  // GraphQL gives bots no number of a user: whoever may not be asked about is not trusted, but can be named.
  return login === undefined ? undefined : { id: id ?? 0, login };
}
