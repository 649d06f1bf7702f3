import { type OwnStore, openStore } from "../../src/store/store.ts";
import { KnownError } from "../../src/errors.ts";
import { anIssue } from "../fakes/a-task.ts";
import { createFakeLog } from "../fakes/log.ts";

/** Notes facts until it can't, says why in one line, and then whether the acknowledged ones are there. */
let acknowledged = 0;

/** A small disk is full by then; a real one is not to be filled by a test that is mistaken about it. */
const enough = 5_000;

async function fill(store: OwnStore): Promise<void> {
  while (acknowledged < enough) {
    const fact = { kind: "touched", what: "x".repeat(20_000) } as const;
    await store.note(`k${acknowledged}`, { issue: anIssue(), is: "issue" }, fact, 1);
    acknowledged += 1;
  }
}

function say(error: unknown): void {
  process.stdout.write(error instanceof KnownError ? `${error.code} ${error.message}\n` : `a bug: ${String(error)}\n`);
}

try {
  const store = await openStore({ file: process.argv[2] ?? "", log: createFakeLog(), nowMs: Date.now });
  await fill(store).catch(say);
  const facts = await store.facts(anIssue(), undefined);
  process.stdout.write(`kept ${facts.length} of ${acknowledged}\n`);
} catch (error) {
  say(error);
}
process.exit(0);
