import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import type { Task } from "../../src/core/task.ts";
import { aTask, anIssue } from "../fakes/a-task.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

const touched: Fact = { kind: "touched", what: "a comment" };
const aDayMs = 24 * 3_600_000;

const done = (task: Task): Task => ({ ...task, phase: { at: "done", atMs: 5, outcome: { is: "merged" } } });

describe("tasks", () => {
  it("come back as they were saved, over a restart", async () => {
    const file = await temporaryFile();
    const first = await temporaryStore(file);
    const task = aTask({
      phase: { at: "waiting", sinceMs: 3, on: { kind: "terminal", event: undefined, summary: "?" } },
    });
    await first.save(task, 0, [], 10);
    await first.close();
    const second = await temporaryStore(file);
    expect(await second.load(task.id)).toEqual({ task, version: 1 });
  });

  it("are undefined when nobody saved them", async () => {
    const store = await temporaryStore();
    expect(await store.load("500-7")).toBeUndefined();
  });

  it("let only one of two writers win who loaded the same version", async () => {
    const store = await temporaryStore();
    const task = aTask();
    const version = await store.save(task, 0, [], 10);
    const writes = ["one", "other"].map((why) => store.save({ ...task, why }, version, [], 11));
    const ends = await Promise.allSettled(writes);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(ends.find((end) => end.status === "rejected")?.reason).toMatchObject({
      code: "STORE_CONFLICT",
      retry: "now",
    });
    const winner = ends[0]?.status === "fulfilled" ? "one" : "other";
    expect((await store.load(task.id))?.task.why).toBe(winner);
  });

  it("can't be begun twice", async () => {
    const store = await temporaryStore();
    await store.save(aTask(), 0, [], 10);
    await expect(store.save(aTask(), 0, [], 11)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
  });

  it("keep their facts when the save is refused", async () => {
    const store = await temporaryStore();
    await store.save(aTask(), 0, [], 10);
    await store.note("k", { issue: anIssue(), is: "issue" }, touched, 11);
    const facts = await store.facts(anIssue(), undefined);
    await expect(store.save(aTask(), 0, facts, 12)).rejects.toMatchObject({ code: "STORE_CONFLICT" });
    expect(await store.facts(anIssue(), undefined)).toEqual(facts);
  });

  it("are live until they are done, and again once they are labelled anew", async () => {
    const store = await temporaryStore();
    await store.save(aTask(), 0, [], 10);
    expect(await store.live()).toEqual([anIssue()]);
    await store.save(done(aTask()), 1, [], 11);
    expect(await store.live()).toEqual([]);
    await store.save({ ...done(aTask()), again: aTask().asked }, 2, [], 12);
    expect(await store.live()).toEqual([anIssue()]);
  });

  it("stand in the roster with what slots are handed out by", async () => {
    const store = await temporaryStore();
    const limited = aTask({ issue: anIssue(8), id: "500-8", policy: { ...aTask().policy, maxSessions: 2 } });
    await store.save(aTask({ phase: { at: "queued", sinceMs: 4 } }), 0, [], 10);
    await store.save(limited, 0, [], 10);
    await store.save({ ...done(aTask()), issue: anIssue(9), id: "500-9" }, 0, [], 10);
    expect(await store.roster()).toEqual([
      {
        id: "500-7",
        repositoryId: 500,
        phase: "queued",
        sinceMs: 4,
        askedAtMs: 1_000,
        maxSessions: undefined,
        hasPull: false,
        agent: "claude",
        limitedUntilMs: 0,
        gaveUp: undefined,
      },
      {
        id: "500-8",
        repositoryId: 500,
        phase: "asked",
        sinceMs: 0,
        askedAtMs: 1_000,
        maxSessions: 2,
        hasPull: false,
        agent: "claude",
        limitedUntilMs: 0,
        gaveUp: undefined,
      },
    ]);
  });
});

describe("the inbox", () => {
  it("takes the same key once", async () => {
    const store = await temporaryStore();
    const subject = { issue: anIssue(), is: "issue" } as const;
    const areNew = await Promise.all(["a", "a", "b"].map((key) => store.note(key, subject, touched, 1)));
    expect(areNew).toEqual([true, false, true]);
    expect(await store.facts(anIssue(), undefined)).toHaveLength(2);
  });

  it("remembers what is done, so a delivery that comes again is no news", async () => {
    const store = await temporaryStore();
    const subject = { issue: anIssue(), is: "issue" } as const;
    await store.note("a", subject, touched, 1);
    await store.save(aTask(), 0, await store.facts(anIssue(), undefined), 2);
    expect(await store.note("a", subject, touched, 3)).toBe(false);
    expect(await store.facts(anIssue(), undefined)).toEqual([]);
    expect(await store.tasksWithFacts()).toEqual([]);
  });

  it("gives facts in the order in which they came, and as they were", async () => {
    const store = await temporaryStore();
    const facts: Fact[] = [
      {
        kind: "labelled",
        label: "coppice",
        by: { id: 1, login: "a", isBot: false },
        atMs: 5,
        text: { title: "t", body: "" },
      },
      { kind: "unlabelled", label: "coppice", by: { id: 1, login: "a", isBot: false } },
      {
        kind: "agent",
        run: 1,
        event: { name: "1.json", atMs: 6, event: { kind: "submitted", title: "t", body: "b" } },
      },
      touched,
    ];
    for (const [at, fact] of facts.entries()) await store.note(`k${at}`, { issue: anIssue(), is: "issue" }, fact, at);
    expect((await store.facts(anIssue(), undefined)).map(({ fact }) => fact)).toEqual(facts);
  });

  it("counts what is about a pull request for the issue whose task opened it, also when the fact came first", async () => {
    const store = await temporaryStore();
    await store.note("p", { issue: anIssue(44), is: "pull" }, touched, 1);
    expect(await store.tasksWithFacts()).toEqual([]);
    await store.save(aTask({ pull: { number: 44, url: "u" } }), 0, [], 2);
    expect(await store.tasksWithFacts()).toEqual([anIssue()]);
    expect(await store.facts(anIssue(), 44)).toHaveLength(1);
    expect(await store.facts(anIssue(44), undefined)).toEqual([]);
  });

  it("keeps repositories apart", async () => {
    const store = await temporaryStore();
    await store.note("a", { issue: anIssue(7, 1), is: "issue" }, touched, 1);
    await store.note("b", { issue: anIssue(7, 2), is: "issue" }, touched, 1);
    expect(await store.facts(anIssue(7, 1), undefined)).toHaveLength(1);
    expect(await store.tasksWithFacts()).toEqual([anIssue(7, 1), anIssue(7, 2)]);
  });

  it("names an issue once, by its repository's newest name", async () => {
    const store = await temporaryStore();
    const renamed = { ...anIssue(), name: "store" };
    await store.note("a", { issue: anIssue(), is: "issue" }, touched, 1);
    await store.note("b", { issue: renamed, is: "issue" }, touched, 2);
    expect(await store.tasksWithFacts()).toEqual([renamed]);
  });

  it("forgets after a week what is done or nobody's, and never what still waits", async () => {
    const store = await temporaryStore();
    const note = (key: string, number: number, is: "issue" | "pull") =>
      store.note(key, { issue: anIssue(number), is }, touched, 0);
    await note("done", 7, "issue");
    await store.save(aTask({ pull: { number: 44, url: "u" } }), 0, await store.facts(anIssue(), undefined), 0);
    await note("waits", 8, "issue");
    await note("of our pull request", 44, "pull");
    await note("of a stranger's pull request", 45, "pull");

    await store.trim(6 * aDayMs);
    expect(await Promise.all([note("done", 7, "issue"), note("of a stranger's pull request", 45, "pull")])).toEqual([
      false,
      false,
    ]);
    await store.trim(8 * aDayMs);
    expect(await note("waits", 8, "issue")).toBe(false);
    expect(await note("of our pull request", 44, "pull")).toBe(false);
    expect(await note("done", 7, "issue")).toBe(true);
    expect(await note("of a stranger's pull request", 45, "pull")).toBe(true);
  });
});

describe("the journal", () => {
  it("tells each decision once, with its reason", async () => {
    const store = await temporaryStore();
    await store.save(aTask({ why: "labelled" }), 0, [], 10);
    await store.save(aTask({ why: "labelled" }), 1, [], 11);
    await store.save(aTask({ why: "admitted", phase: { at: "queued", sinceMs: 12 } }), 2, [], 12);
    await store.save(aTask({ why: "one before it", phase: { at: "queued", sinceMs: 12 } }), 3, [], 13);
    expect(await store.journal("500-7")).toEqual([
      { atMs: 10, phase: "asked", why: "labelled" },
      { atMs: 12, phase: "queued", why: "admitted" },
      { atMs: 13, phase: "queued", why: "one before it" },
    ]);
  });

  it("keeps the newest 200 lines of each task", async () => {
    const store = await temporaryStore(":memory:");
    await store.save(aTask({ id: "500-8", issue: anIssue(8) }), 0, [], 0);
    let version = 0;
    for (let at = 1; at <= 205; at += 1) version = await store.save(aTask({ why: `why ${at}` }), version, [], at);
    const lines = await store.journal("500-7");
    expect(lines.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 200 }, (_, at) => at + 6));
    expect(await store.journal("500-8")).toHaveLength(1);
  });
});

describe("a repository's settings", () => {
  it("are remembered until newer ones come", async () => {
    const store = await temporaryStore();
    expect(await store.rememberedSettings(1)).toBeUndefined();
    const good = { good: { draft: true }, mistakes: [], readAtMs: 1 };
    await store.rememberSettings(1, good);
    await store.rememberSettings(2, { good: undefined, mistakes: ["no such key"], readAtMs: 2 });
    expect(await store.rememberedSettings(1)).toEqual(good);
    await store.rememberSettings(1, { ...good, mistakes: ["draft must be yes or no"], readAtMs: 3 });
    expect(await store.rememberedSettings(1)).toMatchObject({
      good: { draft: true },
      mistakes: ["draft must be yes or no"],
    });
    expect(await store.rememberedSettings(2)).toMatchObject({ good: undefined });
  });
});

it("nobody else on the machine can read the store", async () => {
  const file = `${await temporaryFile()}-folder/coppice.db`;
  const store = await temporaryStore(file);
  await store.save(aTask(), 0, [], 10);
  for (const path of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
});
