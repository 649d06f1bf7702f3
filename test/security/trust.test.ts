import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import { newTask, type Task } from "../../src/core/task.ts";
import { type Bench, everybodyWhoWrites, issueOf, startBench } from "../forge/bench.ts";

/** One issue, on which something happens. All of it goes over the API in the names of those who do it. */
interface Stage {
  readonly number: number;
  /** A second goes by: GitHub's times are whole ones. */
  tick(seconds?: number): void;
  label(): Promise<void>;
  comment(login: string, text: string): Promise<number>;
  editComment(login: string, comment: number, text: string): Promise<void>;
  editIssue(login: string, changes: { readonly title?: string; readonly body?: string }): Promise<void>;
  review(login: string): Promise<void>;
}

type Becomes = "is read" | "is left out" | "starts a task" | "starts nothing" | "is heard" | "is not heard";
type Row = readonly [
  who: string,
  what: string,
  when: string,
  becomes: Becomes,
  play: (stage: Stage) => Promise<unknown>,
];

const garden = "alice/garden";
const secretWord = "SESAME";
/** Before the label, unless they label themselves. */
const says = (login: string) => async (stage: Stage) => {
  await stage.comment(login, secretWord);
  stage.tick();
  await stage.label();
};

/** What gets into the file that the agent reads first. */
const texts: readonly Row[] = [
  ["whoever opened it", "the issue", "before the label", "is read", opened({ body: secretWord })],
  ["a stranger", "the issue, changed", "long before the label", "is read", changed("long before")],
  ["a stranger", "the issue, changed", "shortly before the label", "is left out", changed("before")],
  ["a stranger", "the issue, changed", "after the label", "is left out", changed("after")],
  [
    "a stranger",
    "a line that GitHub does not show",
    "before the label",
    "is left out",
    opened({ body: `<!-- ${secretWord} -->` }),
  ],
  ["the owner", "a comment", "before the label", "is read", says("alice")],
  ["a maintainer", "a comment", "before the label", "is read", says("mae")],
  ["a writer", "a comment", "before the label", "is read", says("bob")],
  [
    "a writer",
    "a comment",
    "in the label's second",
    "is read",
    async (stage) => {
      await stage.comment("bob", secretWord);
      await stage.label();
    },
  ],
  [
    "a writer",
    "a comment",
    "after the label",
    "is left out",
    async (stage) => {
      await stage.label();
      stage.tick();
      await stage.comment("bob", secretWord);
    },
  ],
  ["a writer", "a comment, changed", "before the label", "is read", commentChanged("before")],
  ["a writer", "a comment, changed", "after the label", "is left out", commentChanged("after")],
  [
    "a writer",
    "a stranger's comment, changed",
    "before the label",
    "is left out",
    async (stage) => {
      const comment = await stage.comment("mallory", "Hello.");
      await stage.editComment("bob", comment, secretWord);
      stage.tick();
      await stage.label();
    },
  ],
  ["a writer", "a comment", "before the label, and lost access since", "is left out", says("leaver")],
  ["a reader", "a comment", "before the label, and may write since", "is read", says("joiner")],
  ["somebody with triage", "a comment", "before the label", "is left out", says("tim")],
  ["a reader", "a comment", "before the label", "is left out", says("rita")],
  ["a stranger", "a comment", "before the label", "is left out", says("mallory")],
  ["a listed bot", "a comment", "before the label", "is left out", says("renovate[bot]")],
  ["another bot", "a comment", "before the label", "is left out", says("other[bot]")],
];

/** Labels count by who put them on: an issue form's are put on in the name of whoever filled it in. */
const labels = (
  [
    ["the owner", "alice", "starts a task"],
    ["a maintainer", "mae", "starts a task"],
    ["a writer", "bob", "starts a task"],
    ["a writer who lost access since", "leaver", "starts nothing"],
    ["somebody with triage", "tim", "starts nothing"],
    ["a reader", "rita", "starts nothing"],
    ["a stranger, by an issue form", "mallory", "starts nothing"],
    ["a listed bot", "renovate[bot]", "starts a task"],
    ["another bot", "other[bot]", "starts nothing"],
  ] as const
).map(([who, login, becomes]) => ({ who, login, becomes }));

