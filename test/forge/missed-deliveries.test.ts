import { describe, expect, it } from "vitest";
import { catchUp, type CatchUpStore } from "../../src/forge/catch-up.ts";
import { type Bench, labelledTask, silentLog, startBench } from "./bench.ts";

function storeOf({ inbox }: Bench): CatchUpStore & { readonly marks: Map<string, number> } {
  const marks = new Map<string, number>();
  return {
    marks,
    tasksOf: async () => [],
    withPulls: async () => [],
    note: (...note) => inbox.note(...note),
    mark: async (name) => marks.get(name),
    setMark: async (name, value) => void marks.set(name, value),
  };
}

const isTime = (mark: string) => !mark.startsWith("requests");
const sweep = (bench: Bench, store: CatchUpStore) =>
  catchUp(bench.forge, store, { log: silentLog, nowMs: Date.now, ownLogin: () => undefined });

const asked = ({ github }: Bench, operation: string): number =>
  github.requests.filter((request) => request.operation === operation).length;

describe("webhooks that did not reach us", () => {
  it("come again, once each, and those that did reach us do not", async () => {
    await using bench = await startBench();
    const { github, inbox } = bench;
    const heard = (await labelledTask(bench)).issue.number;
    const before = inbox.noted.length;
    github.fate = () => ({ is: "failed" });
    const missed = (await labelledTask(bench)).issue.number;
    github.fate = () => ({ is: "delivered" });
    expect(inbox.noted).toHaveLength(before);

    const store = storeOf(bench);
    expect((await bench.forge.redeliverMissed({ sinceMs: undefined })).asked).toBeGreaterThan(0);
    await github.settled();
    const labels = inbox.noted.filter(({ fact }) => fact.kind === "labelled");
    expect(labels.map(({ subject }) => subject.issue.number)).toEqual([heard, missed]);

    const attempts = asked(bench, "apps/redeliver-webhook-delivery");
    await sweep(bench, store);
    expect(asked(bench, "apps/redeliver-webhook-delivery")).toBe(attempts);
  });

  it("are not asked for a second time when the second attempt failed, too: the sweep finds the label", async () => {
    await using bench = await startBench();
    const { github, inbox } = bench;
    github.fate = () => ({ is: "failed" });
    await labelledTask(bench);
    github.webhookUrl = "http://127.0.0.1:9/";
    const store = storeOf(bench);
    await sweep(bench, store);
    await github.settled();
    const attempts = asked(bench, "apps/redeliver-webhook-delivery");
    expect(attempts).toBeGreaterThan(0);
    await sweep(bench, store);
    expect(asked(bench, "apps/redeliver-webhook-delivery")).toBe(attempts);
    expect(inbox.noted.map(({ fact }) => fact.kind)).toContain("labelled");
    expect([...store.marks.keys()].filter(isTime).toSorted()).toEqual(["deliveries-until-ms", "last-sweep-ms"]);
  });

  it("are looked for back to the last sweep only, and no further than GitHub keeps them", async () => {
    await using bench = await startBench();
    const { github, forge } = bench;
    github.fate = () => ({ is: "failed" });
    await labelledTask(bench);
    expect((await forge.redeliverMissed({ sinceMs: Date.now() + 3_600_000 })).asked).toBe(0);
  });

  it("a sweep goes on when GitHub does not show its deliveries", async () => {
    await using bench = await startBench({
      wire: async (request, go) =>
        request.includes("/app/hook/deliveries") ? Response.json({ message: "Oops" }, { status: 500 }) : await go(),
    });
    bench.github.fate = () => ({ is: "lost" });
    await labelledTask(bench);
    const store = storeOf(bench);
    expect(await sweep(bench, store)).toBe(1);
    expect([...store.marks.keys()].filter(isTime)).toEqual(["last-sweep-ms"]);
  });
});
