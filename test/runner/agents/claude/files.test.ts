import { chmod, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { skipOnboarding, trustWorkspace } from "../../../../src/runner/agents/claude/config-file.ts";
import type { Facts } from "../../../../src/runner/agents/claude/facts.ts";
import { tellInbox } from "../../../../src/runner/agents/claude/inbox.ts";
import { forgetDeadSessions, lookAt } from "../../../../src/runner/agents/claude/sessions.ts";
import { isConversationKnown, readAnswers } from "../../../../src/runner/agents/claude/transcript.ts";
import { readUsage } from "../../../../src/runner/agents/claude/usage.ts";
import { checkVersion } from "../../../../src/runner/agents/claude/version.ts";
import { temporaryFolder, temporaryRun } from "../temporary-run.ts";

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));

describe("the CLI's configuration", () => {
  it("keeps what is not ours, and forgets workspaces that are gone", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, ".claude.json");
    const workspace = join(folder, "workspaces", "issue-2");
    await mkdir(workspace, { recursive: true });
    const gone = { [join(folder, "workspaces", "issue-1")]: { hasTrustDialogAccepted: true } };
    const before = { theme: "dark", projects: { "/else": { x: 1 }, [workspace]: { history: ["a"] }, ...gone } };
    await writeFile(file, JSON.stringify(before));
    await trustWorkspace(file, workspace);
    const answers = { hasTrustDialogAccepted: true, hasClaudeMdExternalIncludesWarningShown: true };
    const projects = { "/else": { x: 1 }, [workspace]: { history: ["a"], ...answers } };
    expect(await json(file)).toEqual({ theme: "dark", projects });
  });

  it("is made where there is none, with the key's end as the CLI knows it", async () => {
    const file = join(await temporaryFolder(), "new", ".claude.json");
    await skipOnboarding(file, `sk-${"x".repeat(30)}12345678901234567890`);
    const customApiKeyResponses = { approved: ["12345678901234567890"] };
    expect(await json(file)).toEqual({ hasCompletedOnboarding: true, customApiKeyResponses });
  });

  it("is not touched when it can't be read, and the cure is said", async () => {
    const file = join(await temporaryFolder(), ".claude.json");
    await writeFile(file, "{ half");
    await expect(skipOnboarding(file, undefined)).rejects.toMatchObject({ code: "CLAUDE_CONFIG" });
    expect(await readFile(file, "utf8")).toBe("{ half");
  });

  it("waits while a CLI writes it, and takes the lock of one that died", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, ".claude.json");
    await mkdir(`${file}.lock`);
    const trusted = trustWorkspace(file, folder);
    await expect(Promise.race([trusted, sleep(300, "waits")])).resolves.toBe("waits");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    await trusted;
    expect(await json(file)).toMatchObject({ projects: { [folder]: { hasTrustDialogAccepted: true } } });
  });

  it("of ours does not wait for a killed CLI's lock", async () => {
    const file = join(await temporaryFolder(), ".claude.json");
    await mkdir(`${file}.lock`);
    await skipOnboarding(file, undefined);
    expect(await json(file)).toMatchObject({ hasCompletedOnboarding: true });
  });

  it("loses no answer when several starts write at once", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, ".claude.json");
    const workspaces = ["a", "b", "c", "d"].map((name) => join(folder, name));
    for (const workspace of workspaces) await mkdir(workspace);
    await Promise.all(workspaces.map((workspace) => trustWorkspace(file, workspace)));
    const trusted = { hasTrustDialogAccepted: true, hasClaudeMdExternalIncludesWarningShown: true };
    const projects = Object.fromEntries(workspaces.map((workspace) => [workspace, trusted]));
    expect(await json(file)).toEqual({ projects });
  });
});

