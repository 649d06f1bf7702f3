import type { Forge } from "../../src/control/ports.ts";
import type { Fact, Subject } from "../../src/core/fact.ts";
import type { Dependency } from "../../src/core/depends.ts";
import { type RepositoryPolicy, silentRepository } from "../../src/core/policy.ts";
import type { FailedCheck, PullChecks } from "../../src/core/pull-checks.ts";
import type { Thread } from "../../src/core/round-shape.ts";
import type { Admission, ForgeSight } from "../../src/core/sight.ts";
import type { Task } from "../../src/core/task.ts";
import { baseNamedIn, type StateLabel } from "../../src/core/trigger.ts";
import { statusMarker } from "../../src/core/names.ts";
import { KnownError } from "../../src/errors.ts";
import { anIssue } from "./a-task.ts";

export interface FakeIssue {
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed" | "locked" | "gone";
  readonly labels: Set<string>;
  readonly comments: { readonly id: number; body: string; edits: number }[];
  readonly reactions: Set<string>;
}

export interface FakePull {
  readonly number: number;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly isDraft: boolean;
  readonly createdAtMs: number;
  state: "open" | "merged" | "closed";
  readonly reviewers: Set<string>;
}

export interface Webhook {
  readonly key: string;
  readonly subject: Subject;
  readonly fact: Fact;
}

export interface FakeGitHub {
  readonly forge: Forge;
  readonly issues: Map<number, FakeIssue>;
  readonly pulls: Map<number, FakePull>;
  /** What was pushed: branch → commit. */
  readonly branches: Map<string, string>;
  policy: RepositoryPolicy;
  openIssue(title: string, body?: string): FakeIssue;
  label(number: number, by?: string, label?: string): void;
  unlabel(number: number, by?: string, label?: string): void;
  setState(number: number, state: FakeIssue["state"]): void;
  endPull(number: number, state: "merged" | "closed"): void;
  /** @returns the comment's id. */
  comment(number: number, by: string, text: string): number;
  review(number: number, by: string, text: string): void;
  /** What was said besides the status comments, by its key. */
  readonly said: Map<string, { readonly id: number; readonly on: number; text: string }>;
  /** Whether the command in a comment was done, by the comment's id. */
  readonly nods: Map<number, boolean>;
  /** What reviewers wrote at lines. */
  threads: readonly Thread[];
  /** How threads were answered. */
  readonly threadAnswers: { readonly thread: string; readonly text: string; readonly isResolved: boolean }[];
  /** Rounds that the pull request shows, and whether they are over. */
  readonly checks: Map<number, { readonly round: number; isOver: boolean }>;
  /** What fails on a commit, by how often its checks were run again; undefined where nothing checks it. */
  ci: (sha: string, runsAgain: number) => readonly FailedCheck[] | undefined;
  /** The jobs that were run again. */
  readonly ranAgain: number[];
  logOf: (job: number) => string;
  /** Whether a branch at this commit conflicts with the base, and how far behind it is. */
  standing: (sha: string) => { readonly merge: "clean" | "conflict" | "unknown"; readonly behind: number };
  /** What else is to be seen of every issue: that the repository is elsewhere, or out of reach. */
  whereabouts: Pick<ForgeSight, "how" | "place" | "unreachable">;
  /** The checks of a pull request are through. */
  checksEnd(number: number): void;
}

export interface GitHubOptions {
  readonly nowMs: () => number;
  readonly send: (webhook: Webhook) => void;
}

const people = new Map([
  ["ann", { id: 1, mayWrite: true }],
  ["ben", { id: 2, mayWrite: true }],
  ["stranger", { id: 3, mayWrite: false }],
]);

