import { describe, expect, it } from "vitest";
import { statusMarker } from "../../src/core/names.ts";
import type { Task } from "../../src/core/task.ts";
import { type Bench, labelledTask, startBench, taskOf } from "./bench.ts";

const textFor = (task: Task, words: string): string => `${statusMarker(task.id)}\n\n${words}`;

const said = (task: Task, commentId: number): Task => ({ ...task, said: { ...task.said, commentId } });

function comments({ github }: Bench): string[] {
  return [...github.store("alice/garden").comments.values()].map(({ body }) => body);
}

function count({ github }: Bench, operation: string): number {
  return github.requests.filter((request) => request.operation === operation).length;
}

describe("the status comment", () => {
  it("is made once and edited from then on", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    const { commentId } = await bench.forge.say(task, textFor(task, "queued"));
    expect(await bench.forge.say(said(task, commentId), textFor(task, "working"))).toEqual({ commentId });
    expect(comments(bench)).toEqual([textFor(task, "working")]);
    expect(count(bench, "issues/list-comments")).toBe(1);
  });

  it("is found again when we crashed before its id was kept", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    const first = await bench.forge.say(task, textFor(task, "queued"));
    expect(await bench.forge.say(task, textFor(task, "working"))).toEqual(first);
    expect(await bench.forge.say(task, textFor(task, "working"))).toEqual(first);
    expect(comments(bench)).toEqual([textFor(task, "working")]);
    expect(count(bench, "issues/update-comment")).toBe(1);
  });

  it("is not posted again when GitHub's answer was lost on the way", async () => {
    let isLossy = true;
    await using bench = await startBench({
      wire: async (request, go) => {
        const answer = await go();
        if (isLossy && /^POST .*\/comments$/.test(request)) throw new TypeError("fetch failed");
        return answer;
      },
    });
    const task = await labelledTask(bench);
    await expect(bench.forge.say(task, textFor(task, "queued"))).rejects.toMatchObject({
      code: "FORGE_DOWN",
      retry: "later",
    });
    isLossy = false;
    await bench.forge.say(task, textFor(task, "queued"));
    expect(comments(bench)).toHaveLength(1);
    expect(count(bench, "issues/create-comment")).toBe(1);
  });

  it("is found behind a hundred other comments", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    for (let n = 0; n < 120; n += 1) await bench.github.as("bob").comment("alice/garden", task.issue.number, `${n}`);
    const first = await bench.forge.say(task, textFor(task, "queued"));
    expect(await bench.forge.say(task, textFor(task, "working"))).toEqual(first);
    expect(comments(bench)).toHaveLength(121);
  });

  it("is not mistaken for a copy that somebody else wrote", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    const copy = textFor(task, "all yours");
    await bench.github.as("bob").comment("alice/garden", task.issue.number, copy);
    await bench.forge.say(task, textFor(task, "queued"));
    expect(comments(bench)).toEqual([copy, textFor(task, "queued")]);
  });

  it("is made anew when somebody deleted it, but not a second time", async () => {
    await using bench = await startBench();
    const bob = bench.github.as("bob");
    const task = await labelledTask(bench);
    const first = await bench.forge.say(task, textFor(task, "queued"));
    await bob.deleteComment("alice/garden", first.commentId);
    const second = await bench.forge.say(said(task, first.commentId), textFor(task, "working"));
    expect(second.commentId).not.toBe(first.commentId);
    expect(comments(bench)).toEqual([textFor(task, "working")]);
    await bob.deleteComment("alice/garden", second.commentId);
    expect(await bench.forge.say(said(task, second.commentId), textFor(task, "review"))).toEqual(second);
    expect(comments(bench)).toEqual([]);
  });

  it("is made and edited in a repository that was renamed", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    bench.github.settings("alice/garden").rename("orchard");
    const { commentId } = await bench.forge.say(task, textFor(task, "queued"));
    await bench.forge.say(said(task, commentId), textFor(task, "working"));
    const { comments: made } = bench.github.store("alice/orchard");
    expect([...made.values()].map(({ body }) => body)).toEqual([textFor(task, "working")]);
  });

  it("is left unsaid where the conversation is locked for us", async () => {
    await using bench = await startBench({
      wire: async (request, go) =>
        /^POST .*\/comments$/.test(request)
          ? Response.json({ message: "Unable to create comment because issue is locked." }, { status: 403 })
          : await go(),
    });
    const task = await labelledTask(bench);
    expect(await bench.forge.say(task, textFor(task, "queued"))).toEqual({ commentId: 0 });
  });

  it("is left unsaid on an issue that never was, or is no more", async () => {
    let aheadMs = 0;
    await using bench = await startBench({ nowMs: () => Date.now() + aheadMs });
    const task = { ...taskOf(bench, 404), asked: { ...taskOf(bench, 404).asked, atMs: 0 } };
    await expect(bench.forge.say(task, "queued")).rejects.toMatchObject({ code: "FORGE_MISSING" });
    aheadMs = 61_000;
    expect(await bench.forge.say(task, textFor(task, "queued"))).toEqual({ commentId: 0 });
  });

  it("waits, rather than being left unsaid, when the issue may only not be there yet", async () => {
    await using bench = await startBench();
    await expect(bench.forge.say(taskOf(bench, 404), "queued")).rejects.toMatchObject({
      code: "FORGE_MISSING",
      retry: "later",
    });
  });

  it("waits when the App has lost its permission", async () => {
    await using bench = await startBench();
    const task = await labelledTask(bench);
    bench.github.setPermissions(task.issue.installationId, { issues: "read", metadata: "read" });
    await expect(bench.forge.say(task, textFor(task, "queued"))).rejects.toMatchObject({
      code: "FORGE_FORBIDDEN",
      retry: "later",
    });
  });
});
