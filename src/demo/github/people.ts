import { z } from "zod";
import type { Rest } from "./rest.ts";
import type { ReactionContent, StateReason, User } from "./world/model.ts";

/** What a person does on GitHub's pages. Each action is the REST call of it, in that person's name and with their role. */
export interface Person {
  readonly user: User;
  readonly openIssue: (repository: string, issue: IssueText) => Promise<number>;
  readonly editIssue: (repository: string, issue: number, changes: Partial<IssueText>) => Promise<void>;
  readonly label: (repository: string, issue: number, ...labels: readonly string[]) => Promise<void>;
  readonly unlabel: (repository: string, issue: number, label: string) => Promise<void>;
  readonly comment: (repository: string, issue: number, body: string) => Promise<number>;
  readonly editComment: (repository: string, comment: number, body: string) => Promise<void>;
  readonly deleteComment: (repository: string, comment: number) => Promise<void>;
  readonly react: (repository: string, issue: number, content: ReactionContent) => Promise<void>;
  readonly closeIssue: (repository: string, issue: number, reason?: StateReason) => Promise<void>;
  readonly reopen: (repository: string, issue: number) => Promise<void>;
  readonly lock: (repository: string, issue: number) => Promise<void>;
}

export interface IssueText {
  readonly title: string;
  readonly body?: string;
  readonly labels?: readonly string[];
}

/** Asks for something in a person's name; throws what GitHub refuses it with. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

export function createAsk(rest: Rest, user: User): Ask {
  return async (method, path, body) => {
    const request = { method, path, body, query: new URLSearchParams(), accept: "", authorization: undefined };
    const answer = await rest.perform(request, () => ({ is: "person", user }));
    if (answer.status >= 400) {
      throw new Error(`${user.login} may not ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
}

const idSchema = z.object({ id: z.number() }).transform(({ id }) => id);
const numberSchema = z.object({ number: z.number() }).transform(({ number }) => number);

const issueAt = (repository: string, issue: number): string => `/repos/${repository}/issues/${issue}`;

const commentAt = (repository: string, comment: number): string => `/repos/${repository}/issues/comments/${comment}`;

export function createPerson(user: User, ask: Ask): Person {
  return {
    user,
    openIssue: async (repository, issue) => numberSchema.parse(await ask("POST", `/repos/${repository}/issues`, issue)),
    editIssue: async (repository, issue, changes) => {
      await ask("PATCH", issueAt(repository, issue), changes);
    },
    label: async (repository, issue, ...labels) => {
      await ask("POST", `${issueAt(repository, issue)}/labels`, { labels });
    },
    unlabel: async (repository, issue, label) => {
      await ask("DELETE", `${issueAt(repository, issue)}/labels/${encodeURIComponent(label)}`);
    },
    comment: async (repository, issue, body) =>
      idSchema.parse(await ask("POST", `${issueAt(repository, issue)}/comments`, { body })),
    editComment: async (repository, comment, body) => {
      await ask("PATCH", commentAt(repository, comment), { body });
    },
    deleteComment: async (repository, comment) => {
      await ask("DELETE", commentAt(repository, comment));
    },
    react: async (repository, issue, content) => {
      await ask("POST", `${issueAt(repository, issue)}/reactions`, { content });
    },
    closeIssue: async (repository, issue, reason = "completed") => {
      await ask("PATCH", issueAt(repository, issue), { state: "closed", state_reason: reason });
    },
    reopen: async (repository, issue) => {
      await ask("PATCH", issueAt(repository, issue), { state: "open" });
    },
    lock: async (repository, issue) => {
      await ask("PUT", `${issueAt(repository, issue)}/lock`);
    },
  };
}
