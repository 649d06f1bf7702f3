import { Octokit } from "@octokit/rest";
import { expect, it } from "vitest";
import { z } from "zod";
import { type Bench, openBench } from "./bench.ts";

const name = "alice/garden";
const garden = { owner: "alice", repo: "garden" };
const lines = (...text: readonly string[]): string => `${text.join("\n")}\n`;

/** A pull request of the App's that adds `beds.txt` with four lines. */
async function openPull(bench: Bench): Promise<{ readonly octokit: Octokit; readonly pull_number: number }> {
  const octokit = bench.installation(bench.github.install("alice").id);
  await bench.github.as("bob").push(name, "topic", { "beds.txt": lines("one", "two", "three", "four") });
  const { data } = await octokit.pulls.create({ ...garden, title: "Beds", head: "topic", base: "main" });
  return { octokit, pull_number: data.number };
}

const threadsQuery = `query ($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      isDraft
      reviewThreads(first: 50) {
        nodes { id isResolved isOutdated path line comments(first: 50) { nodes { databaseId body author { login } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;

const threadsSchema = z.object({
  repository: z.object({
    pullRequest: z.object({
      id: z.string(),
      isDraft: z.boolean(),
      reviewThreads: z.object({
        nodes: z.array(
          z.object({
            id: z.string(),
            isResolved: z.boolean(),
            isOutdated: z.boolean(),
            line: z.number().nullable(),
            comments: z.object({ nodes: z.array(z.object({ databaseId: z.number(), body: z.string() })) }),
          }),
        ),
      }),
    }),
  }),
});

async function look(
  octokit: Octokit,
  number: number,
): Promise<z.infer<typeof threadsSchema>["repository"]["pullRequest"]> {
  const answer: unknown = await octokit.graphql(threadsQuery, { owner: "alice", name: "garden", number });
  return threadsSchema.parse(answer).repository.pullRequest;
}

it("a review with two remarks arrives whole, its threads can be answered and resolved", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { octokit, pull_number } = await openPull(bench);
  await octokit.pulls.requestReviewers({ ...garden, pull_number, reviewers: ["alice"] });
  await github.as("alice").review(name, pull_number, {
    event: "REQUEST_CHANGES",
    body: "Nearly",
    comments: [
      { path: "beds.txt", line: 2, body: "Why two?" },
      { path: "beds.txt", start_line: 3, line: 4, body: "Shorter" },
    ],
  });
  await github.settled();
  expect(bench.names().slice(-3)).toEqual([
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "pull_request_review_comment.created",
  ]);
  const submitted = bench.received.find(({ event }) => event === "pull_request_review");
  expect(submitted?.payload).toMatchObject({ review: { state: "changes_requested", body: "Nearly" } });

  const { data: reviews } = await octokit.pulls.listReviews({ ...garden, pull_number });
  expect(reviews).toMatchObject([{ state: "CHANGES_REQUESTED", user: { login: "alice" } }]);
  const review_id = reviews[0]?.id ?? 0;
  const { data: remarks } = await octokit.pulls.listCommentsForReview({ ...garden, pull_number, review_id });
  expect(remarks).toMatchObject([
    { path: "beds.txt", line: 2, diff_hunk: "@@ -0,0 +1,4 @@\n+one\n+two", side: "RIGHT" },
    { start_line: 3, line: 4 },
  ]);
  expect((await octokit.pulls.get({ ...garden, pull_number })).data.requested_reviewers).toEqual([]);

  const [first] = remarks;
  const body = "Because";
  const answer = await octokit.pulls.createReplyForReviewComment({
    ...garden,
    pull_number,
    comment_id: first?.id ?? 0,
    body,
  });
  expect(answer.data).toMatchObject({ in_reply_to_id: first?.id, user: { login: "coppice[bot]" } });
  await octokit.reactions.createForPullRequestReviewComment({ ...garden, comment_id: answer.data.id, content: "+1" });
  const before = await look(octokit, pull_number);
  expect(before.reviewThreads.nodes.map(({ isResolved, comments }) => [isResolved, comments.nodes.length])).toEqual([
    [false, 2],
    [false, 1],
  ]);
  const mutation = `mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }`;
  const resolved: unknown = await octokit.graphql(mutation, { id: before.reviewThreads.nodes[0]?.id });
  expect(resolved).toEqual({ resolveReviewThread: { thread: { isResolved: true } } });
  github.as("alice").resolveThread(name, remarks[1]?.id ?? 0);
  await github.settled();
  expect(bench.names().slice(-4)).toEqual([
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "pull_request_review_thread.resolved",
    "pull_request_review_thread.resolved",
  ]);
  expect((await look(octokit, pull_number)).reviewThreads.nodes.every(({ isResolved }) => isResolved)).toBe(true);
  const { data: timeline } = await octokit.issues.listEventsForTimeline({ ...garden, issue_number: pull_number });
  expect(timeline.map(({ event }) => String(event)).toSorted((one, two) => one.localeCompare(two))).toEqual([
    "committed",
    "review_requested",
    "reviewed",
    "reviewed",
  ]);
  expect(github.violations).toEqual([]);
  expect(github.requests.map(({ operation }) => operation)).toContain("graphql resolveReviewThread");
});

it("threads move with their lines, and are outdated once those were changed", async () => {
  await using bench = await openBench();
  const { octokit, pull_number } = await openPull(bench);
  const alice = bench.github.as("alice");
  const comments = [2, 4].map((line) => ({ path: "beds.txt", line, body: `Line ${line}` }));
  await alice.review(name, pull_number, { event: "COMMENT", comments });
  await bench.github.as("bob").push(name, "topic", { "beds.txt": lines("zero", "one", "2", "three", "four") });
  const { reviewThreads } = await look(octokit, pull_number);
  expect(reviewThreads.nodes.map(({ isOutdated, line }) => [isOutdated, line])).toEqual([
    [true, null],
    [false, 5],
  ]);
  const { data } = await octokit.pulls.listReviewComments({ ...garden, pull_number });
  expect(data.map(({ line = null, original_line }) => [line, original_line])).toEqual([
    [null, 2],
    [5, 4],
  ]);
  expect(bench.github.violations).toEqual([]);
});

it("what GitHub refuses of reviews is refused", async () => {
  await using bench = await openBench();
  const { octokit, pull_number } = await openPull(bench);
  const review = (more: object) => octokit.pulls.createReview({ ...garden, pull_number, ...more });
  await expect(review({ event: "APPROVE" })).rejects.toThrow(/Can not approve your own pull request/);
  await expect(review({ event: "COMMENT" })).rejects.toThrow(/can't be blank/);
  const outside = [{ path: "beds.txt", line: 9, body: "Where?" }];
  await expect(review({ event: "COMMENT", body: "x", comments: outside })).rejects.toThrow(/must be part of the diff/);
  const nowhere = [{ path: "moon.txt", line: 1, body: "Where?" }];
  await expect(review({ event: "COMMENT", body: "x", comments: nowhere })).rejects.toThrow(/could not be resolved/);
  expect((await octokit.pulls.listReviews({ ...garden, pull_number })).data).toEqual([]);
  expect(bench.github.violations).toEqual([]);
});

it("a pending review is its author's alone until it is submitted", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { octokit, pull_number } = await openPull(bench);
  const comments = [{ path: "beds.txt", line: 1, body: "Hm" }];
  const review_id = await github.as("alice").review(name, pull_number, { comments });
  expect((await octokit.pulls.listReviews({ ...garden, pull_number })).data).toEqual([]);
  expect((await octokit.pulls.listReviewComments({ ...garden, pull_number })).data).toEqual([]);
  await expect(github.as("alice").review(name, pull_number, { comments })).rejects.toThrow(/one pending review/);
  await github.settled();
  expect(bench.names()).not.toContain("pull_request_review.submitted");
  await bench.person("alice").pulls.submitReview({ ...garden, pull_number, review_id, event: "APPROVE" });
  expect((await octokit.pulls.listReviews({ ...garden, pull_number })).data).toMatchObject([{ state: "APPROVED" }]);
  await github.as("alice").dismissReview(name, pull_number, review_id, "Changed my mind");
  await github.settled();
  expect(bench.names().slice(-3)).toEqual([
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "pull_request_review.dismissed",
  ]);
  expect(github.violations).toEqual([]);
});

it("drafts and threads need both permissions in GraphQL", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { octokit, pull_number } = await openPull(bench);
  const { id } = await look(octokit, pull_number);
  const toDraft = `mutation ($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;
  const toReady = toDraft.replace("convertPullRequestToDraft", "markPullRequestReadyForReview");
  await octokit.graphql(toDraft, { id });
  expect((await octokit.pulls.get({ ...garden, pull_number })).data.draft).toBe(true);
  const [installation] = github.world.installations.values();
  const { data } = await bench.app().apps.createInstallationAccessToken({
    installation_id: installation?.id ?? 0,
    permissions: { pull_requests: "write" },
  });
  const narrow = new Octokit({ auth: data.token, baseUrl: github.apiUrl });
  await expect(narrow.graphql(toReady, { id })).rejects.toMatchObject({
    errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
  });
  await octokit.graphql(toReady, { id });
  await github.settled();
  expect(bench.names().slice(-2)).toEqual(["pull_request.converted_to_draft", "pull_request.ready_for_review"]);
  await expect(octokit.graphql(toReady, { id: "PR_1" })).rejects.toMatchObject({ errors: [{ type: "NOT_FOUND" }] });
  expect(github.violations).toEqual([]);
});

it("a query that GitHub's schema does not know is a violation", async () => {
  await using bench = await openBench();
  const { octokit } = await openPull(bench);
  await expect(octokit.graphql("{ viewer { nickname } }")).rejects.toThrow(/nickname/);
  await expect(octokit.graphql("query ($id: ID!) { node(id: $id) { id } }", {})).rejects.toThrow(/\$id/);
  const found = bench.github.violations.join("\n");
  expect(found).toMatch(/Cannot query field "nickname"/);
  expect(found).toMatch(/"\$id" of required type "ID!" was not provided/);
});