const stop = "/coppice stop";
const commands: readonly Row[] = [
  ["a writer", "a command", "at any time", "is heard", (stage) => stage.comment("bob", stop)],
  [
    "a writer",
    "a comment, changed to a command",
    "at any time",
    "is not heard",
    async (stage) => stage.editComment("bob", await stage.comment("bob", "Hello."), stop),
  ],
  [
    "a writer",
    "a stranger's comment, changed to a command",
    "at any time",
    "is not heard",
    async (stage) => stage.editComment("bob", await stage.comment("mallory", "Hello."), stop),
  ],
  [
    "a writer who lost access since",
    "a command",
    "at any time",
    "is not heard",
    (stage) => stage.comment("leaver", stop),
  ],
  ["an operator, whatever his role", "a command", "at any time", "is heard", (stage) => stage.comment("olga", stop)],
  ["somebody with triage", "a command", "at any time", "is not heard", (stage) => stage.comment("tim", stop)],
  ["a stranger", "a command", "at any time", "is not heard", (stage) => stage.comment("mallory", stop)],
  ["a listed bot", "a command", "at any time", "is not heard", (stage) => stage.comment("renovate[bot]", stop)],
  ["a writer", "a review", "while it waits for one", "is heard", (stage) => stage.review("bob")],
  ["a reader", "a review", "while it waits for one", "is not heard", (stage) => stage.review("rita")],
  ["a stranger", "a review", "while it waits for one", "is not heard", (stage) => stage.review("mallory")],
];

const startMs = Math.floor(Date.now() / 1_000) * 1_000;
let nowMs = startMs;
let bench: Bench;
let pull: number;

beforeAll(async () => {
  const people = { ...everybodyWhoWrites, allowedBots: ["renovate[bot]"], operators: ["olga"] };
  const clock = { nowMs: () => nowMs };
  bench = await startBench({ github: clock, forge: { people, ...clock } });
  const { github } = bench;
  const roles = { mae: "maintain", tim: "triage", rita: "read", leaver: "write", joiner: "read" } as const;
  for (const [login, role] of Object.entries(roles)) github.settings(garden).setRole(login, role);
  for (const bot of ["renovate[bot]", "other[bot]"]) github.addUser(bot, { type: "Bot" });
  await github.as("alice").push(garden, "topic", { "a.txt": "a\n" });
  pull = await github.as("alice").openPull(garden, { title: "Add", head: "topic", base: "main" });
});

afterAll(() => bench[Symbol.asyncDispose]());

/** Roles change between what people do and our look at it. */
function thenRolesChange(): void {
  bench.github.settings(garden).setRole("leaver", undefined);
  bench.github.settings(garden).setRole("joiner", "write");
}

function thenTheyChangeBack(): void {
  bench.github.settings(garden).setRole("leaver", "write");
  bench.github.settings(garden).setRole("joiner", "read");
}

async function stageOf(text = { title: "Water it", body: "Please." }): Promise<Stage> {
  const { github } = bench;
  const number = await github.as("mallory").openIssue(garden, text);
  return {
    number,
    tick: (seconds = 1) => (nowMs += seconds * 1_000),
    label: () => github.as("bob").label(garden, number, "coppice"),
    async comment(login, words) {
      const comment = await github.as(login).comment(garden, number, words);
      // Its webhook is on its way before anything else happens.
      await github.settled();
      return comment;
    },
    editComment: (login, comment, words) => github.as(login).editComment(garden, comment, words),
    editIssue: (login, changes) => github.as(login).editIssue(garden, number, changes),
    review: async (login) => void (await github.as(login).review(garden, pull, { event: "COMMENT", body: secretWord })),
  };
}

function opened(text: { readonly body: string }) {
  return async (stage: Stage) => {
    await stage.editIssue("mallory", text);
    stage.tick();
    await stage.label();
  };
}

function changed(when: "long before" | "before" | "after") {
  return async (stage: Stage) => {
    const edit = () => stage.editIssue("mallory", { title: secretWord, body: secretWord });
    if (when !== "after") await edit();
    stage.tick(when === "long before" ? 660 : 1);
    await stage.label();
    stage.tick();
    if (when === "after") await edit();
  };
}

function commentChanged(when: "before" | "after") {
  return async (stage: Stage) => {
    const comment = await stage.comment("bob", when === "before" ? "Hello." : secretWord);
    if (when === "before") await stage.editComment("bob", comment, secretWord);
    stage.tick();
    await stage.label();
    stage.tick();
    if (when === "after") await stage.editComment("bob", comment, `${secretWord}!`);
  };
}

