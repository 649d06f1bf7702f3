import type { Log, PullText } from "../control/ports.ts";
import type { IssueRef, PullRef, Task } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import { isBot } from "./access.ts";
import { type Failure, hasStatus, messageOf } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";
import { visibleText } from "./visible-text.ts";

interface PullsParts {
  readonly octokits: Octokits;
  readonly log: Log;
}

export interface PullRequests {
  /** Opens the pull request, or finds the one that there is already for this branch. */
  open(task: Task, pull: PullText): Promise<PullRef>;
  close(issue: IssueRef, pull: PullRef): Promise<void>;
  /** @param reviewers their logins; who asked for the work, unless given. */
  askReview(task: Task, pull: PullRef, reviewers?: readonly string[]): Promise<void>;
}

/** GitHub takes no longer title. */
const longestTitle = 256;
const longestBody = 65_000;

export function createPullRequests({ octokits, log }: PullsParts): PullRequests {
  async function open(task: Task, pull: PullText): Promise<PullRef> {
    return (await find(task, pull.branch)) ?? (await make(task, pull, pull.isDraft));
  }

  /** One that was closed before this task was asked for belongs to an earlier life of the branch. */
  async function find({ issue, asked }: Task, branch: string): Promise<PullRef | undefined> {
    const { rest } = octokits.installation(issue.installationId);
    const head = `${issue.owner}:${branch}`;
    const { data } = await rest.pulls.list({ ...at(issue), head, state: "all", per_page: 100 });
    // A fork of the same owner may have a branch of that name, too.
    const own = data.filter((one) => one.head.ref === branch && one.head.repo?.id === issue.repositoryId);
    const found =
      own.find((one) => one.state === "open") ?? own.find((one) => Date.parse(one.created_at) >= asked.atMs);
    return found === undefined ? undefined : { number: found.number, url: found.html_url };
  }

  async function make(task: Task, pull: PullText, isDraft: boolean): Promise<PullRef> {
    const { issue } = task;
    const { rest } = octokits.installation(issue.installationId);
    try {
      const { data } = await rest.pulls.create({
        ...at(issue),
        head: pull.branch,
        base: pull.base,
        title: titleOf(pull.title, issue),
        body: pull.body.slice(0, longestBody),
        draft: isDraft,
      });
      return { number: data.number, url: data.html_url };
    } catch (error) {
      if (!hasStatus(error, 422)) throw error;
      return await insist(task, pull, isDraft, error);
    }
  }

  async function insist(task: Task, pull: PullText, isDraft: boolean, refusal: Failure): Promise<PullRef> {
    // Private repositories of free plans have no drafts.
    if (isDraft && /draft/i.test(refusal.message)) return await make(task, pull, false);
    const found = /already exists/i.test(refusal.message) ? await find(task, pull.branch) : undefined;
    if (found !== undefined) return found;
    throw new KnownError(
      "FORGE_PULL_REFUSED",
      `GitHub takes no pull request from ${pull.branch} to ${pull.base}: ${messageOf(refusal)}`,
      { retry: "later", hint: "Is the base branch still there, and does the branch hold commits that it does not?" },
    );
  }

  /** Who asked is asked to review; who can't be asked is assigned, as far as GitHub lets us. */
  async function askReview(task: Task, pull: PullRef, reviewers = [task.asked.by.login]): Promise<void> {
    for (const login of reviewers) if (!isBot(login)) await askOne(task, pull, login);
  }

  async function askOne({ issue, id }: Task, pull: PullRef, login: string): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    try {
      await rest.pulls.requestReviewers({ ...at(issue), pull_number: pull.number, reviewers: [login] });
    } catch (error) {
      if (!hasStatus(error, 422, 403, 404)) throw error;
      log.info({ task: id, issue: nameOf(issue), login, why: messageOf(error) }, "can't be asked to review; assigns");
      await assign(issue, pull, login);
    }
  }

  async function assign(issue: IssueRef, pull: PullRef, login: string): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    try {
      await rest.issues.addAssignees({ ...at(issue), issue_number: pull.number, assignees: [login] });
    } catch (error) {
      if (!hasStatus(error, 422, 403, 404)) throw error;
      log.info({ issue: nameOf(issue), login, why: messageOf(error) }, "can't be assigned either");
    }
  }

  async function close(issue: IssueRef, { number }: PullRef): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    try {
      await rest.pulls.update({ ...at(issue), pull_number: number, state: "closed" });
    } catch (error) {
      // Merged, gone, or in a repository that takes no changes.
      if (!hasStatus(error, 403, 404, 422)) throw error;
      log.info({ issue: nameOf(issue), pull: number, why: messageOf(error) }, "the pull request can't be closed");
    }
  }

  return { open, close, askReview };
}

function titleOf(title: string, issue: IssueRef): string {
  const line = visibleText(title).replace(/\s+/g, " ");
  if (line === "") return `Work on #${issue.number}`;
  return line.length <= longestTitle ? line : `${line.slice(0, longestTitle - 1)}…`;
}
