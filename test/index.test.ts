import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Bench, startBench } from "./forge/bench.ts";

/** A webhook as GitHub would send it, or as somebody would who wants to look like it. */
async function post(bench: Bench, more: Partial<Letter> = {}): Promise<Response> {
  const letter = { event: "issues", delivery: "delivery-1", secret: bench.github.app.webhookSecret, ...more };
  const body = letter.body ?? JSON.stringify(labeledPayload);
  return await fetch(bench.webhookUrl, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": letter.event,
      "x-github-delivery": letter.delivery,
      "x-hub-signature-256": `sha256=${createHmac("sha256", letter.secret).update(body).digest("hex")}`,
    },
  });
}

interface Letter {
  readonly event: string;
  readonly delivery: string;
  readonly secret: string;
  readonly body: string;
}

const labeledPayload = {
  action: "labeled",
  label: { name: "coppice" },
  issue: { number: 7, title: "Water it", body: "Please.", updated_at: "2026-01-02T03:04:05Z" },
  repository: { id: 99, name: "garden", owner: { login: "alice" }, default_branch: "main" },
  installation: { id: 55 },
  sender: { id: 3, login: "bob", type: "User" },
};

describe("webhooks", () => {
  it("a label on GitHub is a fact in the inbox by the time GitHub has the answer", async () => {
    await using bench = await startBench();
    const { github, inbox, news } = bench;
    const number = await github.as("bob").openIssue("alice/garden", { title: "Water it", body: "Please." });
    await github.as("bob").label("alice/garden", number, "coppice");
    await github.settled();
    expect(inbox.noted).toHaveLength(1);
    expect(inbox.noted[0]).toMatchObject({
      subject: { is: "issue", issue: { owner: "alice", name: "garden", number } },
      fact: { kind: "labelled", label: "coppice", by: { login: "bob" }, text: { title: "Water it", body: "Please." } },
    });
    expect(news).toEqual(["wake"]);
  });

  it("a wrong signature is refused and notes nothing", async () => {
    await using bench = await startBench();
    const response = await post(bench, { secret: "another secret" });
    expect(response.status).toBe(401);
    expect(bench.inbox.noted).toEqual([]);
  });

  it("the secret that Probot falls back to is not taken", async () => {
    await using bench = await startBench();
    expect((await post(bench, { secret: "development" })).status).toBe(401);
    expect(bench.inbox.noted).toEqual([]);
  });

  it("a delivery that comes twice is one fact", async () => {
    await using bench = await startBench();
    const answers = [await post(bench), await post(bench)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(bench.inbox.noted).toHaveLength(1);
  });

  it("a delivery that is sent again under another id carries the same time, so it is no later label", async () => {
    await using bench = await startBench();
    await post(bench);
    await post(bench, { delivery: "delivery-2" });
    const times = bench.inbox.noted.map(({ fact }) => (fact.kind === "labelled" ? fact.atMs : undefined));
    expect(times).toEqual([Date.parse("2026-01-02T03:04:05Z"), Date.parse("2026-01-02T03:04:05Z")]);
  });

  it("GitHub hears of a failure when the inbox can't take the fact, and redelivery brings it", async () => {
    await using bench = await startBench();
    bench.inbox.before = async () => {
      throw new Error("the disk is full");
    };
    expect((await post(bench)).status).toBe(500);
    bench.inbox.before = async () => {};
    expect((await post(bench)).status).toBe(200);
    expect(bench.inbox.noted).toHaveLength(1);
  });

  it("GitHub hears of a failure, not of success, while the inbox is slow", async () => {
    await using bench = await startBench({ patienceMs: 100 });
    const release = Promise.withResolvers<void>();
    bench.inbox.before = () => release.promise;
    expect((await post(bench)).status).toBe(500);
    expect(bench.inbox.noted).toEqual([]);
    release.resolve();
    bench.inbox.before = async () => {};
    expect((await post(bench)).status).toBe(200);
    expect(bench.inbox.noted).toHaveLength(1);
  });

  it("what our own bot did is no news", async () => {
    await using bench = await startBench();
    const sender = { id: 9, login: "coppice[bot]", type: "Bot" };
    const response = await post(bench, { body: JSON.stringify({ ...labeledPayload, sender }) });
    expect(response.status).toBe(200);
    expect(bench.inbox.noted).toEqual([]);
    expect(bench.news).toEqual([]);
  });

  it("a body under the name of another event says nothing", async () => {
    await using bench = await startBench();
    expect((await post(bench, { event: "pull_request" })).status).toBe(200);
    expect((await post(bench, { event: "push", delivery: "delivery-2" })).status).toBe(200);
    expect(bench.inbox.noted).toEqual([]);
    expect(bench.news).toEqual([]);
  });

  it("requests under way are answered before the server is closed", async () => {
    const bench = await startBench();
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    bench.inbox.before = async () => {
      entered.resolve();
      await release.promise;
    };
    const answer = post(bench);
    await entered.promise;
    let isClosed = false;
    const closing = bench.server.close().then(() => (isClosed = true));
    await sleep(50);
    expect(isClosed).toBe(false);
    release.resolve();
    expect((await answer).status).toBe(200);
    await closing;
    expect(bench.inbox.noted).toHaveLength(1);
    await expect(post(bench)).rejects.toThrow("fetch failed");
    await bench[Symbol.asyncDispose]();
  });
});
