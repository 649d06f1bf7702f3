import type { Log } from "../control/ports.ts";
import { statusMarker } from "../core/names.ts";
import type { IssueRef, Task } from "../core/task.ts";
import { hasStatus, messageOf } from "./failures.ts";
import type { Issues } from "./issues.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";

type Comment = Awaited<ReturnType<Octokit["rest"]["issues"]["listComments"]>>["data"][number];

interface StatusParts {
  readonly octokits: Octokits;
  readonly issues: Issues;
  readonly appId: number;
  readonly log: Log;
}

export interface StatusComment {
  /** Makes or edits the one status comment. The id is 0 where nothing can be said: the issue is locked, archived or gone. */
  say(task: Task, text: string): Promise<{ readonly commentId: number }>;
}

const silent = { commentId: 0 };

/** GitHub takes no longer comment. */
const longestText = 65_000;

export function createStatusComment({ octokits, issues, appId, log }: StatusParts): StatusComment {
  /** Whose comment somebody deleted; a second time it is not made anew. */
  const remade = new Set<string>();

  async function say(task: Task, text: string): Promise<{ readonly commentId: number }> {
    const body = text.length <= longestText ? text : `${text.slice(0, longestText)}\n…`;
    try {
      return await edit(task, body);
    } catch (error) {
      if (!(await canNotBeSaid(task, error))) throw error;
      const why = error instanceof Error && hasStatus(error, 403) ? messageOf(error) : "the issue is gone";
      log.info({ task: task.id, issue: nameOf(task.issue), why }, "the status can't be said on the issue");
      return silent;
    }
  }

  /** A comment that a person deleted is made anew, once. */
  async function edit(task: Task, body: string): Promise<{ readonly commentId: number }> {
    const { commentId } = task.said;
    if (commentId === undefined || commentId === 0) return await findOrMake(task, body);
    try {
      return await update(task.issue, commentId, body);
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
    }
    if (remade.has(task.id)) {
      log.info({ task: task.id, issue: nameOf(task.issue) }, "somebody deleted the status comment twice: says no more");
      return { commentId };
    }
    const made = await findOrMake(task, body);
    remade.add(task.id);
    return made;
  }

  /** Looks before it makes one: an earlier one may have been made though we never heard of it. */
  async function findOrMake({ id, issue }: Task, body: string): Promise<{ readonly commentId: number }> {
    const found = await find(issue, statusMarker(id));
    if (found?.body === body) return { commentId: found.id };
    if (found !== undefined) return await update(issue, found.id, body);
    const { rest } = octokits.installation(issue.installationId);
    const { data } = await rest.issues.createComment({ ...at(issue), issue_number: issue.number, body });
    return { commentId: data.id };
  }

  async function update(issue: IssueRef, commentId: number, body: string): Promise<{ readonly commentId: number }> {
    const { rest } = octokits.installation(issue.installationId);
    await rest.issues.updateComment({ ...at(issue), comment_id: commentId, body });
    return { commentId };
  }

  async function find(issue: IssueRef, marker: string): Promise<Comment | undefined> {
    const octokit = octokits.installation(issue.installationId);
    const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
      ...at(issue),
      issue_number: issue.number,
      per_page: 100,
    });
    for await (const { data } of pages) {
      const found = data.find((comment) => comment.body?.includes(marker) === true && isOurs(comment));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Anybody can copy the marker. */
  function isOurs({ performed_via_github_app: app }: Comment): boolean {
    return app?.id === appId;
  }

  async function canNotBeSaid(task: Task, error: unknown): Promise<boolean> {
    if (hasStatus(error, 403)) return /locked|archived|read-only/i.test(error.message);
    return await issues.isGone(task.issue, error, task.asked.atMs);
  }

  return { say };
}
