import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import type { Reaction } from "../../src/demo/github/world/model.ts";
import { bash, call, question, say, type Script, submit } from "../model/script.ts";
import { type Model, startModel } from "../model/model.ts";
import { realClaude } from "../runner/agents/claude/real-claude.ts";
import { branchesOf, commentsOf, labelsOf, pullOf, requestsOfApp, sessionsOf } from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
let model: Model | undefined;
afterEach(async () => {
  await stage?.close();
  await model?.close();
  stage = undefined;
  model = undefined;
});

/** One labelled issue, and what people can see and do about it. */
async function labelled(open: Stage, title = "Say hello") {
  const { github, repository } = open;
  const issue = await github.as("jonas").openIssue(repository, { title, body: "Please greet people." });
  await github.as("mira").label(repository, issue, "coppice");
  const said = (words: string, on = issue) =>
    eventually(`"${words}" on #${on}`, () => commentsOf(github, repository, on).find((text) => text.includes(words)));
  const command = (words: string, by = "mira", on = issue) => github.as(by).comment(repository, on, words);
  const nod = (comment: number) =>
    eventually(`a nod at ${comment}`, () => reactionsTo(open, comment).find(({ content }) => content !== "eyes"));
  return { ...open, issue, said, command, nod };
}

function reactionsTo({ github, repository }: Stage, comment: number): Reaction[] {
  const all = [...github.store(repository).reactions.values()];
  return all.filter(({ on, of }) => on === "comment" && of === comment);
}

async function startDemo(title?: string, settings: Record<string, string> = {}) {
  stage = await setStage({ settings });
  await stage.startService();
  return await labelled(stage, title);
}

async function startClaude(script: Script, settings: Record<string, string> = {}) {
  model = await startModel(script);
  stage = await setStage({
    settings: {
      DEFAULT_AGENT: "claude",
      CLAUDE_PATH: realClaude ?? "claude",
      ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdefghij",
      ANTHROPIC_BASE_URL: model.url,
      ...settings,
    },
  });
  await stage.startService();
  return { ...(await labelled(stage)), model };
}

describe("with the demo's agent", () => {
  test("commands are answered, once, and only to people who may", async () => {
    const { said, command, nod, github, repository, issue } = await startDemo();
    await said("Ready for review");
    const status = await command("/coppice status");
    expect((await nod(status)).content).toBe("+1");
    expect(await said("**State**")).toContain("Ready for review");
    const why = await command("/coppice why");
    expect((await nod(why)).content).toBe("+1");
    expect(await said("How it came here")).toContain("the agent has submitted");
    expect((await nod(await command("/coppice logs"))).content).toBe("+1");
    expect(await said("The agent's screen")).toContain("demo agent");
    expect((await nod(await command("/coppice diff"))).content).toBe("+1");
    await said("1 commits so far");
    expect((await nod(await command("/coppice diff push"))).content).toBe("+1");
    await said("Pushed as work in progress to `coppice/wip/issue-");
    const odd = await command("/coppice dance");
    expect((await nod(odd)).content).toBe("confused");
    await said("there is no command `dance`");
    const before = commentsOf(github, repository, issue).length;
    const stranger = await command("/coppice stop now", "jonas");
    expect((await nod(stranger)).content).toBe("confused");
    await github.as("mira").editComment(repository, status, "/coppice help");
    await github.settled();
    await stage?.stopService();
    await stage?.startService();
    const last = await command("/coppice help");
    await nod(last);
    // The command of the stranger and of the edit had no answer: only the last one has.
    expect(commentsOf(github, repository, issue)).toHaveLength(before + 3);
    expect(github.violations).toEqual([]);
  });

  test("a command that was said while the service was down is heard later, unless it was edited", async () => {
    const { said, command, nod, github, repository, issue } = await startDemo();
    await said("Ready for review");
    await stage?.stopService();
    const status = await command("/coppice status", "mira", pullOf(github, repository, issue)?.number);
    const edited = await command("Well done.");
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await github.as("mira").editComment(repository, edited, "/coppice stop now");
    await github.settled();
    await stage?.startService();
    expect((await nod(status)).content).toBe("+1");
    const stray = await github.as("mira").openIssue(repository, { title: "Not asked for" });
    const lost = await command("/coppice status", "mira", stray);
    expect((await nod(lost)).content).toBe("confused");
    await said("put the label `coppice` on the issue", stray);
    expect(github.violations).toEqual([]);
  });

  test("a review becomes one round, whose threads are answered and resolved", async () => {
    const { said, github, repository, issue } = await startDemo();
    await said("Ready for review");
    const pull = pullOf(github, repository, issue);
    await github.settled();
    const before = requestsOfApp(github).length;
    const path = `docs/notes/issue-${issue}.md`;
    await github.as("mira").review(repository, pull?.number ?? 0, {
      event: "REQUEST_CHANGES",
      body: "Nearly there.",
      comments: [
        { path, line: 1, body: "Shorter, please." },
        { path, line: 3, body: "Why this?" },
      ],
    });
    const threads = () => [...github.store(repository).threads.values()];
    await eventually("two resolved threads", () =>
      threads().length === 2 && threads().every(({ resolvedBy }) => resolvedBy !== undefined) ? true : undefined,
    );
    await eventually("the review is asked for again", () =>
      pullOf(github, repository, issue)?.requested.find(({ login }) => login === "mira"),
    );
    const checks = () => [...github.store(repository).checkRuns.values()].filter(({ name }) => name === "coppice");
    await eventually("the check is over", () => (checks()[0]?.conclusion === "success" ? true : undefined));
    await eventually("the label", () =>
      labelsOf(github, repository, issue).includes("coppice:review") ? true : undefined,
    );
    expect(checks()).toHaveLength(1);
    expect(sessionsOf(stage?.tmuxSocket ?? "")).toHaveLength(1);
    const requests = requestsOfApp(github).slice(before);
    console.log(`requests to GitHub for a review round with two threads: ${requests.length}\n${requests.join("\n")}`);
    expect(requests.length).toBeLessThan(45);
    expect(github.violations).toEqual([]);
  });
});