/** The newest fact of a kind, as its webhook brought it. */
async function newest<K extends Fact["kind"]>(kind: K): Promise<Extract<Fact, { kind: K }> | undefined> {
  await bench.github.settled();
  const facts = bench.inbox.noted.map(({ fact }) => fact);
  return facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind).at(-1);
}

function taskFor(number: number, fact: Pick<Task["asked"], "by" | "atMs" | "text">): Task {
  const { by, atMs, text } = fact;
  return newTask(issueOf(bench, number), { by, atMs, text, label: "coppice" }, "claude", undefined);
}

async function briefOf(number: number): Promise<string> {
  const fact = await newest("labelled");
  if (fact === undefined) throw new Error("no label was noted");
  thenRolesChange();
  const admission = await bench.forge.admit(taskFor(number, fact));
  thenTheyChangeBack();
  // Refused, with words: then nothing is read at all.
  return admission.is === "admitted" ? JSON.stringify(admission.brief) : "";
}

describe("whose words reach the agent", () => {
  it.each(texts)("%s: %s, %s, %s", async (_who, _what, _when, becomes, play) => {
    const stage = await stageOf();
    await play(stage);
    expect((await briefOf(stage.number)).includes(secretWord)).toBe(becomes === "is read");
  });

  it("a stranger's answer in a writer's thread is left out", async () => {
    const { github } = bench;
    const review = await github.as("bob").review(garden, pull, {
      event: "COMMENT",
      body: "See below.",
      comments: [{ path: "a.txt", line: 1, body: "Why a?" }],
    });
    const [remark] = github.store(garden).reviewComments.values();
    await github.as("mallory").reply(garden, pull, remark?.id ?? 0, secretWord);
    const task = taskFor(1, { by: github.addUser("bob"), atMs: nowMs, text: undefined });
    const threads = await bench.forge.readThreads(task, { number: pull, url: "" }, [review]);
    expect(threads.flatMap(({ comments }) => comments)).toEqual([{ by: "bob", text: "Why a?" }]);
  });
});

describe("whose label counts", () => {
  it.each(labels)("$who: $becomes", async ({ login, becomes }) => {
    const { number } = await stageOf();
    thenRolesChange();
    const task = taskFor(number, { by: bench.github.addUser(login), atMs: nowMs, text: undefined });
    const admission = await bench.forge.admit(task);
    thenTheyChangeBack();
    const isQuiet = admission.is === "refused" && admission.isQuiet;
    expect(admission.is === "admitted" ? "starts a task" : isQuiet && "starts nothing").toBe(becomes);
  });
});

describe("whose words count", () => {
  it.each(commands)("%s: %s, %s, %s", async (_who, _what, _when, becomes, play) => {
    const before = bench.inbox.noted.length;
    const stage = await stageOf();
    await play(stage);
    await bench.github.settled();
    thenRolesChange();
    const heard: boolean[] = [];
    for (const { fact } of bench.inbox.noted.slice(before)) {
      if (fact.kind !== "commented" && fact.kind !== "reviewed") continue;
      if (!fact.text.includes(fact.kind === "reviewed" ? secretWord : stop)) continue;
      heard.push(await bench.forge.mayCommand(issueOf(bench, stage.number), fact.by));
    }
    thenTheyChangeBack();
    expect(heard.includes(true) ? "is heard" : "is not heard").toBe(becomes);
  });
});

it("the table in the docs is this one", () => {
  const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
  const rows = [
    ...labels.map(({ who, becomes }) => [who, "the label", "as GitHub says when we look", becomes]),
    ...texts.map((row) => row.slice(0, 4)),
    ["a stranger", "an answer in a writer's review thread", "while it waits for a review", "is left out"],
    ...commands.map((row) => row.slice(0, 4)),
  ].map((cells) => `| ${cells.join(" | ")} |`);
  const [, shown = ""] = /\| who \| what \| when \| .*\n\|-.*\n((?:\|.*\n)+)/.exec(page) ?? [];
  process.stdout.write(`${rows.length} rows of trust\n`);
  expect(shown.trim().split("\n")).toEqual(rows);
});