/** One repository on GitHub, as far as the loop deals with it. It refuses what GitHub refuses. */
export function createFakeGitHub({ nowMs, send }: GitHubOptions): FakeGitHub {
  const issues = new Map<number, FakeIssue>();
  const pulls = new Map<number, FakePull>();
  const branches = new Map([["main", "sha-main"]]);
  /** When the checks of a commit were first seen to be through. */
  const ended = new Map<string, number>();
  let lastNumber = 0;
  let lastDelivery = 0;
  let lastId = 500_000;
  const github: FakeGitHub = {
    forge: createForge(),
    said: new Map(),
    nods: new Map(),
    threads: [],
    threadAnswers: [],
    checks: new Map(),
    ci: () => undefined,
    ranAgain: [],
    logOf: (job) => `the log of job ${job}`,
    standing: () => ({ merge: "clean", behind: 0 }),
    whereabouts: {},
    checksEnd: (number) => emit(number, "pull", { kind: "touched", what: "checks completed" }),
    issues,
    pulls,
    branches,
    policy: silentRepository,
    openIssue(title, body = "") {
      const number = nextNumber();
      const made: FakeIssue = {
        number,
        title,
        body,
        state: "open",
        labels: new Set(),
        comments: [],
        reactions: new Set(),
      };
      issues.set(number, made);
      return made;
    },
    label(number, by = "ann", label = "coppice") {
      const one = issueOf(number);
      one.labels.add(label);
      const text = { title: one.title, body: one.body };
      emit(number, "issue", { kind: "labelled", label, by: actor(by), atMs: nowMs(), text });
    },
    unlabel(number, by = "ann", label = "coppice") {
      issueOf(number).labels.delete(label);
      emit(number, "issue", { kind: "unlabelled", label, by: actor(by) });
    },
    setState(number, state) {
      issueOf(number).state = state;
      emit(number, "issue", { kind: "touched", what: `issue ${state}` });
    },
    comment(number, by, text) {
      const commentId = (lastId += 1);
      const is = pulls.has(number) ? "pull" : "issue";
      const said = { commentId, on: number, by: actor(by), text, url: "", atMs: nowMs() };
      emit(number, is, { kind: "commented", ...said });
      return commentId;
    },
    review(number, by, text) {
      const reviewId = (lastId += 1);
      const said = { reviewId, by: actor(by), mentionsUs: false, text, atMs: nowMs() };
      emit(number, "pull", { kind: "reviewed", verdict: "changes-requested", ...said });
    },
    endPull(number, state) {
      const pull = pulls.get(number);
      if (pull?.state !== "open") throw new Error(`there is no open pull request ${number}`);
      pull.state = state;
      emit(number, "pull", { kind: "touched", what: `pull request ${state}` });
      const closes = /^Closes #(\d+)$/m.exec(pull.body)?.[1];
      if (state === "merged" && closes !== undefined) github.setState(Number(closes), "closed");
    },
  };
  return github;

  function nextNumber(): number {
    lastNumber += 1;
    return lastNumber;
  }

  function issueOf(number: number): FakeIssue {
    const found = issues.get(number);
    if (found === undefined) throw new Error(`there is no issue ${number}`);
    return found;
  }

  function emit(number: number, is: Subject["is"], fact: Fact): void {
    lastDelivery += 1;
    send({ key: `delivery-${lastDelivery}`, subject: { issue: anIssue(number), is }, fact });
  }

  function createForge(): Forge {
    return {
      look: async (task) => look(task),
      admit: async (task) => admit(task),
      triggerOf: async () => ({ label: github.policy.triggerLabel ?? "coppice", agent: github.policy.agent }),
      lookAtOthers: async (_issue, numbers) => numbers.map((number) => ({ number, state: stateOf(number) })),
      greet: async (issue) => void issueOf(issue.number).reactions.add("eyes"),
      say: async (task, text) => ({ commentId: say(task, text) }),
      showState: async (task, want, was) => showState(task, want, was),
      openPull: async (task, pull) => {
        const number = openPull(task, pull);
        return { number, url: `https://github.test/pull/${number}` };
      },
      closePull: async (_task, { number }, text) => {
        const pull = pulls.get(number);
        if (pull === undefined) throw refusal(`there is no pull request ${number}`);
        github.said.set(`outdone ${number}`, { id: (lastId += 1), on: number, text });
        if (pull.state === "open") pull.state = "closed";
      },
      askReview: async (task, { number }, reviewers = [task.asked.by.login]) => {
        const pull = pulls.get(number);
        if (pull === undefined) throw refusal(`there is no pull request ${number}`);
        for (const login of reviewers) pull.reviewers.add(login);
      },
      mayCommand: async (_issue, { login }) => people.get(login)?.mayWrite === true,
      react: async (_issue, commentId, isDone) => void github.nods.set(commentId, isDone),
      comment: async (_issue, on, key, text) => {
        const place = key === "beside" ? `${key} ${on}` : key;
        const found = github.said.get(place) ?? { id: (lastId += 1), on, text };
        github.said.set(place, found);
        return { commentId: found.id };
      },
      editComment: async (_issue, commentId, text) => {
        for (const one of github.said.values()) if (one.id === commentId) one.text = text;
      },
      readComment: async (_issue, commentId) => ({ by: "ann", text: `comment ${commentId}` }),
      readThreads: async () => github.threads,
      answerThread: async (_task, _pull, { id, answer }) => {
        if (answer === undefined || github.threadAnswers.some(({ thread }) => thread === id)) return;
        github.threadAnswers.push({ thread: id, ...answer });
      },
      showCheck: async (_task, check, round, isOver) => {
        const known = [...github.checks].find(([, one]) => one.round === round)?.[0];
        const id = check ?? known ?? (lastId += 1);
        github.checks.set(id, { round, isOver });
        return isOver ? 0 : id;
      },
      readChecks: async (task) => readChecks(task),
      readCheckLog: async (_issue, job) => github.logOf(job),
      rerunCheck: async (_issue, job) => {
        github.ranAgain.push(job);
        return true;
      },
    };
  }

  function stateOf(number: number): Dependency["state"] {
    const state = pulls.get(number)?.state ?? issues.get(number)?.state ?? "gone";
    return state === "gone" ? "not-there" : state === "open" ? "open" : "done";
  }

  function look(task: Task): ForgeSight {
    const { state, labels } = issueOf(task.issue.number);
    const pull = task.pull === undefined ? undefined : pulls.get(task.pull.number);
    const seen = pull === undefined || task.pull === undefined ? "none" : sightOf(pull, task.pull);
    return { issue: state, labels: [...labels], pull: seen, ...github.whereabouts };
  }

  function readChecks({ pull }: Task): PullChecks {
    const sha = branches.get(pulls.get(pull?.number ?? 0)?.branch ?? "") ?? "";
    const failures = github.ci(sha, github.ranAgain.length);
    if (failures === undefined) return { sha, running: 0, endedAtMs: 0, failures: [] };
    const endedAtMs = ended.get(`${sha} ${github.ranAgain.length}`) ?? nowMs();
    ended.set(`${sha} ${github.ranAgain.length}`, endedAtMs);
    return { sha, running: 0, endedAtMs, failures };
  }

  function sightOf(pull: FakePull, ref: NonNullable<Task["pull"]>): ForgeSight["pull"] {
    const headSha = branches.get(pull.branch) ?? "";
    return { ref, state: pull.state, headSha, ...github.standing(headSha) };
  }

  function admit({ issue, asked }: Task): Admission {
    const { title, body, state } = issueOf(issue.number);
    if (people.get(asked.by.login)?.mayWrite !== true) {
      return { is: "refused", reason: `${asked.by.login} has no write access`, isQuiet: true };
    }
    if (state !== "open") return { is: "refused", reason: "the issue is closed", isQuiet: false };
    const text = asked.text ?? { title, body };
    const named = baseNamedIn(text.body);
    return {
      is: "admitted",
      brief: { ...text, comments: [], leftOut: 0 },
      baseBranch: named ?? github.policy.base ?? "main",
      baseNamed: named !== undefined,
      policy: github.policy,
      mistakes: [],
    };
  }

  function say(task: Task, text: string): number {
    const { state, comments } = issueOf(task.issue.number);
    // Where there is nobody to hear, nothing is said, and that is no failure.
    if (state === "gone") return 0;
    const found =
      comments.find(({ id }) => id === task.said.commentId) ??
      comments.find(({ body }) => body.includes(statusMarker(task.id)));
    if (found === undefined) {
      const id = task.issue.number * 1_000 + comments.length + 1;
      comments.push({ id, body: text, edits: 0 });
      return id;
    }
    found.edits += 1;
    found.body = text;
    return found.id;
  }

  function showState(task: Task, want: StateLabel | undefined, was: StateLabel | undefined): void {
    const { labels } = issueOf(task.issue.number);
    if (was !== undefined) labels.delete(`coppice:${was}`);
    if (want !== undefined) labels.add(`coppice:${want}`);
  }

  function openPull(task: Task, pull: Parameters<Forge["openPull"]>[1]): number {
    if (!branches.has(pull.branch)) throw refusal(`there is no branch ${pull.branch}`);
    if (!branches.has(pull.base)) throw refusal(`there is no branch ${pull.base}`);
    const own = [...pulls.values()].filter(({ branch }) => branch === pull.branch);
    const found =
      own.find(({ state }) => state === "open") ?? own.find(({ createdAtMs }) => createdAtMs >= task.asked.atMs);
    if (found !== undefined) return found.number;
    if (pull.title.trim() === "") throw refusal("a pull request needs a title");
    const number = nextNumber();
    pulls.set(number, { ...pull, number, createdAtMs: nowMs(), state: "open", reviewers: new Set() });
    return number;
  }
}

function actor(login: string) {
  return { id: people.get(login)?.id ?? 99, login, isBot: false };
}

function refusal(words: string): KnownError {
  return new KnownError("FORGE_REFUSED", words, { retry: "later" });
}
