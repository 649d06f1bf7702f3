import type { Brief, IssueRef, Task } from "../core/task.ts";
import { isBot, type Judge } from "./access.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at } from "./repositories.ts";
import { visibleText } from "./visible-text.ts";

type Comment = Awaited<ReturnType<Octokit["rest"]["issues"]["listComments"]>>["data"][number];

export interface IssueText {
  readonly title: string;
  readonly body: string;
  /** How many comments the issue has. */
  readonly comments: number;
}

export interface Briefs {
  /** The issue as the agent gets it: what people with access said before the label, as people see it. */
  read(task: Task, issue: IssueText, judge: Judge): Promise<Brief>;
}

const perPage = 100;
/** The newest so many pages: an issue with more to read is none that an agent could work on. */
const mostPages = 5;
/** Strangers could make us ask about thousands of accounts. */
const mostAuthors = 50;

export function createBriefs(octokits: Octokits): Briefs {
  async function read(task: Task, issue: IssueText, judge: Judge): Promise<Brief> {
    const all = issue.comments === 0 ? [] : await list(task.issue, issue.comments);
    const byPeople = all.filter(({ user }) => user !== null && user?.type !== "Bot" && !isBot(user?.login ?? ""));
    const early = byPeople.filter((comment) => isEarly(comment, task.asked.atMs));
    const trusted = await trustedAuthors(early, judge);
    const told = early.filter(({ user }) => trusted.has(user?.id ?? 0));
    return {
      title: visibleText(issue.title).replace(/\s+/g, " "),
      body: visibleText(issue.body),
      comments: told.map(toBrief),
      // What came after the label is told by facts of its own.
      leftOut: byPeople.filter(({ created_at }) => Date.parse(created_at) <= task.asked.atMs).length - told.length,
    };
  }

  async function list(issue: IssueRef, count: number): Promise<Comment[]> {
    const { rest } = octokits.installation(issue.installationId);
    const last = Math.ceil(count / perPage);
    const pages = Array.from({ length: Math.min(last, mostPages) }, (_, back) => last - back).toReversed();
    const answers = pages.map((page) =>
      rest.issues.listComments({ ...at(issue), issue_number: issue.number, per_page: perPage, page }),
    );
    return (await Promise.all(answers)).flatMap(({ data }) => data);
  }

  return { read };
}

/** Each author is asked about once; those who spoke last come first. */
async function trustedAuthors(comments: readonly Comment[], judge: Judge): Promise<Set<number>> {
  const logins = new Map(comments.toReversed().flatMap(({ user }) => (user ? [[user.id, user.login]] : [])));
  const asked = [...logins].slice(0, mostAuthors).map(async ([id, login]) => {
    const verdict = await judge({ id, login });
    return verdict.may ? [id] : [];
  });
  return new Set((await Promise.all(asked)).flat());
}

/** Said before the label and not changed since. GitHub's times are whole seconds. */
function isEarly(comment: Comment, labelledAtMs: number): boolean {
  return Date.parse(comment.created_at) <= labelledAtMs && Date.parse(comment.updated_at) <= labelledAtMs;
}

function toBrief({ user, created_at, body }: Comment): Brief["comments"][number] {
  return { by: user?.login ?? "", atMs: Date.parse(created_at), text: visibleText(body ?? "") };
}
