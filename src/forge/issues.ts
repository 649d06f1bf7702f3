import { type IssueRef, taskId } from "../core/task.ts";
import { type Answer, createEtags } from "./etags.ts";
import { type Failure, hasStatus } from "./failures.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at, type Repositories } from "./repositories.ts";

export type IssueData = Awaited<ReturnType<Octokit["rest"]["issues"]["get"]>>["data"];

type IssueSight = { readonly is: "gone"; readonly how?: string } | { readonly is: "there"; readonly data: IssueData };

export interface Issues {
  /** The issue as it is now; `gone` only on GitHub's clear word, else throws. */
  look(issue: IssueRef, sinceMs: number): Promise<IssueSight>;
  /** Whether a failure says that the issue is no more. @param sinceMs when it was last known to be there. */
  isGone(issue: IssueRef, failure: unknown, sinceMs: number): Promise<boolean>;
}

interface IssuesParts {
  readonly octokits: Octokits;
  readonly repositories: Repositories;
  readonly nowMs: () => number;
}

/** GitHub's own parts may need a moment until all of them know of a new issue. */
const settlesMs = 120_000;
/** A "not found" of one moment is a fault of GitHub's; so long it has to last. */
const lastsMs = 60_000;

export function createIssues({ octokits, repositories, nowMs }: IssuesParts): Issues {
  const etags = createEtags<IssueData>();
  /** Since when an issue was not found, whenever it was looked for. */
  const missing = new Map<string, number>();

  async function look(issue: IssueRef, sinceMs: number): Promise<IssueSight> {
    try {
      const { data, url } = await ask(issue);
      missing.delete(taskId(issue));
      return isElsewhere(url, issue) ? { is: "gone", how: moved } : { is: "there", data };
    } catch (error) {
      if (await isGone(issue, error, sinceMs)) return howGone(error, issue);
      throw error;
    }
  }

  function ask(issue: IssueRef): Promise<Answer<IssueData>> {
    const { rest } = octokits.installation(issue.installationId);
    const key = `issue ${issue.installationId} ${issue.repositoryId} ${issue.owner}/${issue.name}#${issue.number}`;
    return etags.ask(key, (headers) => rest.issues.get({ ...at(issue), issue_number: issue.number, headers }));
  }

  /**
   * "Not found" is also what GitHub says of a repository that we may not see, so it counts only when we do see that, and
   * only when it lasts.
   * Source: "Get an issue" in GitHub's documentation (301, 404 and 410).
   */
  async function isGone(issue: IssueRef, failure: unknown, sinceMs: number): Promise<boolean> {
    if (hasStatus(failure, 410)) return !/disabled/i.test(failure.message);
    if (hasStatus(failure, 301)) return true;
    if (!hasStatus(failure, 404)) return false;
    if (isElsewhere(urlOf(failure), issue)) return true;
    if (nowMs() - sinceMs < settlesMs) return false;
    await repositories.look(issue);
    return nowMs() - missingSince(issue) >= lastsMs;
  }

  function missingSince(issue: IssueRef): number {
    const known = missing.get(taskId(issue));
    if (known === undefined) missing.set(taskId(issue), nowMs());
    return known ?? nowMs();
  }

  return { look, isGone };
}

const moved = "was moved to another repository";

function howGone(error: unknown, issue: IssueRef): IssueSight {
  if (hasStatus(error, 301) || (hasStatus(error, 404) && isElsewhere(urlOf(error), issue)))
    return { is: "gone", how: moved };
  return hasStatus(error, 410) ? { is: "gone", how: "was deleted" } : { is: "gone" };
}

function urlOf(failure: Failure): string {
  return failure.response?.url ?? "";
}

/** GitHub redirects to `/repositories/<id>/issues/<number>`: of a renamed repository the same, of a transferred issue another. */
function isElsewhere(url: string, issue: IssueRef): boolean {
  const place = /\/repositories\/(\d+)\/issues\/(\d+)(?:$|[/?])/.exec(url);
  return place !== null && (Number(place[1]) !== issue.repositoryId || Number(place[2]) !== issue.number);
}
