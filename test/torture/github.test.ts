import { type ExpectStatic, describe, it } from "vitest";
import type { Fault, SeenRequest } from "../../src/demo/github/wire.ts";
import { setStage, type Stage } from "../e2e/stage.ts";
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

/** Where GitHub refuses these, another way is taken at once: no greeting, and the pull request is assigned. */
const niceties = ["the reaction", "the request for review"];

function without(names: readonly string[]): Map<string, (request: Request) => boolean> {
  return new Map([...calls].filter(([name]) => !names.includes(name)));
}

/** The service's clock; GitHub's stays as it is. */
interface Clock {
  nowMs(): number;
  skip(ms: number): void;
}

function createClock(): Clock {
  let aheadMs = 0;
  return { nowMs: () => Date.now() + aheadMs, skip: (ms) => void (aheadMs += ms) };
}

let stages = 0;
const nextFirstId = () => (stages += 1) * 100_000;

const secondaryLimit = "You have exceeded a secondary rate limit.";

describe.concurrent("each of these, once in each important call, ends with one of each:", () => {
  it.for<[string, (clock: Clock) => Fault]>([
    ["a 502 before the work", () => ({ is: "answered", status: 502 })],
    ["a 502 after the work", () => ({ is: "answered", status: 502, isDone: true })],
    ["a 403 of the secondary limit", () => limit(403, secondaryLimit, { "retry-after": "1" })],
    ["a 429", () => limit(429, "Too many requests", { "retry-after": "1" })],
    ["a 403 of the secondary limit, without a time", (clock) => waitedOut(clock, limit(403, secondaryLimit))],
    ["a 429 without a time", (clock) => waitedOut(clock, limit(429, "Too many requests"))],
    ["no requests left for this hour", (clock) => waitedOut(clock, usedUp(clock))],
    ["a 404 of a moment", () => limit(404, "Not Found")],
    ["a token that is no longer taken", () => limit(401, "Bad credentials")],
    ["a connection that is cut before the work", () => ({ is: "cut" })],
    ["a connection that is cut after the work", () => ({ is: "cut", isDone: true })],
    ["an answer that takes three seconds", () => ({ is: "held", until: after(3_000) })],
  ])("%s", { timeout: 240_000 }, async ([name, fault], { expect, onTestFinished }) => {
    const clock = createClock();
    const stage = await setStage({ nowMs: clock.nowMs, firstId: nextFirstId() });
    onTestFinished(() => stage.close());
    const toCome = without(name.includes("404") ? niceties : []);
    stage.github.faults = (request) => {
      const hit = [...toCome].find(([, isIt]) => isIt(request));
      if (hit === undefined) return undefined;
      toCome.delete(hit[0]);
      return fault(clock);
    };
    await expectOneJourney(stage, name, expect);
    expect([...toCome.keys()], "calls that were never made").toEqual([]);
  });

  it("an installation that is suspended for a while", { timeout: 240_000 }, async ({ expect, onTestFinished }) => {
    const stage = await setStage({ firstId: nextFirstId() });
    onTestFinished(() => stage.close());
    const { github } = stage;
    const [installation = 0] = github.world.installations.keys();
    const toCome = without([...niceties, "the token"]);
    github.faults = (request) => {
      const hit = [...toCome].find(([, isIt]) => isIt(request));
      if (hit === undefined) return undefined;
      toCome.delete(hit[0]);
      github.suspend(installation);
      setTimeout(() => github.unsuspend(installation), 1_000);
      return undefined;
    };
    await expectOneJourney(stage, "an installation that is suspended for a while", expect);
    expect([...toCome.keys()], "calls that were never made").toEqual([]);
  });
});

async function expectOneJourney(stage: Stage, name: string, expect: ExpectStatic): Promise<void> {
  await stage.startService();
  const startedAtMs = Date.now();
  const issue = await askFor(stage, "Say hello");
  await untilReview(stage, issue);
  const starts = await startsOf(stage, issue);
  await mergeAndEnd(stage, issue);
  process.stdout.write(`| ${name} | ${Date.now() - startedAtMs} ms |\n`);
  expect(starts).toEqual(["1-1-1"]);
  expect(countsOf(stage, issue)).toEqual(oneOfEach);
}

function limit(status: number, message: string, headers: Record<string, string> = {}): Fault {
  return { is: "answered", status, message, headers };
}

function usedUp(clock: Clock): Fault {
  const reset = String(Math.ceil(clock.nowMs() / 1_000) + 60);
  return limit(403, "API rate limit exceeded", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset });
}

/** The quiet that GitHub wants is over soon after: nobody waits a minute for a test. */
function waitedOut(clock: Clock, fault: Fault): Fault {
  setTimeout(() => clock.skip(62_000), 300);
  return fault;
}

async function after(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
