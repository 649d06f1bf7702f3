import type { Log } from "../control/ports.ts";
import { keyMarker } from "../core/names.ts";
import type { IssueRef } from "../core/task.ts";
import { hasStatus, messageOf } from "./failures.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";
import { visibleText } from "./visible-text.ts";

type Comment = Awaited<ReturnType<Octokit["rest"]["issues"]["listComments"]>>["data"][number];

interface CommentsParts {
  readonly octokits: Octokits;
  readonly appId: number;
  readonly log: Log;
}

/** What we say on issues and pull requests besides the status comment, and how we nod. */
export interface Comments {
  react(issue: IssueRef, commentId: number, isDone: boolean): Promise<void>;
  comment(issue: IssueRef, on: number, key: string, text: string): Promise<{ readonly commentId: number }>;
  editComment(issue: IssueRef, commentId: number, text: string): Promise<void>;
  readComment(issue: IssueRef, commentId: number): Promise<{ readonly by: string; readonly text: string } | undefined>;
}

/** GitHub takes no longer comment. */
const longestText = 65_000;

export function createComments({ octokits, appId, log }: CommentsParts): Comments {
  const restOf = (issue: IssueRef) => octokits.installation(issue.installationId).rest;

  /** A comment that is gone, and an issue that is locked, take nothing; no word is worth holding a task up. */
  async function softly(issue: IssueRef, say: () => Promise<void>): Promise<void> {
    try {
      await say();
    } catch (error) {
      if (!hasStatus(error, 403, 404, 410, 422)) throw error;
      log.info({ issue: nameOf(issue), why: messageOf(error) }, "that can't be said on the issue");
    }
  }

  /** Looks before it makes one: an earlier one may have been made though we never heard of it. */
  async function find(issue: IssueRef, on: number, marker: string): Promise<Comment | undefined> {
    const octokit = octokits.installation(issue.installationId);
    const query = { ...at(issue), issue_number: on, per_page: 100 };
    for await (const { data } of octokit.paginate.iterator(octokit.rest.issues.listComments, query)) {
      // Anybody can copy the marker.
      const found = data.find(
        (one) => one.body?.includes(marker) === true && one.performed_via_github_app?.id === appId,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    async react(issue, commentId, isDone) {
      const content = isDone ? "+1" : "confused";
      await softly(issue, async () => {
        await restOf(issue).reactions.createForIssueComment({ ...at(issue), comment_id: commentId, content });
      });
    },

    async comment(issue, on, key, text) {
      const marker = keyMarker(key);
      let commentId = 0;
      await softly(issue, async () => {
        const found = await find(issue, on, marker);
        const body = `${marker}\n${text}`.slice(0, longestText);
        const made = found ?? (await restOf(issue).issues.createComment({ ...at(issue), issue_number: on, body })).data;
        commentId = made.id;
      });
      return { commentId };
    },

    async editComment(issue, commentId, text) {
      if (commentId === 0) return;
      await softly(issue, async () => {
        const body = text.slice(0, longestText);
        await restOf(issue).issues.updateComment({ ...at(issue), comment_id: commentId, body });
      });
    },

    async readComment(issue, commentId) {
      try {
        const { data } = await restOf(issue).issues.getComment({ ...at(issue), comment_id: commentId });
        return { by: data.user?.login ?? "somebody", text: visibleText(data.body ?? "") };
      } catch (error) {
        if (hasStatus(error, 404, 410)) return undefined;
        throw error;
      }
    },
  };
}
