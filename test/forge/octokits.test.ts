import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import nock from "nock";
import { loadContract } from "../../src/demo/github/contract.ts";
import { watchFetch } from "../../src/demo/github/contract/watch-fetch.ts";
import { createRedactor } from "../../src/core/redact.ts";
import { createOctokits, type Octokits } from "../../src/forge/octokits.ts";
import { createPace } from "../../src/forge/pace.ts";
import { createProbotApp } from "../../src/forge/probot.ts";
import { silentLog } from "./bench.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const app = { id: 4242, privateKey, webhookSecret: "a secret that only the tests know" };
const place = { owner: "alice", repo: "garden", issue_number: 7 };

const watched = watchFetch(loadContract());

function speakTo(apiUrl: string, redact?: (text: string) => string): Octokits {
  return createOctokits({
    app,
    apiUrl,
    log: silentLog,
    pace: createPace(Date.now),
    nowMs: Date.now,
    redact,
    fetch: watched.fetch,
  });
}

/** GitHub, as far as a request carries what every request has to carry. */
function github(apiUrl: string): nock.Scope {
  return nock(apiUrl)
    .matchHeader("x-github-api-version", "2022-11-28")
    .matchHeader("user-agent", (agent) => String(agent).startsWith("probot/"))
    .matchHeader("authorization", (value) => /^(?:bearer|token) .{20,}$/.test(String(value)));
}

function grantToken(apiUrl: string): void {
  github(apiUrl)
    .post("/app/installations/55/access_tokens")
    .reply(201, {
      token: `ghs_${"t".repeat(40)}`,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions: {},
    });
}

beforeEach(() => nock.disableNetConnect());

afterEach(() => {
  assert.deepEqual(nock.pendingMocks(), []);
  assert.deepEqual(watched.violations, []);
  nock.cleanAll();
  nock.enableNetConnect();
});

describe("our client of GitHub", () => {
  it.each(["https://api.github.com", "http://github.example:8443/api/v3"])("speaks to %s alone", async (apiUrl) => {
    grantToken(apiUrl);
    github(apiUrl).get("/repos/alice/garden/issues/7").reply(200, { number: 7 });
    github(apiUrl).get("/app").reply(200, { slug: "coppice" });
    const octokits = speakTo(apiUrl);
    expect((await octokits.installation(55).rest.issues.get(place)).data.number).toBe(7);
    expect((await octokits.app.rest.apps.getAuthenticated()).data?.slug).toBe("coppice");
  });

  it("asks for one token though many ask at once", async () => {
    const api = "https://api.github.com";
    grantToken(api);
    github(api).get("/repos/alice/garden/issues/7").times(5).reply(200, { number: 7 });
    const octokit = speakTo(api).installation(55);
    const answers = await Promise.all(Array.from({ length: 5 }, () => octokit.rest.issues.get(place)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it("makes nothing twice when GitHub fails, but asks twice, and edits twice", async () => {
    const api = "https://api.github.com";
    grantToken(api);
    github(api).post("/repos/alice/garden/issues/7/comments").reply(502, { message: "Bad Gateway" });
    github(api).get("/repos/alice/garden/issues/7").reply(502, { message: "Bad Gateway" });
    github(api).get("/repos/alice/garden/issues/7").reply(200, { number: 7 });
    github(api).patch("/repos/alice/garden/issues/comments/9").reply(502, { message: "Bad Gateway" });
    github(api).patch("/repos/alice/garden/issues/comments/9").reply(200, { id: 9 });
    const { rest } = speakTo(api).installation(55);
    await expect(rest.issues.createComment({ ...place, body: "hello" })).rejects.toMatchObject({ status: 502 });
    expect((await rest.issues.get(place)).data.number).toBe(7);
    const { owner, repo } = place;
    expect((await rest.issues.updateComment({ owner, repo, comment_id: 9, body: "hello" })).data.id).toBe(9);
  });

  it("says no secret that we know, wherever a text goes to", async () => {
    const api = "https://api.github.com";
    const bodies: string[] = [];
    const heard = (body: unknown) => bodies.push(JSON.stringify(body)) > 0;
    const { redact } = createRedactor([privateKey, "hush-hush-hush"]);
    grantToken(api);
    github(api).post("/repos/alice/garden/issues/7/comments", heard).reply(201, { id: 9, number: 9 });
    github(api).patch("/repos/alice/garden/issues/comments/9", heard).reply(200, { id: 9, number: 9 });
    github(api).post("/repos/alice/garden/pulls", heard).reply(201, { id: 9, number: 9 });
    github(api).post("/repos/alice/garden/check-runs", heard).reply(201, { id: 9, number: 9 });
    const { rest } = speakTo(api, redact).installation(55);
    const { owner, repo } = place;
    const body = `err.message: ${new Error("fetch https://x:hush-hush-hush@a.test failed").message}\n${privateKey}`;
    await rest.issues.createComment({ ...place, body });
    await rest.issues.updateComment({ owner, repo, comment_id: 9, body: "aHVzaC1odXNoLWh1c2g=" });
    await rest.pulls.create({ owner, repo, title: "Say hush-hush-hush", body, head: "a", base: "main" });
    const output = { title: "hush-hush-hush", summary: body };
    await rest.checks.create({ owner, repo, name: "coppice", head_sha: "1".repeat(40), output });
    expect(bodies).toHaveLength(4);
    expect(bodies.join("\n")).not.toMatch(/hush-hush|aHVzaC1|PRIVATE KEY|MII/);
    expect(bodies.join("\n").match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(8);
    expect(bodies[2]).toContain('"head":"a","base":"main"');
  });

  it("says many things in a row without the three seconds that Probot takes for each", async () => {
    const api = "https://api.github.com";
    grantToken(api);
    github(api).post("/repos/alice/garden/issues/7/comments").times(5).reply(201, { id: 9 });
    const { rest } = speakTo(api).installation(55);
    const started = performance.now();
    await Promise.all(Array.from({ length: 5 }, (_, n) => rest.issues.createComment({ ...place, body: `${n}` })));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe("our Probot", () => {
  it.each(["", "development"])("does not start with the webhook secret %j", (webhookSecret) => {
    const settings = { app: { ...app, webhookSecret }, github: { apiUrl: "https://api.github.com" } };
    expect(() => createProbotApp(settings, silentLog)).toThrow(/anybody could send webhooks/);
  });

  it.each<[string, number, string]>([
    ["a wrong key", 401, "FORGE_LOGIN"],
    ["an outage", 503, "FORGE_DOWN"],
  ])("says who we are, or that %s keeps it from knowing", async (_name, status, code) => {
    const { whoWeAre } = createProbotApp({ app, github: { apiUrl: "https://api.github.com" } }, silentLog);
    github("https://api.github.com")
      .get("/app")
      .times(status === 503 ? 2 : 1)
      .reply(status, { message: "no" });
    await expect(whoWeAre()).rejects.toMatchObject({ code, retry: "later" });
    github("https://api.github.com").get("/app").reply(200, { slug: "coppice" });
    expect(await whoWeAre()).toBe("coppice[bot]");
  });
});
