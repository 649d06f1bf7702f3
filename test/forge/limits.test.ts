import { describe, expect, it } from "vitest";
import { z } from "zod";
import { labelledTask, startBench } from "./bench.ts";

const tokenShape = z.object({ token: z.string() });

const inAnHour = (): string => String(Math.floor(Date.now() / 1_000) + 3_600);

describe("GitHub's limits", () => {
  it.each<[string, number, string, Record<string, string>]>([
    ["secondary limit", 403, "You have exceeded a secondary rate limit.", { "retry-after": "60" }],
    ["secondary limit without a time", 403, "You have exceeded a secondary rate limit.", {}],
    ["too many requests", 429, "Too many requests", {}],
    [
      "the hour's requests are used up",
      403,
      "API rate limit exceeded for installation ID 1.",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inAnHour() },
    ],
  ])("%s: is said at once, and GitHub is not asked again before its time", async (_name, status, message, headers) => {
    let asked = 0;
    let aheadMs = 0;
    await using bench = await startBench({
      nowMs: () => Date.now() + aheadMs,
      wire: async (request, go) => {
        if (!request.startsWith("GET ") || aheadMs > 0) return await go();
        asked += 1;
        return Response.json({ message }, { status, headers });
      },
    });
    const task = await labelledTask(bench);
    const limit = { code: "FORGE_LIMIT", retry: "later", message: expect.stringMatching(/wants no requests until 20/) };
    await expect(bench.forge.look(task)).rejects.toMatchObject(limit);
    await expect(bench.forge.look(task)).rejects.toMatchObject(limit);
    await expect(bench.forge.greet(task.issue)).rejects.toMatchObject(limit);
    expect(asked).toBe(1);
    aheadMs = 3_602_000;
    expect(await bench.forge.look(task)).toMatchObject({ issue: "open" });
  });

  it("a refusal that is no limit stays a refusal", async () => {
    await using bench = await startBench({
      wire: async (request, go) =>
        request.startsWith("GET ")
          ? Response.json({ message: "Resource not accessible" }, { status: 403 })
          : await go(),
    });
    await expect(bench.forge.look(await labelledTask(bench))).rejects.toMatchObject({ code: "FORGE_FORBIDDEN" });
  });

  it("no error holds a token, whatever GitHub says", async () => {
    let token = "";
    await using bench = await startBench({
      wire: async (request, go) => {
        const answer = await go();
        if (request.endsWith("/access_tokens")) ({ token } = tokenShape.parse(await answer.clone().json()));
        return request.startsWith("GET ") ? Response.json({ message: `what is ${token}?` }, { status: 500 }) : answer;
      },
    });
    const error: unknown = await bench.forge.look(await labelledTask(bench)).catch((failure: unknown) => failure);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
    expect(token).toMatch(/^ghs_.{36,}/);
    expect(`${String(error)} ${cause?.stack}`).toContain("what is [redacted]?");
    expect(JSON.stringify([error, cause, String(error), cause?.stack])).not.toContain(token);
  });

  it("what can wait leaves the last quarter of an hour's requests to people, until the reset", async () => {
    let aheadMs = 0;
    await using bench = await startBench({ nowMs: () => Date.now() + aheadMs, github: { requestsPerHour: 12 } });
    const { forge, inbox } = bench;
    const task = await labelledTask(bench);
    bench.github.fate = () => ({ is: "lost" });
    const store = { tasksOf: async () => [], withPulls: async () => [], note: inbox.note };
    await forge.sweep(store);
    const refused = {
      code: "FORGE_LIMIT",
      message: expect.stringMatching(/requests are left until .* kept for people/),
    };
    for (let n = 0; n < 3; n += 1) await forge.mayCommand(task.issue, task.asked.by);
    await expect(forge.sweep(store)).rejects.toMatchObject(refused);
    expect(forge.requestsLeft()).toMatchObject({ limit: 12 });
    expect(await forge.mayCommand(task.issue, task.asked.by)).toBe(true);
    aheadMs = 3_602_000;
    expect(forge.requestsLeft()).toBeUndefined();
  });
});