describe("the CLI's version", () => {
  it.each([
    ["echo '2.1.330 (Claude Code)'", { version: "2.1.330" }],
    ["echo '3.0.0'", { version: "3.0.0" }],
  ])("%s is fine", async (script, version) => {
    expect(await checkVersion(await program(script))).toMatchObject(version);
  });

  it.each([
    ["echo '2.1.197 (Claude Code)'", "CLAUDE_TOO_OLD"],
    ["echo '1.9.400'", "CLAUDE_TOO_OLD"],
    ["echo hello", "CLAUDE_BROKEN"],
    ["exit 3", "CLAUDE_BROKEN"],
  ])("%s is %s", async (script, code) => {
    await expect(checkVersion(await program(script))).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it("a missing program is told as such", async () => {
    await expect(checkVersion("/nowhere/claude")).rejects.toMatchObject({ code: "CLAUDE_MISSING" });
  });
});

describe("what sessions leave", () => {
  it("of several processes of a conversation the newest speaks; others' don't", async () => {
    const facts = await someFacts();
    await session(facts, 1, { sessionId: facts.agentSessionId, startedAt: 1, status: "busy" });
    await session(facts, 2, {
      sessionId: facts.agentSessionId,
      startedAt: 2,
      status: "waiting",
      waitingFor: "input needed",
    });
    await session(facts, 3, { sessionId: "another", startedAt: 3, status: "idle" });
    expect(await lookAt("/nowhere/claude", facts)).toEqual({ waiting: "input needed" });
    await forgetDeadSessions(facts);
    expect(await lookAt("/nowhere/claude", facts)).toBe("unknown");
  });

  it("a status that we don't know is unknown, and so is no session", async () => {
    const facts = await someFacts();
    expect(await lookAt("/nowhere/claude", facts)).toBe("unknown");
    await session(facts, 1, { sessionId: facts.agentSessionId, status: "dreaming" });
    expect(await lookAt("/nowhere/claude", facts)).toBe("unknown");
  });

  it("where the files say nothing, the CLI's own list is asked", async () => {
    const facts = await someFacts();
    const list = JSON.stringify([{ sessionId: facts.agentSessionId, pid: 1, status: "idle" }, { odd: true }]);
    const claude = await program(
      `[ "$*" = "agents --json" ] && [ "$CLAUDE_CONFIG_DIR" = "${facts.configDir}" ] && echo '${list}'`,
    );
    expect(await lookAt(claude, facts)).toBe("idle");
  });

  it("nothing is told where no session is, and a planted socket's name leads nowhere", async () => {
    const facts = await someFacts();
    expect(await tellInbox(facts, "Hello")).toBe("not-reachable");
    const planted = { sessionId: facts.agentSessionId, messagingSocketPath: "/run/docker.sock" };
    await session(facts, 1, planted);
    expect(await tellInbox(facts, "Hello")).toBe("not-reachable");
    await mkdir(join(facts.temporaryDir ?? "", "cc-socks"), { recursive: true });
    await writeFile(join(facts.temporaryDir ?? "", "cc-socks", "1.sock"), "");
    expect(await tellInbox(facts, "Hello")).toBe("not-reachable");
  });
});

const answer = (id: string, text: string, output: number) => ({
  type: "assistant",
  message: {
    id,
    model: "opus",
    content: [{ type: "text", text }],
    usage: { input_tokens: 10, output_tokens: output },
  },
});

describe("a conversation's file", () => {
  it("counts an answer once, however many lines it has, and subagents too", async () => {
    const facts = await someFacts();
    const lines = [{ type: "user" }, answer("a", "one", 5), answer("a", "two", 5), answer("b", "three", 7)];
    await transcript(facts, lines, '{"type":"assistant","mess');
    await mkdir(join(facts.stateDir, "projects", "-w", facts.agentSessionId, "subagents"), { recursive: true });
    const agent = join(facts.stateDir, "projects", "-w", facts.agentSessionId, "subagents", "agent-1.jsonl");
    await writeFile(agent, JSON.stringify(answer("c", "sub", 100)));
    expect((await readAnswers(facts)).map((one) => one.id)).toEqual(["c", "a", "b"]);
    const run = await temporaryRun();
    await writeFile(run.status, JSON.stringify({ cost: { total_cost_usd: 0.5 }, model: { id: "opus-from-status" } }));
    const usage = { turns: 3, inputTokens: 30, outputTokens: 112, costUsd: 0.5, model: "opus", said: "three" };
    expect(await readUsage(run, facts)).toMatchObject(usage);
  });

  it("without one, or with a broken status, nothing is claimed", async () => {
    const run = await temporaryRun();
    await writeFile(run.status, '{"cost":{"total_cost_usd":"a lot"}}');
    const nothing = { turns: 0, costUsd: undefined, model: undefined, said: undefined };
    expect(await readUsage(run, await someFacts())).toMatchObject(nothing);
  });

  it("a link to somebody's file is not followed", async () => {
    const facts = await someFacts();
    const elsewhere = join(facts.stateDir, "secret");
    await writeFile(elsewhere, JSON.stringify(answer("a", "secret", 1)));
    await mkdir(join(facts.stateDir, "projects", "-w"), { recursive: true });
    await symlink(elsewhere, join(facts.stateDir, "projects", "-w", `${facts.agentSessionId}.jsonl`));
    expect(await readAnswers(facts)).toEqual([]);
  });

  it("one without a message is no conversation", async () => {
    const facts = await someFacts();
    await transcript(facts, [{ type: "mode" }]);
    expect(await isConversationKnown(facts)).toBe(false);
    await transcript(facts, [{ type: "mode" }, { type: "user" }]);
    expect(await isConversationKnown(facts)).toBe(true);
  });
});

async function program(script: string): Promise<string> {
  const path = join(await temporaryFolder(), "claude");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function someFacts(): Promise<Facts> {
  const stateDir = await temporaryFolder();
  const path = process.env["PATH"] ?? "";
  const temporaryDir = join(stateDir, "tmp");
  return {
    agentSessionId: crypto.randomUUID(),
    stateDir,
    configDir: stateDir,
    temporaryDir,
    lostUsd: 0,
    home: stateDir,
    path,
  };
}

async function session(facts: Facts, pid: number, what: object): Promise<void> {
  await mkdir(join(facts.stateDir, "sessions"), { recursive: true });
  await writeFile(join(facts.stateDir, "sessions", `${pid}.json`), JSON.stringify({ pid, ...what }));
}

async function transcript(facts: Facts, lines: readonly object[], rest = ""): Promise<void> {
  const folder = join(facts.stateDir, "projects", "-w");
  await mkdir(folder, { recursive: true });
  const text = [...lines.map((line) => JSON.stringify(line)), rest].join("\n");
  await writeFile(join(folder, `${facts.agentSessionId}.jsonl`), text);
}
