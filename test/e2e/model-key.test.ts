import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { bash, say, submit } from "../model/script.ts";
import { type Model, startModel } from "../model/model.ts";
import { realClaude } from "../runner/agents/claude/real-claude.ts";
import { commentsOf, sessionsOf } from "./sights.ts";
import { eventually, setStage, type Stage } from "./stage.ts";

let stage: Stage | undefined;
let model: Model | undefined;
afterEach(async () => {
  await stage?.close();
  await model?.close();
  stage = undefined;
  model = undefined;
});

// Another one each time: this file may be among what an agent can read.
const secret = `sk-ant-oat01-the-real-one-${randomBytes(10).toString("hex")}`;
/** All that an agent can look at, and what it gets when it asks with the token that it has. */
const spy = [
  "env",
  "cat /proc/[0-9]*/environ | tr '\\0' '\\n'",
  "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
  "grep -rIhoE 'sk-ant-oat01-the-real-one-[0-9a-z]{20}' /tmp /etc /run /home /root /var /proc/[0-9]*/environ 2>/dev/null",
  'curl -s -o /dev/null -w "files %{http_code}\\n" -H "x-api-key: $CLAUDE_CODE_OAUTH_TOKEN" "$ANTHROPIC_BASE_URL/v1/files"',
  'curl -s -o /dev/null -w "stranger %{http_code}\\n" -H "x-api-key: of-somebody-else" -d "{}" "$ANTHROPIC_BASE_URL/v1/messages"',
].join("; ");

describe.skipIf(realClaude === undefined)("the real Claude Code behind the gateway", () => {
  // An API key goes the same way in the other journeys.
  test("works with a login's token that it never has", async () => {
    model = await startModel([
      bash(spy),
      bash("echo hello > hello.txt && git add hello.txt && git commit -q -m 'Say hello'"),
      submit("Say hello", "It says hello now."),
      say("Done."),
    ]);
    stage = await setStage({
      settings: {
        DEFAULT_AGENT: "claude",
        CLAUDE_PATH: realClaude ?? "claude",
        ANTHROPIC_BASE_URL: model.url,
        PERMISSION_MODE: "bypassPermissions",
        CLAUDE_LOGIN: "oauth-token",
        CLAUDE_CODE_OAUTH_TOKEN: secret,
      },
    });
    await stage.startService();
    const { github, repository, home } = stage;
    const issue = await github.as("jonas").openIssue(repository, { title: "Say hello", body: "Please." });
    await github.as("mira").label(repository, issue, "coppice");
    const comments = () => commentsOf(github, repository, issue);
    await eventually("a pull request", () => comments().find((text) => text.includes("Ready for review")));

    const { asks } = model;
    expect([...new Set(asks.map((ask) => ask.apiKey))]).toEqual([secret]);
    const seen = asks.at(-1)?.all ?? "";
    expect(seen).toContain("CLAUDE_CODE_OAUTH_TOKEN=coppice-session-");
    expect(seen).toMatch(/files 404\\?n?\s*stranger 401/);
    expect(seen).not.toContain(secret);
    expect(sessionsOf(stage.tmuxSocket)).toHaveLength(1);
    expect(holding(home, secret)).toEqual(["model-key/upstream.json"]);
    expect(readFileSync(`/proc/${serverOf(stage.tmuxSocket)}/environ`, "utf8")).not.toContain(secret);

    await github.as("mira").closeIssue(repository, issue);
    await eventually("no token", () => (tokensIn(home).length === 0 ? true : undefined));
  });
});

function serverOf(socket: string): string {
  return execFileSync("tmux", ["-S", socket, "display-message", "-p", "#{pid}"], { encoding: "utf8" }).trim();
}

function tokensIn(home: string): string[] {
  return readdirSync(join(home, "model-key", "tokens"));
}

function holding(folder: string, words: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && readFileSync(path).includes(words);
  });
}
