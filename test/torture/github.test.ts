import { expect, it, onTestFinished } from "vitest";
import type { Fault, SeenRequest } from "../../src/demo/github/wire.ts";
import { setStage } from "../e2e/stage.ts";
import { askFor, countsOf, mergeAndEnd, oneOfEach, startsOf, untilReview } from "./journey.ts";

type Request = Omit<SeenRequest, "status">;

/** What a journey can't do without; the first of each goes wrong. */
const calls: ReadonlyMap<string, (request: Request) => boolean> = new Map<string, (request: Request) => boolean>([
  ["the token", ({ operation }) => operation === "apps/create-installation-access-token"],
  ["the look at the issue", ({ operation }) => operation === "issues/get"],
  ["the reaction", ({ operation }) => operation === "reactions/create-for-issue"],
  ["the comment", ({ operation }) => operation === "issues/create-comment"],
  ["the fetch", ({ path, method }) => method === "POST" && path.endsWith("/git-upload-pack")],
  ["the push", ({ path, method }) => method === "POST" && path.endsWith("/git-receive-pack")],
  ["the pull request", ({ operation }) => operation === "pulls/create"],
  ["the request for review", ({ operation }) => operation === "pulls/request-reviewers"],
  ["the look at the pull request", ({ operation }) => operation === "pulls/get"],
]);

const secondaryLimit = "You have exceeded a secondary rate limit.";

/** A limit without a time is a minute of quiet, so that is tried where the clock can be turned: test/forge/limits.test.ts. */
it.each<[string, () => Fault]>([
  ["a 502 before the work", () => ({ is: "answered", status: 502 })],
  ["a 502 after the work", () => ({ is: "answered", status: 502, isDone: true })],
  ["a 403 of the secondary limit", () => limit(403, secondaryLimit)],
  ["a 429", () => limit(429, "Too many requests")],
  ["a connection that is cut before the work", () => ({ is: "cut" })],
  ["a connection that is cut after the work", () => ({ is: "cut", isDone: true })],
  ["an answer that takes three seconds", () => ({ is: "held", until: after(3_000) })],
])("%s, once in each important call, ends with one of each", { timeout: 180_000 }, async (name, fault) => {
  const stage = await setStage();
  onTestFinished(() => stage.close());
  const toCome = new Map(calls);
  stage.github.faults = (request) => {
    const hit = [...toCome].find(([, isIt]) => isIt(request));
    if (hit === undefined) return undefined;
    toCome.delete(hit[0]);
    return fault();
  };
  await stage.startService();
  const startedAtMs = Date.now();
  const issue = await askFor(stage, "Say hello");
  await untilReview(stage, issue);
  const starts = await startsOf(stage, issue);
  await mergeAndEnd(stage, issue);
  process.stdout.write(`| ${name} | ${calls.size - toCome.size} calls | ${Date.now() - startedAtMs} ms |\n`);
  expect([...toCome.keys()], "calls that were never made").toEqual([]);
  expect(starts).toEqual(["1-1-1"]);
  expect(countsOf(stage, issue)).toEqual(oneOfEach);
});

function limit(status: number, message: string): Fault {
  return { is: "answered", status, message, headers: { "retry-after": "1" } };
}

async function after(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
