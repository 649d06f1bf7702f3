import { expect, test } from "vitest";
import type { Task } from "../../src/core/task.ts";
import type { SweepStore } from "../../src/forge/sweep.ts";
import { type Bench, labelledTask, startBench } from "./bench.ts";

const garden = "alice/garden";

interface Reviewing {
  readonly pull: number;
  readonly ownLogin: string;
  readonly store: SweepStore;
}

/** A task whose pull request is in review; the sweep of its label is over. */
async function inReview(bench: Bench): Promise<Reviewing> {
  const { github, inbox } = bench;
  const task = await labelledTask(bench);
  await github.as("bob").push(garden, "topic", { "a.txt": "a\nb\n" });
  const pull = await github.as("bob").openPull(garden, { title: "Add", head: "topic", base: "main" });
  const waiting: Task = { ...task, phase: { at: "in-review", sinceMs: 0 }, pull: { number: pull, url: "" } };
  const store: SweepStore = {
    tasksOf: async () => [waiting],
    withPulls: async (repository) => (repository === task.issue.repositoryId ? [waiting] : []),
    note: (...note) => inbox.note(...note),
  };
  inbox.noted.length = 0;
  return { pull, store, ownLogin: `${github.app.slug}[bot]` };
}

const comments = [{ path: "a.txt", line: 1, body: "Why?" }];

test("a review is the same news from the sweep as from its webhook, so it is heard once", async () => {
  await using bench = await startBench();
  const { github, forge, inbox } = bench;
  const { pull, store, ownLogin } = await inReview(bench);
  await github.as("alice").review(garden, pull, { event: "REQUEST_CHANGES", body: "Mend it.", comments });
  await github.settled();
  const told = inbox.noted.filter(({ fact }) => fact.kind === "reviewed");
  expect(told).toHaveLength(1);
  expect(await forge.sweep(store, ownLogin)).toBe(0);
  inbox.noted.length = 0;
  expect(await forge.sweep(store, ownLogin)).toBe(1);
  expect(inbox.noted).toEqual(told);
});

test("without webhooks each review is found, in one request for each pull request that costs nothing while there are none", async () => {
  await using bench = await startBench();
  const { github, forge, inbox } = bench;
  github.fate = () => ({ is: "lost" });
  const { pull, store, ownLogin } = await inReview(bench);
  expect(await forge.sweep(store, ownLogin)).toBe(0);
  github.requests.length = 0;
  expect(await forge.sweep(store, ownLogin)).toBe(0);
  const asked = () =>
    github.requests.flatMap(({ operation, status }) => (operation === "pulls/list-reviews" ? [status] : []));
  expect(asked()).toEqual([304]);

  await github.as("alice").review(garden, pull, { event: "REQUEST_CHANGES", body: "Mend it." });
  await github.as("alice").review(garden, pull, { event: "COMMENT", body: `@${github.app.slug} and this`, comments });
  await github.as("alice").review(garden, pull, { event: "APPROVE", body: "" });
  expect(await forge.sweep(store, ownLogin)).toBe(3);
  expect(inbox.noted.map(({ fact }) => fact.kind === "reviewed" && [fact.verdict, fact.mentionsUs])).toEqual([
    ["changes-requested", false],
    ["commented", true],
    ["approved", false],
  ]);
  expect(await forge.sweep(store, ownLogin)).toBe(0);
  expect(asked()).toEqual([304, 200, 304]);
});

test("who does not know its own name yet looks at no review, and finds it later; reviews of long ago are left alone", async () => {
  let laterMs = 0;
  await using bench = await startBench({ nowMs: () => Date.now() + laterMs });
  const { github, forge } = bench;
  github.fate = () => ({ is: "lost" });
  const { pull, store, ownLogin } = await inReview(bench);
  await github.as("alice").review(garden, pull, { event: "COMMENT", body: `@${github.app.slug} mend it` });
  expect(await forge.sweep(store)).toBe(0);
  laterMs = 4 * 24 * 3_600_000;
  expect(await forge.sweep(store, ownLogin)).toBe(0);
  laterMs = 0;
  expect(await forge.sweep(store, ownLogin)).toBe(1);
});

test("reviews beyond the first hundred are found, and only the last page is asked for again", async () => {
  await using bench = await startBench();
  const { github, forge, inbox } = bench;
  github.fate = () => ({ is: "lost" });
  const { pull, store, ownLogin } = await inReview(bench);
  for (let n = 0; n < 101; n += 1) await github.as("alice").review(garden, pull, { event: "COMMENT", body: `${n}` });
  expect(await forge.sweep(store, ownLogin)).toBe(101);
  await github.as("alice").review(garden, pull, { event: "COMMENT", body: "the last" });
  expect(await forge.sweep(store, ownLogin)).toBe(1);
  expect(inbox.noted.at(-1)?.fact).toMatchObject({ text: "the last" });
  const asked = github.requests.filter(({ operation }) => operation === "pulls/list-reviews");
  expect(asked).toHaveLength(3);
});
