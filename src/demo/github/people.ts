import { z } from "zod";
import type { Rest } from "./rest.ts";
import { deleteBranch, pushFiles } from "./world/branches.ts";
import { pressButton } from "./world/checks.ts";
import type { Actor, ReactionContent, StateReason, Status, User } from "./world/model.ts";
import { setDraft } from "./world/pulls.ts";
import { setResolved } from "./world/threads.ts";
import { findStore, get, type Store, type World } from "./world/world.ts";

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
  readonly openPull: (repository: string, pull: PullText) => Promise<number>;
  readonly editPull: (repository: string, pull: number, changes: Partial<PullText>) => Promise<void>;
  readonly closePull: (repository: string, pull: number) => Promise<void>;
  readonly reopenPull: (repository: string, pull: number) => Promise<void>;
  /** Hands back the commit that the base points to then. */
  readonly merge: (repository: string, pull: number, method?: "merge" | "squash" | "rebase") => Promise<string>;
  /** Hands back the review's id. */
  readonly review: (repository: string, pull: number, review: ReviewText) => Promise<number>;
  /** An answer to a remark, by the remark's id; hands back its own. */
  readonly reply: (repository: string, pull: number, remark: number, body: string) => Promise<number>;
  readonly editRemark: (repository: string, remark: number, body: string) => Promise<void>;
  readonly dismissReview: (repository: string, pull: number, review: number, message: string) => Promise<void>;
  /** A conversation, by the id of any remark in it. */
  readonly resolveThread: (repository: string, remark: number) => void;
  readonly unresolveThread: (repository: string, remark: number) => void;
  readonly markReady: (repository: string, pull: number) => void;
  readonly convertToDraft: (repository: string, pull: number) => void;
  /** A button of a check run. */
  readonly press: (repository: string, checkRun: number, identifier: string) => void;
  readonly setStatus: (repository: string, sha: string, context: string, state: Status["state"]) => Promise<void>;
  readonly updateBranch: (repository: string, pull: number) => Promise<void>;
  readonly requestReview: (repository: string, pull: number, ...reviewers: readonly string[]) => Promise<void>;
  /** One commit on a branch, which is made from the default branch if need be; `null` takes a file away. */
  readonly push: (repository: string, branch: string, files: Files, message?: string) => Promise<string>;
  readonly deleteBranch: (repository: string, branch: string) => Promise<void>;
  readonly lock: (repository: string, issue: number) => Promise<void>;
}

interface IssueText {
  readonly title: string;
  readonly body?: string;
  readonly labels?: readonly string[];
}

interface PullText {
  readonly title: string;
  readonly body?: string;
  /** `branch`, or `owner:branch` from a fork. */
  readonly head: string;
  readonly base: string;
  readonly draft?: boolean;
}

export interface ReviewText {
  /** Without one the review stays pending. */
  readonly event?: "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
  readonly body?: string;
  readonly comments?: readonly {
    readonly path: string;
    readonly line: number;
    readonly start_line?: number;
    readonly side?: "LEFT" | "RIGHT";
    readonly body: string;
  }[];
}

type Files = Readonly<Record<string, string | null>>;

/** Asks for something in a person's name; throws what GitHub refuses it with. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

export function createAsk(rest: Rest, user: User): Ask {
  return async (method, path, body) => {
    const request = { method, path, body, query: new URLSearchParams(), accept: "", authorization: undefined };
    const answer = await rest.perform(request, () => ({ is: "person", user }));
    if (answer.status >= 300) {
      throw new Error(`${user.login} may not ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
}

const idSchema = z.object({ id: z.number() }).transform(({ id }) => id);
const numberSchema = z.object({ number: z.number() }).transform(({ number }) => number);

const shaSchema = z.object({ sha: z.string() }).transform(({ sha }) => sha);

const issueAt = (repository: string, issue: number): string => `/repos/${repository}/issues/${issue}`;

const pullAt = (repository: string, pull: number): string => `/repos/${repository}/pulls/${pull}`;

const commentAt = (repository: string, comment: number): string => `/repos/${repository}/issues/comments/${comment}`;

export function createPerson(world: World, user: User, ask: Ask): Person {
  const by: Actor = { user, app: undefined };
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
    openPull: async (repository, pull) => numberSchema.parse(await ask("POST", `/repos/${repository}/pulls`, pull)),
    editPull: async (repository, pull, changes) => {
      await ask("PATCH", pullAt(repository, pull), changes);
    },
    closePull: async (repository, pull) => {
      await ask("PATCH", pullAt(repository, pull), { state: "closed" });
    },
    reopenPull: async (repository, pull) => {
      await ask("PATCH", pullAt(repository, pull), { state: "open" });
    },
    merge: async (repository, pull, method = "merge") =>
      shaSchema.parse(await ask("PUT", `${pullAt(repository, pull)}/merge`, { merge_method: method })),
    review: async (repository, pull, review) =>
      idSchema.parse(await ask("POST", `${pullAt(repository, pull)}/reviews`, review)),
    reply: async (repository, pull, remark, body) =>
      idSchema.parse(await ask("POST", `${pullAt(repository, pull)}/comments/${remark}/replies`, { body })),
    editRemark: async (repository, remark, body) => {
      await ask("PATCH", `/repos/${repository}/pulls/comments/${remark}`, { body });
    },
    dismissReview: async (repository, pull, review, message) => {
      await ask("PUT", `${pullAt(repository, pull)}/reviews/${review}/dismissals`, { message });
    },
    resolveThread: (repository, remark) => {
      const store = storeOf(world, repository);
      setResolved(world, store, by, get(store.reviewComments, remark).thread, true);
    },
    unresolveThread: (repository, remark) => {
      const store = storeOf(world, repository);
      setResolved(world, store, by, get(store.reviewComments, remark).thread, false);
    },
    markReady: (repository, pull) => void setDraft(world, storeOf(world, repository), by, pull, false),
    convertToDraft: (repository, pull) => void setDraft(world, storeOf(world, repository), by, pull, true),
    press: (repository, checkRun, identifier) =>
      pressButton(world, storeOf(world, repository), user, checkRun, identifier),
    setStatus: async (repository, sha, context, state) => {
      await ask("POST", `/repos/${repository}/statuses/${sha}`, { context, state });
    },
    updateBranch: async (repository, pull) => {
      await ask("PUT", `${pullAt(repository, pull)}/update-branch`);
    },
    requestReview: async (repository, pull, ...reviewers) => {
      await ask("POST", `${pullAt(repository, pull)}/requested_reviewers`, { reviewers });
    },
    push: (repository, branch, files, message = "Change some files") =>
      pushFiles(world, storeOf(world, repository), by, { branch, files, message }),
    deleteBranch: (repository, branch) => deleteBranch(world, storeOf(world, repository), by, branch),
    lock: async (repository, issue) => {
      await ask("PUT", `${issueAt(repository, issue)}/lock`);
    },
  };
}

function storeOf(world: World, fullName: string): Store {
  const [owner = "", name = ""] = fullName.split("/");
  return findStore(world, owner, name);
}
