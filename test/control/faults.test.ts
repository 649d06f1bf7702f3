import { expect, it } from "vitest";
import { playStorm } from "./storm.ts";

/** As many as fit into a minute; `npm run torture` plays more. */
const seeds = Number(process.env["COPPICE_SEEDS"] ?? 300);
const firstSeed = Number(process.env["COPPICE_FIRST_SEED"] ?? 1);
/** After so many bad ends the rest says nothing new. */
const enough = 5;

it(`whatever fails in between, ${seeds} seeds end with what was wanted, once`, {
  timeout: 1_000 * seeds + 60_000,
}, async () => {
  const bad: unknown[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds && bad.length < enough; seed += 1) {
    await playStorm(seed).catch((cause: unknown) => bad.push(badEnd(seed, cause)));
  }
  if (bad.length > 0) throw bad.length === 1 ? bad[0] : new AggregateError(bad, bad.map(String).join("\n"));
  expect.hasAssertions();
});

function badEnd(seed: number, cause: unknown): Error {
  return new Error(`seed ${seed} ends badly (COPPICE_FIRST_SEED=${seed} COPPICE_SEEDS=1 shows it alone)`, { cause });
}
