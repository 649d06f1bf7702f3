import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { watchFetch } from "../../../src/demo/github/contract/watch-fetch.ts";
import { loadContract } from "../../../src/demo/github/contract.ts";

const contract = loadContract();
const issue = "/repos/o/r/issues/1";

describe("requests", () => {
  it.each<[string, string, string, string, unknown, RegExp]>([
    ["an unknown path", "GET", "/repos/o/r/isues", "", undefined, /no such operation/],
    ["a method that the path does not have", "DELETE", issue, "", undefined, /no such operation/],
    ["a body that lacks what is required", "POST", `${issue}/comments`, "", {}, /required property 'body'/],
    ["a mistyped name in a body", "PATCH", issue, "", { sate: "closed" }, /additional properties \(sate\)/],
    ["a value of the wrong type", "POST", `${issue}/comments`, "", { body: 1 }, /body\/body must be string/],
    ["a value that is not on the list", "PATCH", issue, "", { state: "done" }, /\["open","closed"\]/],
    ["a mistyped query parameter", "GET", `${issue}/comments`, "perpage=5", undefined, /\(perpage\)/],
    [
      "a number that is none in the path",
      "GET",
      "/repos/o/r/issues/one",
      "",
      undefined,
      /issue_number must be integer/,
    ],
    ["a missing body", "POST", `${issue}/comments`, "", undefined, /body is missing/],
    ["a label on a button that is too long", "POST", "/repos/o/r/check-runs", "", tooLongAction(), /20 characters/],
  ])("%s is caught", (_name, method, path, query, body, complaint) => {
    expect(contract.checkRequest(method, path, new URLSearchParams(query), body).join("\n")).toMatch(complaint);
  });

  it.each<[string, string, string, unknown]>([
    ["GET", `${issue}/comments`, "per_page=100&page=2", undefined],
    ["POST", `${issue}/labels`, "", { labels: ["coppice"] }],
    ["GET", "/repos/o/r/git/ref/heads/a/b", "", undefined],
    ["GET", "/repos/o/r/contents/.github/coppice.yml", "ref=main", undefined],
    ["GET", "/repos/o/r/compare/main...feature%2Fone", "", undefined],
  ])("%s %s?%s is accepted", (method, path, query, body) => {
    expect(contract.checkRequest(method, path, new URLSearchParams(query), body)).toEqual([]);
  });
});

describe("answers and webhooks", () => {
  it("are whole after completion, and only what the schema names is left", () => {
    const operation = contract.find("GET", issue)?.operation;
    if (operation === undefined) throw new Error("no operation");
    const answer = contract.completeAnswer(operation, 200, { number: 1, title: "A", state: "open", mine: true });
    expect(contract.checkAnswer("GET", issue, 200, answer)).toEqual([]);
    expect(answer).toMatchObject({ number: 1, title: "A" });
    expect(answer).not.toHaveProperty("mine");
  });

  it.each<[string, number, unknown, RegExp]>([
    ["a part is missing", 200, { number: 1 }, /required property 'title'/],
    ["the status is not described", 204, undefined, /not described/],
    ["an error says nothing", 418, {}, /needs a message/],
  ])("an answer is refused when %s", (_name, status, body, complaint) => {
    expect(contract.checkAnswer("GET", issue, status, body).join("\n")).toMatch(complaint);
  });

  it("a webhook is refused when a part is missing or nobody knows it", () => {
    expect(contract.checkWebhook("issues", "labeled", { action: "labeled" }).join("\n")).toMatch(/'issue'/);
    expect(contract.checkWebhook("issues", "painted", {})).toEqual(["webhook issues-painted: no such webhook"]);
    const whole = contract.completeWebhook("pull_request_review_thread", "resolved", {});
    expect(contract.checkWebhook("pull_request_review_thread", "resolved", whole)).toEqual([]);
  });

  it("of several kinds of timeline event, the one that was meant is completed", () => {
    const operation = contract.find("GET", `${issue}/timeline`)?.operation;
    if (operation === undefined) throw new Error("no operation");
    const events = [
      { event: "labeled", label: { name: "a", color: "b" } },
      { event: "renamed", rename: { from: "a", to: "b" } },
      { event: "commented", body: "hello", user: { login: "alice" } },
    ];
    const answer = contract.completeAnswer(operation, 200, events);
    expect(contract.checkAnswer("GET", `${issue}/timeline`, 200, answer)).toEqual([]);
    expect(answer).toMatchObject(events);
  });
});

it("a watched fetch checks what Octokit really sends, and lets it through", async () => {
  const watched = watchFetch(contract, async () => Response.json({}, { status: 201 }));
  const octokit = new Octokit({ baseUrl: "http://127.0.0.1:1/api/v3", request: { fetch: watched.fetch } });
  const headers = { "x-github-api-version": "2022-11-28" };
  await octokit.issues.createComment({ owner: "o", repo: "r", issue_number: 1, body: "hello", headers });
  expect(watched.violations).toEqual([]);
  await octokit.request("POST /repos/o/r/issues/1/comments", { text: "hello" });
  expect(watched.violations.join("\n")).toMatch(/X-GitHub-Api-Version is missing[\s\S]*\(text\)/);
});

function tooLongAction(): unknown {
  const actions = [{ label: "a label that nobody can read", description: "", identifier: "a" }];
  return { name: "coppice", head_sha: "a".repeat(40), actions };
}
