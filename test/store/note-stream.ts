import { openStore } from "../../src/store/store.ts";
import { anIssue } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";

/** Notes facts without end, and tells the key of each one when it is acknowledged. Ends by being killed. */
const [file = "", name = ""] = process.argv.slice(2);
const store = await openStore({ file, log: createFakeLog(), nowMs: Date.now });

async function stream(lane: number): Promise<never> {
  for (let at = 0; ; at += 1) {
    const key = `${name}-${lane}-${at}`;
    await store.note(key, { issue: anIssue(lane), is: "issue" }, { kind: "touched", what: key }, Date.now());
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all([1, 2, 3, 4].map(stream));
