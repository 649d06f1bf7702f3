import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { bash, fail, noChange, question, say, type Script, submit } from "../model/script.ts";
import { type Model, startModel } from "../model/model.ts";
import { realClaude } from "../runner/agents/claude/real-claude.ts";
import {
  branchesOf,
  commentsOf,
  labelsOf,
  pullOf,
  pullsOf,
  pullTextOf,
  requestsOfApp,
  sessionsOf,
  savedFilesIn,
  workFilesIn,
  worktreesOf,
} from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
let model: Model | undefined;
afterEach(async () => {
  await stage?.close();
  await model?.close();
  stage = undefined;
  model = undefined;
});

const commit = bash("echo hello > hello.txt && git add hello.txt && git commit -q -m 'Say hello'");
const handIn = submit("Say hello", "It says hello now.\n\nThanks @jonas");

/** A service whose agent is the real Claude Code, with this script for a model; one issue is labelled. */
async function play(
  script: Script | Record<string, Script>,
  files: Record<string, string> = {},
  settings: Record<string, string> = {},
) {
  model = await startModel(script);
  stage = await setStage({
    files,
    settings: {
      DEFAULT_AGENT: "claude",
      CLAUDE_PATH: realClaude ?? "claude",
      ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdefghij",
      ANTHROPIC_BASE_URL: model.url,
      ...settings,
    },
  });
  await stage.startService();
  return { ...stage, model, ...(await labelled(stage, "Say hello")) };
}

async function labelled({ github, repository }: Stage, title: string) {
  const issue = await github.as("jonas").openIssue(repository, { title, body: "Please greet people. @/etc/hostname" });
  await github.as("mira").label(repository, issue, "coppice");
  const comments = () => commentsOf(github, repository, issue);
  const said = (words: string) =>
    eventually(`"${words}" on the issue`, () => comments().find((text) => text.includes(words)));
  return { issue, comments, said };
}

describe.skipIf(realClaude === undefined)("with the real Claude Code", () => {
  test("a label becomes a pull request", async () => {
    const {
      github,
      repository,
      issue,
      said,
      home,
      tmuxSocket,
      comments,
      model: played,
    } = await play([commit, handIn, say("Done.")]);
    const comment = await said("Ready for review");
    const pull = pullOf(github, repository, issue);
    expect(pullsOf(github, repository)).toHaveLength(1);
    expect(branchesOf(github, repository)).toEqual(["coppice/issue-1-say-hello", "main"]);
    expect(comments()).toHaveLength(1);
    // The agent has a token of its session's; the gateway has the key.
    expect([...new Set(played.asks.map((ask) => ask.apiKey))]).toEqual(["sk-ant-test-0123456789abcdefghij"]);
    expect(comment).toContain("tmux -S");
    const { title, body } = pullTextOf(github, repository, pull?.number ?? 0);
    expect(title).toBe("Say hello");
    expect(body).toContain("Closes #1");
    expect(body).not.toContain("@jonas");
    expect(worktreesOf(home)).toContain("[coppice/issue-1-say-hello]");
    expect(sessionsOf(tmuxSocket)).toHaveLength(1);
    expect(requestsOfApp(github).length).toBeLessThan(25);
    expect(JSON.stringify(played.asks)).toContain("Please greet people.");
    expect(github.violations).toEqual([]);
  });

  test("no change needed is said with the agent's reason", async () => {
    const { said } = await play([noChange("It says hello already."), say("Nothing to do.")]);
    expect(await said("No change needed")).toContain("It says hello already.");
    expect(pullsOf(stage!.github, "mira/garden")).toEqual([]);
  });

  test.each([
    ["out of credit", fail("credit", true), "Out of credit"],
    ["a login that is refused", fail("login", true), "could not log in"],
  ])("%s ends the task in words", async (_name, turn, words) => {
    const { said, issue } = await play([turn]);
    await said(words);
    await eventually("the label", () =>
      labelsOf(stage!.github, "mira/garden", issue).includes("coppice:failed") ? true : undefined,
    );
  });

  test("an agent that ends without a commit is reminded, and then given up", async () => {
    const { said, model: played } = await play([say("I thought about it."), say("Hm."), say("Hm!"), say("No.")]);
    await said("Nothing was committed");
    expect(JSON.stringify(played.asks)).toContain("submit_pull_request was not called");
  });

  test("a failing check goes back to the agent until it passes", async () => {
    const fix = bash("echo fine > state.txt && git add state.txt && git commit -q -m 'Make it fine'");
    const { said, model: played } = await play([commit, handIn, say("Done."), fix, handIn, say("Fixed.")], {
      ".github/coppice.yml": "verify:\n  - test -f state.txt || { echo the state is missing; exit 3; }\n",
    });
    await said("Ready for review");
    expect(JSON.stringify(played.asks)).toContain("the state is missing");
  });

  test("checks that never pass end the task", async () => {
    const again = [bash("git commit -q --allow-empty -m again"), handIn, say("Done.")];
    const { said } = await play([commit, handIn, say("Done."), ...again, ...again, ...again, ...again], {
      ".github/coppice.yml": "verify:\n  - exit 3\n",
    });
    await said("The checks fail");
  });

  test("a question makes the task wait, and says how to answer", async () => {
    const { said, issue, github, repository } = await play([
      question("Which greeting?", ["Hello", "Moin"]),
      commit,
      handIn,
      say("Done."),
    ]);
    const comment = await said("waiting for you");
    expect(comment).toContain("Which greeting?");
    expect(comment).toContain("Moin");
    expect(comment).toMatch(/tmux -S \S+ attach -t/);
    await eventually("the label", () =>
      labelsOf(github, repository, issue).includes("coppice:waiting") ? true : undefined,
    );
  });

  test("a label that is taken off stops the agent and saves its work", async () => {
    const { said, issue, github, repository, tmuxSocket } = await play([bash("echo draft > draft.txt"), fail("hang")]);
    await eventually("a session", () => sessionsOf(tmuxSocket)[0]);
    await said("The agent is working");
    await eventually("the draft", () => (workFilesIn(stage!.home).includes("draft.txt") ? true : undefined));
    await github.as("mira").unlabel(repository, issue, "coppice");
    expect(await said("Stopped")).toContain("mira removed the label");
    await eventually("no session", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
    await eventually("no workspace", () => (worktreesOf(stage!.home).includes("issue-1") ? undefined : true));
    expect(savedFilesIn(stage!.home)).toContain("draft.txt");
  });

  test("nothing of GitHub's and nothing of ours is in the agent's environment", async () => {
    const { said } = await play([question("Ready?", ["Yes", "No"])]);
    await said("waiting for you");
    const pane = execFileSync("tmux", ["-S", stage!.tmuxSocket, "list-panes", "-a", "-F", "#{pane_pid}"], {
      encoding: "utf8",
    });
    const names = environmentNamesBelow(Number(pane.trim()));
    expect(names).toContain("ANTHROPIC_API_KEY");
    expect(names.filter((name) => /^GH|GITHUB|WEBHOOK|PRIVATE|APP_ID|COPPICE_HOME|VITEST/i.test(name))).toEqual([]);
  });
});

/** Of a process and all that it started. */
function environmentNamesBelow(pid: number): string[] {
  const own = readFileSync(`/proc/${pid}/environ`, "utf8")
    .split("\0")
    .map((line) => line.split("=")[0] ?? "");
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((word) => word.trim() !== "");
  return [...new Set([...own, ...children.flatMap((child) => environmentNamesBelow(Number(child)))])];
}
