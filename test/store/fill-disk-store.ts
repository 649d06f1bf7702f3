/** Notes facts in the store in folder `argv[2]`, on a disk that is soon full, then makes room, and prints what happened. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../src/core/fact.ts";
import { KnownError } from "../../src/errors.ts";
import { openStore } from "../../src/store/store.ts";
import { anIssue } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";

const folder = process.argv[2] ?? "";
const filler = join(folder, "filler");
writeFileSync(filler, Buffer.alloc(500_000));
const store = await openStore({ file: join(folder, "coppice.db"), log: createFakeLog(), nowMs: Date.now });
const fact: Fact = { kind: "touched", what: "x".repeat(4_000) };
let taken = 0;

async function note(): Promise<string> {
  try {
    await store.note(`delivery-${taken + 1}`, { issue: anIssue(), is: "issue" }, fact, 1);
    taken += 1;
    return "taken";
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return error.code;
  }
}

let said = "taken";
while (said === "taken" && taken < 2_000) said = await note();
const before = taken;
rmSync(filler);
const after = await note();
const found = (await store.facts(anIssue(), undefined)).length;
await store.close();
process.stdout.write(
  JSON.stringify({ said, after, isWhole: found === taken && taken === before + 1, hadSome: before > 10 }),
);
