import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { bash, call, say, submit } from "../model/script.ts";
import { type Model, startModel } from "../model/model.ts";
import { realClaude } from "../runner/agents/claude/real-claude.ts";
import { branchesOf, commentsOf, labelsOf, pullOf, pullsOf, requestsOfApp } from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
let model: Model | undefined;
afterEach(async () => {
  await stage?.close();
  await model?.close();
  stage = undefined;
  model = undefined;
});

const commit = (file: string, text: string) =>
  bash(`echo ${text} > ${file} && git add ${file} && git commit -q -m 'Write ${file}'`);
const mergeMain = bash(
  "git merge -q origin/main; echo 'hello and moin' > hello.txt && git add hello.txt && git commit -q -m 'Merge main'",
);
/** What the agent is to do is in a file. */
const readBrief = ({ news }: { readonly news: string }) =>
  call("Read", { file_path: /in the file (\S+) \(/.exec(news)?.[1] ?? "" });

describe.skipIf(realClaude === undefined)("with the real Claude Code", () => {
  test("a failed check is mended and a conflict resolved, over a restart, and what the base fails is left alone", async () => {
    model = await startModel([
      commit("hello.txt", "helo"),
      submit("Say hello", "It says hello now."),
      say("Done."),
      readBrief,
      commit("hello.txt", "hello"),
      say("Mended."),
      readBrief,
      mergeMain,
      say("Merged."),
    ]);
    stage = await setStage({
      settings: {
        DEFAULT_AGENT: "claude",
        CLAUDE_PATH: realClaude ?? "claude",
        ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdefghij",
        ANTHROPIC_BASE_URL: model.url,
        PERMISSION_MODE: "bypassPermissions",
        CHECKS_SETTLE_SECONDS: "1",
        // GitHub may not know of a conflict yet when it tells that the base moved.
        SWEEP_EVERY_SECONDS: "10",
      },
    });
    const { github, repository } = stage;
    const store = github.store(repository);
    github.protect(repository, { branch: "main", contexts: ["spelling", "audit"] });
    (await github.ci(repository).start("main", ["audit"])).finish("audit", "failure");
    await stage.startService();
    const issue = await github.as("mira").openIssue(repository, { title: "Say hello" });
    await github.as("mira").label(repository, issue, "coppice");
    const said = (words: string) =>
      eventually(`"${words}"`, () => commentsOf(github, repository, issue).find((text) => text.includes(words)));
    const inReview = () =>
      eventually("the label", () => labelsOf(github, repository, issue).includes("coppice:review") || undefined);
    const head = () => pullOf(github, repository, issue)?.head.sha ?? "";
    const movedFrom = (sha: string) => eventually("other commits", () => (head() === sha ? undefined : head()));

    await said("Ready for review");
    await inReview();
    const branch = pullOf(github, repository, issue)?.head.branch ?? "";
    const checked = async (spelling: "failure" | "success") => {
      const ci = await github.ci(repository).start(branch, ["spelling", "audit"]);
      ci.finish("audit", "failure", "one known weakness\n");
      ci.finish("spelling", spelling, "##[error]hello.txt: helo is no word\n");
    };
    await github.settled();
    const before = requestsOfApp(github).length;
    const first = head();
    await checked("failure");
    await eventually("the round's check run", () =>
      [...store.checkRuns.values()].find(({ name }) => name === "coppice"),
    );
    await stage.stopService();
    await stage.startService();
    const second = await movedFrom(first);
    await inReview();
    await checked("success");
    expect(await said("the base branch shows the same failure")).toContain("The check audit");
    const requests = requestsOfApp(github).slice(before);
    console.log(`requests to GitHub for a round about a failed check: ${requests.length}\n${requests.join("\n")}`);
    expect(requests.length).toBeLessThan(70);
    expect(JSON.stringify(model.asks)).toContain("helo is no word");
    expect(JSON.stringify(model.asks)).not.toContain("one known weakness");

    await github.as("aiko").push(repository, "main", { "hello.txt": "moin\n" }, "Say moin");
    expect(store.pulls.get(pullsOf(github, repository)[0]?.number ?? 0)?.counts.isMergeable).toBe(false);
    const third = await movedFrom(second);
    await inReview();
    expect(pullOf(github, repository, issue)?.counts.isMergeable).toBe(true);
    const text = execFileSync("git", ["--git-dir", store.repository.folder, "show", `${third}:hello.txt`], {
      encoding: "utf8",
    });
    expect(text).toBe("hello and moin\n");
    expect(JSON.stringify(model.asks)).toContain("main has moved on, and conflicts with your branch");
    expect(branchesOf(github, repository)).toEqual([branch, "main"]);
    expect(commentsOf(github, repository, issue)).toHaveLength(1);
    expect(github.violations).toEqual([]);
  }, 120_000);
});
