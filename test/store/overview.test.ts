import { expect, it } from "vitest";
import { statusLines } from "../../src/cli/status.ts";
import { readOverview } from "../../src/store/overview.ts";
import { aTask } from "../fakes/a-task.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

it("a store is read beside the service that has it, and without one", async () => {
  const file = await temporaryFile();
  const store = await temporaryStore(file);
  await store.save(aTask({ phase: { at: "queued", sinceMs: 5 }, why: "every slot is taken" }), 0, [], 10);
  await store.setMark("last-sweep-ms", Date.now());
  await store.setMark("requests-left", 900);
  await store.setMark("requests-limit", 5_000);
  await store.setMark("requests-reset-ms", Date.now() + 600_000);
  const beside = await readOverview(file, Date.now());
  expect(beside).toMatchObject({ servicePid: process.pid, tasks: [{ phase: "queued", why: "every slot is taken" }] });
  expect(beside.lastSweepMs).toBeGreaterThan(0);
  expect(beside.lastEventMs).toBeUndefined();
  expect(statusLines(beside, Date.now()).join("\n")).toMatch(/running \(process \d+\)[^]*queued \(1 of 1\)/);
  expect(statusLines(beside, Date.now()).join("\n")).toContain(
    "900 of 5000 requests left for the next 10 min; they are kept for people, and sweeps wait",
  );
  expect((await readOverview(file, Date.now() + 700_000)).requests).toBeUndefined();
  await store.close();
  const alone = await readOverview(file, Date.now());
  expect(alone).toMatchObject({ servicePid: undefined, tasks: [{ phase: "queued" }] });
});

it("a store that is not there is said in words, and not made", async () => {
  await expect(readOverview(await temporaryFile(), 0)).rejects.toMatchObject({ code: "STORE_NONE" });
});
