import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fact } from "../src/core/fact.ts";
import { openStore } from "../src/store/store.ts";
import { type Bench, medians, timed } from "./measure.ts";

const issue = { installationId: 1, repositoryId: 2, owner: "acme", name: "shop", number: 3 };
const fact: Fact = { kind: "touched", what: "issue edited" };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A webhook is answered once its fact is on disk. The bound writes as many bytes to a file, and waits for the disk. */
export const inbox: Bench = {
  name: "a fact durably in the inbox",
  unit: "ms",
  async measure(rounds) {
    const folder = mkdtempSync(join(tmpdir(), "cop-"));
    const store = await openStore({ file: join(folder, "coppice.db"), log, nowMs: () => Date.now() });
    const file = openSync(join(folder, "plain"), "a");
    const line = `${JSON.stringify({ issue, fact })}\n`;
    let last = 0;
    try {
      return await medians(
        {
          "a line in a file": () =>
            timed(() => {
              writeSync(file, line);
              fdatasyncSync(file);
            }),
          "a fact": () => timed(() => store.note(`k${(last += 1)}`, { issue, is: "issue" }, fact, Date.now())),
          "a fact that is known": () => timed(() => store.note("k1", { issue, is: "issue" }, fact, Date.now())),
        },
        rounds * 10,
      );
    } finally {
      closeSync(file);
      await store.close();
      rmSync(folder, { recursive: true });
    }
  },
};
