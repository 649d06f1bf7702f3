import { connect } from "node:net";
import { expect, it } from "vitest";
import { type Bench, openBench } from "./bench.ts";
import type { Fault } from "../../../src/demo/github/wire.ts";

const garden = { owner: "alice", repo: "garden" };

/** The next comment goes wrong in the given way; everything after it works. */
async function withFault(
  bench: Bench,
  fault: Fault,
): Promise<{ readonly comment: () => Promise<unknown>; readonly bodies: () => Promise<string[]> }> {
  const { github } = bench;
  const octokit = bench.installation(github.install("alice").id);
  const issue_number = await github.as("bob").openIssue("alice/garden", { title: "Weeds" });
  const faults = [fault];
  github.faults = ({ operation }) => (operation === "issues/create-comment" ? faults.shift() : undefined);
  return {
    comment: () => octokit.issues.createComment({ ...garden, issue_number, body: "Hello" }),
    bodies: async () => {
      const { data } = await octokit.issues.listComments({ ...garden, issue_number });
      return data.map(({ body }) => body ?? "");
    },
  };
}

it.each<[string, Fault, object, number]>([
  ["an error before the work", { is: "answered", status: 502 }, { status: 502 }, 0],
  ["an error after the work", { is: "answered", status: 502, isDone: true }, { status: 502 }, 1],
  ["a connection cut before the work", { is: "cut" }, { status: 500 }, 0],
  ["a connection cut after the work", { is: "cut", isDone: true }, { status: 500 }, 1],
  [
    "a secondary limit",
    {
      is: "answered",
      status: 403,
      message: "You have exceeded a secondary rate limit",
      headers: { "retry-after": "2" },
    },
    { status: 403, response: { headers: { "retry-after": "2" } } },
    0,
  ],
])("%s reaches the client, and the work is done or not", async (_name, fault, error, comments) => {
  await using bench = await openBench();
  const { comment, bodies } = await withFault(bench, fault);
  await expect(comment()).rejects.toMatchObject(error);
  expect(await bodies()).toHaveLength(comments);
  await comment();
  expect(await bodies()).toHaveLength(comments + 1);
  const statuses = bench.github.requests
    .filter(({ operation }) => operation === "issues/create-comment")
    .map(({ status }) => status);
  expect(statuses).toEqual([fault.is === "answered" ? fault.status : 0, 201]);
  expect(bench.github.violations).toEqual([]);
});

it("an answer can be held back", async () => {
  await using bench = await openBench();
  const { promise: until, resolve: release } = Promise.withResolvers<void>();
  const { comment, bodies } = await withFault(bench, { is: "held", until });
  const commented = comment();
  expect(await bodies()).toEqual([]);
  release();
  await commented;
  expect(await bodies()).toEqual(["Hello"]);
});

it("a client that goes away in the middle of a request is nothing wrong", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const socket = connect(Number(new URL(github.url).port), "127.0.0.1");
  socket.write("POST /api/v3/repos/alice/garden/issues HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
  const heard = Promise.withResolvers<void>();
  github.faults = () => {
    heard.resolve();
    return undefined;
  };
  await heard.promise;
  socket.destroy();
  await expect.poll(() => github.requests.map(({ operation }) => operation)).toEqual(["issues/create"]);
  expect(github.violations).toEqual([]);
});