const commit = (file: string, text: string) =>
  bash(`echo ${text} > ${file} && git add ${file} && git commit -q -m 'Write ${file}'`);
const handIn = submit("Say hello", "It says hello now.");
/** Something that the agent may not run unasked. */
const forbidden = bash("curl http://127.0.0.1:9/secret?key=ghp_0123456789abcdefghijklmnopqrstuvwxyz");

describe.skipIf(realClaude === undefined)("with the real Claude Code", () => {
  test("a question is answered by a comment, and the first answer wins", async () => {
    const {
      said,
      command,
      nod,
      github,
      repository,
      issue,
      model: played,
    } = await startClaude([
      question("Which greeting?", ["Hello", "Moin"]),
      commit("hello.txt", "moin"),
      handIn,
      say("Done."),
    ]);
    const asked = await said("the agent waits for an answer");
    expect(asked).toContain("@mira");
    expect(asked).toContain("2. **Moin**");
    await stage?.stopService();
    await stage?.startService();
    const first = await command("/coppice answer 2", "aiko");
    expect((await nod(first)).content).toBe("+1");
    await said("aiko answered: Moin");
    await said("Ready for review");
    const second = await command("/coppice answer 1");
    expect((await nod(second)).content).toBe("confused");
    await said("The last question was answered by aiko: Moin.");
    expect(JSON.stringify(played.asks)).toContain('\\"Which greeting?\\"=\\"Moin\\"');
    expect(commentsOf(github, repository, issue).filter((text) => text.includes("Which greeting?"))).toHaveLength(1);
    expect(github.violations).toEqual([]);
  });

  test("a permission is denied by a comment, with the reason for the agent", async () => {
    const {
      said,
      command,
      nod,
      model: played,
    } = await startClaude([forbidden, commit("hello.txt", "hello"), handIn, say("Done.")]);
    const asked = await said("asks for permission to use **Bash**");
    expect(asked).toContain("127.0.0.1:9");
    expect(asked).not.toContain("ghp_0123456789");
    await stage?.stopService();
    await stage?.startService();
    expect((await nod(await command("/coppice deny use the files in the repository"))).content).toBe("+1");
    await said("Ready for review");
    expect(JSON.stringify(played.asks)).toContain("use the files in the repository");
  });

  test("stop interrupts and keeps the session, resume goes on in it, and a second stop ends it", async () => {
    const {
      said,
      command,
      nod,
      tmuxSocket,
      model: played,
    } = await startClaude(
      [bash("echo draft > draft.txt && sleep 600"), commit("hello.txt", "hello"), bash("sleep 601"), say("Never.")],
      { PERMISSION_MODE: "bypassPermissions" },
    );
    await said("The agent is working");
    await eventually("the first command", () => (played.asks.length > 0 ? true : undefined));
    const [session] = sessionsOf(tmuxSocket);
    expect((await nod(await command("/coppice stop"))).content).toBe("+1");
    await said("Interrupted");
    await stage?.stopService();
    await stage?.startService();
    expect(sessionsOf(tmuxSocket)).toEqual([session]);
    expect((await nod(await command("/coppice resume", "aiko"))).content).toBe("+1");
    await said("aiko let it go on");
    await eventually("the words", () =>
      JSON.stringify(played.asks).includes("There is news about your work") ? true : undefined,
    );
    expect(sessionsOf(tmuxSocket)).toEqual([session]);
    await command("/coppice stop");
    await command("/coppice stop");
    await said("Stopped: mira stopped it");
    await eventually("no session", () => (sessionsOf(tmuxSocket).length === 0 ? true : undefined));
  });

  test("a review with two threads, over a restart and commits by people, is one round in the same conversation", async () => {
    let threads: readonly string[] = [];
    const answer = (at: number, text: string) => () =>
      call("mcp__coppice__answer_thread", { thread: threads[at] ?? "", answer: text, resolved: true });
    const {
      said,
      github,
      repository,
      issue,
      model: played,
    } = await startClaude([
      commit("hello.txt", "hello"),
      handIn,
      say("Done."),
      // What the brief says, the agent can read: with the ids of the threads.
      ({ news }) => call("Read", { file_path: /in the file (\S+) \(/.exec(news)?.[1] ?? "" }),
      ({ news }) => {
        threads = [...news.matchAll(/## Thread (PRRT_\d+)/g)].map(([, id]) => id ?? "");
        return commit("hello.txt", "moin");
      },
      answer(0, "It says moin now."),
      answer(1, "Because people like it."),
      say("All done."),
    ]);
    await said("Ready for review");
    const pull = pullOf(github, repository, issue);
    const branch = pull?.head.branch ?? "";
    await github.as("aiko").push(repository, branch, { "THANKS.md": "Thanks!\n" }, "Thank people");
    await github.as("mira").review(repository, pull?.number ?? 0, {
      event: "REQUEST_CHANGES",
      body: "Nearly there.",
      comments: [
        { path: "hello.txt", line: 1, body: "Say moin." },
        { path: "hello.txt", line: 1, body: "Why a file?" },
      ],
    });
    const store = github.store(repository);
    await eventually("a round", () => ([...store.checkRuns.values()].length > 0 ? true : undefined));
    await stage?.stopService();
    await stage?.startService();
    await eventually("two resolved threads", () =>
      [...store.threads.values()].every(({ resolvedBy }) => resolvedBy !== undefined) ? true : undefined,
    );
    const remarks = [...store.reviewComments.values()].map(({ body }) => body);
    expect(remarks.filter((text) => text.includes("It says moin now."))).toHaveLength(1);
    expect(remarks.filter((text) => text.includes("Because people like it."))).toHaveLength(1);
    await eventually("the review is asked for again", () =>
      pullOf(github, repository, issue)?.requested.find(({ login }) => login === "mira"),
    );
    expect(branchesOf(github, repository)).toEqual([branch, "main"]);
    const log = execFileSync("git", ["--git-dir", store.repository.folder, "log", "--format=%s", branch], {
      encoding: "utf8",
    });
    expect(log).toContain("Thank people");
    expect(sessionsOf(stage?.tmuxSocket ?? "")).toHaveLength(1);
    expect(JSON.stringify(played.asks)).toContain("Say moin.");
    expect(github.violations).toEqual([]);
  });

  test("what a person tells the agent reaches it while it works", async () => {
    const {
      said,
      command,
      nod,
      model: played,
    } = await startClaude(
      [bash("sleep 8"), commit("hello.txt", "hello"), handIn, say("Done."), say("Heard."), say("So.")],
      {
        PERMISSION_MODE: "bypassPermissions",
      },
    );
    await said("The agent is working");
    await eventually("the first command", () => (played.asks.length > 0 ? true : undefined));
    expect((await nod(await command("/coppice tell Greet in @Latin, please"))).content).toBe("+1");
    await said("mira told the agent something");
    await said("Ready for review");
    expect(JSON.stringify(played.asks)).toContain("There is news about your work");
  });
});
