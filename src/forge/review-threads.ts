import { z } from "zod";
import type { Log } from "../control/ports.ts";
import { defuse } from "../core/defuse.ts";
import { keyMarker } from "../core/names.ts";
import { redactFormats } from "../core/redact.ts";
import type { Thread } from "../core/round-shape.ts";
import type { IssueRef, PullRef, Task } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import type { Judge } from "./access.ts";
import { hasStatus, messageOf } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";
import { visibleText } from "./visible-text.ts";

interface ThreadsParts {
  readonly octokits: Octokits;
  /** Whose words the agent may read. */
  readonly judgeOf: (issue: IssueRef) => Judge;
  readonly log: Log;
}

/** Conversations at lines of a change. Only GraphQL knows of threads; one request reads them all. */
export interface ReviewThreads {
  read(task: Task, pull: PullRef, reviews: readonly number[]): Promise<readonly Thread[]>;
  answer(task: Task, pull: PullRef, thread: Thread, round: number): Promise<void>;
}

const threadsQuery = `query ($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor }
        nodes {
          id
          isResolved
          path
          line
          originalLine
          comments(first: 100) {
            nodes {
              databaseId
              body
              author { login ... on User { databaseId } }
              pullRequestReview { databaseId }
            }
          }
        }
      }
    }
  }
}`;

const threadQuery = `query ($id: ID!) {
  node(id: $id) {
    ... on PullRequestReviewThread {
      isResolved
      comments(last: 100) { nodes { body viewerDidAuthor } }
    }
  }
}`;

const resolveMutation = `mutation ($id: ID!) {
  resolveReviewThread(input: { threadId: $id }) { thread { isResolved } }
}`;

const commentShape = z.object({
  databaseId: z.number(),
  body: z.string(),
  author: z.object({ login: z.string(), databaseId: z.number().optional() }).nullable(),
  pullRequestReview: z.object({ databaseId: z.number() }).nullable(),
});

const threadShape = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  path: z.string(),
  line: z.number().nullable(),
  originalLine: z.number().nullable(),
  comments: z.object({ nodes: z.array(commentShape) }),
});

const threadsAnswer = z.object({
  repository: z.object({
    pullRequest: z.object({
      reviewThreads: z.object({
        pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
        nodes: z.array(threadShape),
      }),
    }),
  }),
});

const ownershipShape = z.object({ body: z.string(), viewerDidAuthor: z.boolean() });

const threadAnswer = z.object({
  node: z.object({ isResolved: z.boolean(), comments: z.object({ nodes: z.array(ownershipShape) }) }).nullable(),
});

type Comment = z.output<typeof commentShape>;
type FoundThread = z.output<typeof threadShape>;

/** More conversations than a person can hold; of those, the newest are read. */
const mostPages = 5;

export function createReviewThreads({ octokits, judgeOf, log }: ThreadsParts): ReviewThreads {
  /** What GraphQL refuses comes with the status 200; its words are put like those of other refusals. */
  async function ask<T>(
    task: Task,
    query: string,
    variables: Record<string, unknown>,
    shape: z.ZodType<T>,
  ): Promise<T> {
    try {
      return shape.parse(await octokits.installation(task.issue.installationId).graphql(query, variables));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "GraphqlResponseError") throw error;
      const isForbidden = /not accessible|forbidden/i.test(error.message);
      throw new KnownError(
        isForbidden ? "FORGE_FORBIDDEN" : "FORGE_REFUSED",
        `GitHub's GraphQL refused: ${error.message}`,
        {
          retry: "later",
          cause: error,
        },
      );
    }
  }

  /** Oldest first. */
  async function pages(task: Task, pull: PullRef): Promise<readonly FoundThread[]> {
    const { owner, name } = task.issue;
    const found: FoundThread[] = [];
    let before: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const asked: Record<string, unknown> = { owner, name, number: pull.number, before };
      const { repository }: z.output<typeof threadsAnswer> = await ask(task, threadsQuery, asked, threadsAnswer);
      const { nodes, pageInfo } = repository.pullRequest.reviewThreads;
      found.unshift(...nodes);
      if (!pageInfo.hasPreviousPage) break;
      before = pageInfo.startCursor;
    }
    return found;
  }

  async function read(task: Task, pull: PullRef, reviews: readonly number[]): Promise<readonly Thread[]> {
    const found = await pages(task, pull);
    const judge = judgeOf(task.issue);
    const threads: Thread[] = [];
    for (const thread of found) {
      const [first] = thread.comments.nodes;
      const isAsked = thread.comments.nodes.some((one) => reviews.includes(one.pullRequestReview?.databaseId ?? 0));
      if (thread.isResolved || !isAsked || first === undefined) continue;
      const comments = (await trusted(thread.comments.nodes, judge)).map(({ author, body }) => ({
        by: author?.login ?? "",
        text: visibleText(body),
      }));
      const { id, path, line, originalLine } = thread;
      const place = { id, path, line: line ?? originalLine ?? undefined, comment: first.databaseId };
      threads.push({ ...place, comments, answer: undefined, isAnswered: false });
    }
    return threads;
  }

  async function answer(task: Task, pull: PullRef, thread: Thread, round: number): Promise<void> {
    if (thread.answer === undefined) return;
    const marker = keyMarker(`thread-${task.id}-${task.attempt}-${round}`);
    const { node } = await ask(task, threadQuery, { id: thread.id }, threadAnswer);
    // Deleted meanwhile: nobody is there to be answered.
    if (node === null) return;
    const body = `${marker}\n${defuse(redactFormats(thread.answer.text))}`;
    // Anybody can copy the marker.
    const isSaid = node.comments.nodes.some((one) => one.viewerDidAuthor && one.body.includes(marker));
    if (!isSaid) await reply(task, pull, thread.comment, body);
    if (thread.answer.isResolved && !node.isResolved) await resolve(task, thread.id);
  }

  async function reply(task: Task, pull: PullRef, comment: number, body: string): Promise<void> {
    const { rest } = octokits.installation(task.issue.installationId);
    try {
      await rest.pulls.createReplyForReviewComment({
        ...at(task.issue),
        pull_number: pull.number,
        comment_id: comment,
        body,
      });
    } catch (error) {
      if (!hasStatus(error, 403, 404, 422)) throw error;
      log.info({ issue: nameOf(task.issue), why: messageOf(error) }, "the review thread takes no answer");
    }
  }

  /** Where the App may not resolve, people do. */
  async function resolve(task: Task, id: string): Promise<void> {
    try {
      await ask(task, resolveMutation, { id }, z.unknown());
    } catch (error) {
      if (!(error instanceof KnownError) || error.code !== "FORGE_FORBIDDEN") throw error;
      log.info({ issue: nameOf(task.issue), why: error.message }, "the review thread can't be resolved by us");
    }
  }

  return { read, answer };
}

/** Whoever may not decide has no word in what the agent reads. */
async function trusted(comments: readonly Comment[], judge: Judge): Promise<readonly Comment[]> {
  const kept = await Promise.all(
    comments.map(async (one) => {
      const { author } = one;
      if (author?.databaseId === undefined) return [];
      return (await judge({ id: author.databaseId, login: author.login })).may ? [one] : [];
    }),
  );
  return kept.flat();
}
