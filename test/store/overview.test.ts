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
  const beside = await readOverview(file, Date.now());
  expect(beside).toMatchObject({ servicePid: process.pid, tasks: [{ phase: "queued", why: "every slot is taken" }] });
  expect(beside.lastSweepMs).toBeGreaterThan(0);
  expect(beside.lastEventMs).toBeUndefined();
  expect(statusLines(beside, Date.now()).join("\n")).toMatch(/running \(process \d+\)[^]*queued \(1 of 1\)/);
  await store.close();
  const alone = await readOverview(file, Date.now());
  expect(alone).toMatchObject({ servicePid: undefined, tasks: [{ phase: "queued" }] });
});

it("a store that is not there is said in words, and not made", async () => {
  await expect(readOverview(await temporaryFile(), 0)).rejects.toMatchObject({ code: "STORE_OPEN" });
});
