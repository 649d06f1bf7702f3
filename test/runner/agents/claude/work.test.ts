import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { bash, costing, say, submit, write } from "../../../model/script.ts";
import { startBench } from "./bench.ts";
import { realClaude } from "./real-claude.ts";

/** As the CLI's own instructions tell the model to commit. */
const commit = bash(`git commit -m "$(cat <<'EOF'\nSay good day\n\nIt's nicer.\nEOF\n)"`);

const key = "sk-test-a-key-of-more-than-twenty-characters";

describe.skipIf(realClaude === undefined)("the real CLI at work", () => {
  it("starts in empty folders without a dialog, edits, commits and hands in, asking nobody", async () => {
    const bench = await startBench([
      write("greet.txt", "good day\n"),
      bash("git add -A && git status --short"),
      commit,
      submit("Say good day", "It does now."),
      say("All done."),
    ]);
    const started = await bench.next("session-started");
    expect(started.event.how).toBe("new");
    const submitted = await bench.next("submitted");
    expect(submitted.event).toMatchObject({ title: "Say good day", body: "It does now." });
    const ended = await bench.next("turn-ended");
    expect(ended.event).toMatchObject({ said: "All done.", backgroundTasks: 0, wasSentOn: false });
    expect(bench.seen.map((one) => one.event.kind)).not.toContain("asks-permission");
    expect(bench.seen.filter((one) => one.event.kind === "tool-done" && one.event.failed)).toEqual([]);
    expect(await bench.git("log", "-1", "--format=%B")).toBe("Say good day\n\nIt's nicer.");
    expect(await bench.git("status", "--short")).toBe("");
  });

  it("has the issue before it thinks, and what the issue names is not attached", async () => {
    const bench = await startBench([say("I see.")]);
    await bench.next("turn-ended");
    const [ask] = bench.model.asks;
    expect(ask?.opening).toContain("Make greet.txt say good day. (Look at @/etc/hostname.)");
    const hostname = (await readFile("/etc/hostname", "utf8")).trim();
    expect(ask?.opening.replaceAll("/etc/hostname", "")).not.toContain(`\t${hostname}`);
    expect(ask?.all).toContain("You work in a test of Coppice.");
    expect(ask?.tools).toContain("mcp__coppice__submit_pull_request");
  });

  it("shows its processes nothing but the environment that was listed, and tells no argument a secret", async () => {
    const bench = await startBench([bash("git status"), say("Done.")], { login: { by: "api-key", key } });
    await bench.next("turn-ended");
    const [launcher, agent, ...others] = await processesFrom(await bench.pid());
    expect(launcher?.environment).toEqual({});
    expect(withoutShell(agent?.environment)).toEqual({
      ...bench.spec.environment,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: bench.model.url,
      CLAUDE_CONFIG_DIR: join(bench.spec.agentHome, "claude"),
      CLAUDE_CODE_TMPDIR: join(bench.spec.agentHome, "tmp"),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    });
    expect(others.map((one) => one.command).join("\n")).toMatch(/mcp-server.*hook\.sh/s);
    const names = others.flatMap((one) => Object.keys(one.environment));
    expect(names.filter((name) => /^(GH|GITHUB|TMUX|npm_|VITEST|NODE_)/.test(name))).toEqual([]);
    expect([launcher, agent, ...others].filter((one) => one?.command.includes(key))).toEqual([]);
  });

  it.each(["npm run a:b -- --x", "npm ci && npm test", "A=1 npm test"])(
    "runs the repository's command %s unasked",
    async (command) => {
      const bench = await startBench([bash(command), say("Done.")], { allowedCommands: [command] });
      await bench.next("turn-ended");
      expect(bench.seen.map((one) => one.event.kind)).not.toContain("asks-permission");
    },
  );

  it("asks for a command of several programs, though it is allowed: the CLI looks at each", async () => {
    const command = "cd sub && make check | tee log.txt";
    const bench = await startBench([bash(command)], { allowedCommands: [command] });
    expect((await bench.next("asks-permission")).event.summary).toBe(command);
  });

  it("starts without a dialog, whatever is said to be a command", async () => {
    const odd = [
      "echo (",
      ") && :*",
      "*",
      ":*",
      "make :*",
      "a,b",
      "Bash(x)",
      `"quoted\nlines"`,
      " ",
      "",
      "$(x) `y`",
      "#",
    ];
    const bench = await startBench([bash("curl --version > asked.txt")], { allowedCommands: odd });
    expect((await bench.next("asks-permission")).event.tool).toBe("Bash");
  });

  it("counts answers, tokens and cost", async () => {
    const tokens = { input: 10_000, output: 500, cacheRead: 2000, cacheWrite: 300 };
    const bench = await startBench([costing(bash("git status"), tokens), costing(say("Nothing to do."), tokens)]);
    const ended = await bench.next("turn-ended");
    await bench.adapter.answer(bench.run, ended, { do: "rest" });
    await vi.waitFor(async () => expect(await bench.adapter.look(bench.run)).toBe("idle"), 10_000);
    expect(await bench.adapter.usage(bench.run)).toMatchObject({
      turns: 2,
      inputTokens: 20_000,
      outputTokens: 1000,
      cacheReadTokens: 4000,
      cacheWriteTokens: 600,
      model: "claude-opus-5-5",
      said: "Nothing to do.",
    });
    await vi.waitFor(async () => expect((await bench.adapter.usage(bench.run)).costUsd).toBeGreaterThan(0.01), 10_000);
  });

  it("leaves nothing in the workspace or the home folder that others see, and no file open to others", async () => {
    const bench = await startBench([say("Nothing to do.")]);
    await bench.next("turn-ended");
    expect(await bench.git("status", "--short", "--ignored")).toBe("");
    for (const file of await readdir(bench.run.path)) {
      expect([file, (await stat(join(bench.run.path, file))).mode & 0o077]).toEqual([file, 0]);
    }
    const left = await readdir(bench.spec.environment["HOME"] ?? "");
    expect(left.filter((name) => name !== ".cache")).toEqual([]);
  });
});

type Process = { readonly command: string; readonly environment: Record<string, string> };

/** A process and all below it, parents first. */
async function processesFrom(pid: number): Promise<Process[]> {
  const read = async (file: string) => (await readFile(`/proc/${pid}/${file}`, "utf8")).split("\0").filter(Boolean);
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ").filter(Boolean);
  const below = await Promise.all(children.map((child) => processesFrom(Number(child))));
  const entries = (await read("environ")).map((entry) => [entry.replace(/=.*/s, ""), entry.replace(/^[^=]*=/, "")]);
  const own: Process = { command: (await read("cmdline")).join(" "), environment: Object.fromEntries(entries) };
  return [own, ...below.flat()];
}

/** Without what a shell adds on its own. */
function withoutShell(environment: Record<string, string> = {}): Record<string, string> {
  const added = ["PWD", "OLDPWD", "SHLVL", "_"];
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !added.includes(name)));
}
