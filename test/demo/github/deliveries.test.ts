import { expect, it } from "vitest";
import { shuffled, unlucky } from "../../../src/demo/github/fates.ts";
import { openBench } from "./bench.ts";

it("every webhook is on record, and a redelivery keeps its id", async () => {
  await using bench = await openBench();
  const { github } = bench;
  const { id } = github.install("alice");
  await github.settled();
  github.fate = ({ event }) => (event === "issues" ? { is: "failed" } : { is: "delivered" });
  await github.as("bob").openIssue("alice/garden", { title: "Weeds" });
  await github.settled();
  expect(bench.names()).toEqual(["installation.created"]);

  const app = bench.app();
  const { data: deliveries } = await app.apps.listWebhookDeliveries({ per_page: 100 });
  expect(deliveries.map(({ event, status_code }) => `${event} ${status_code}`)).toEqual([
    "issues 0",
    "installation 202",
  ]);
  const missed = deliveries.find(({ status_code }) => status_code === 0);
  const delivery_id = missed?.id ?? 0;
  const { data: whole } = await app.apps.getWebhookDelivery({ delivery_id });
  expect(whole.request.payload).toMatchObject({ action: "opened", installation: { id } });
  await app.apps.redeliverWebhookDelivery({ delivery_id });
  await github.settled();
  expect(bench.received.at(-1)).toMatchObject({ event: "issues", guid: missed?.guid });
  const { data: after } = await app.apps.listWebhookDeliveries();
  expect(after[0]).toMatchObject({ guid: missed?.guid, redelivery: true, status: "OK" });
  expect(github.violations).toEqual([]);
});

it("webhooks can be lost, doubled and late", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  await github.settled();
  const { promise: until, resolve: release } = Promise.withResolvers<void>();
  github.fate = ({ action }) => {
    if (action === "closed") return { is: "lost" };
    return action === "opened" ? { is: "held", until, copies: 2 } : { is: "delivered" };
  };
  const issue = await github.as("bob").openIssue("alice/garden", { title: "Weeds" });
  await github.as("bob").comment("alice/garden", issue, "First to arrive");
  await github.as("bob").closeIssue("alice/garden", issue);
  await expect.poll(() => bench.names()).toContain("issue_comment.created");
  release();
  await github.settled();
  expect(bench.names()).toEqual(["installation.created", "issue_comment.created", "issues.opened", "issues.opened"]);
  const [, , one, two] = bench.received;
  expect(one?.guid).toBe(two?.guid);
  const { data } = await bench.app().apps.listWebhookDeliveries();
  expect(data.map(({ action }) => action)).not.toContain("closed");
});

it("deliveries are paged by a cursor", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  for (let count = 0; count < 4; count += 1) await github.as("bob").openIssue("alice/garden", { title: `${count}` });
  await github.settled();
  const app = bench.app();
  const all = await app.paginate(app.apps.listWebhookDeliveries, { per_page: 2 });
  expect(all).toHaveLength(5);
  expect(new Set(all.map(({ guid }) => guid)).size).toBe(5);
  expect(github.violations).toEqual([]);
});

it("a repository that the App does not see is silent", async () => {
  await using bench = await openBench();
  const { github } = bench;
  await github.addRepository("alice/orchard");
  const { id } = github.install("alice", { repositories: ["garden"] });
  await github.as("alice").openIssue("alice/orchard", { title: "Apples" });
  github.selectRepositories(id, ["orchard"]);
  await github.as("alice").openIssue("alice/orchard", { title: "Pears" });
  await github.settled();
  expect(bench.names()).toEqual([
    "installation.created",
    "installation_repositories.added",
    "installation_repositories.removed",
    "issues.opened",
  ]);
  expect(github.violations).toEqual([]);
});

it("webhooks can overtake each other, and no one is missing in the end", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  await github.settled();
  github.fate = shuffled(() => 0.999, 3);
  for (let count = 1; count <= 7; count += 1) await github.as("bob").openIssue("alice/garden", { title: `${count}` });
  await github.settled();
  expect(bench.names().slice(1)).toEqual(Array.from({ length: 7 }, () => "issues.opened"));
  expect(new Set(bench.received.map(({ guid }) => guid)).size).toBe(8);
});

it("bad luck is drawn by chance", async () => {
  await using bench = await openBench();
  const { github } = bench;
  github.install("alice");
  await github.settled();
  const draws = [0.05, 0.15, 0.25, 0.9];
  github.fate = unlucky(() => draws.shift() ?? 1, { lost: 0.1, failed: 0.1, doubled: 0.1 });
  for (let count = 1; count <= 4; count += 1) await github.as("bob").openIssue("alice/garden", { title: `${count}` });
  await github.settled();
  const titles = bench.received.slice(1).map(({ payload }) => payload["issue"]);
  expect(titles).toMatchObject([{ title: "3" }, { title: "3" }, { title: "4" }]);
  const { data } = await bench.app().apps.listWebhookDeliveries();
  expect(data.filter(({ status_code }) => status_code === 0)).toHaveLength(1);
});
