import { expect, it } from "vitest";
import { playSeeds, seedsOf } from "./seeds.ts";

const seeds = seedsOf(501, 500);

it(`whatever fails in between, ${seeds.count} seeds from ${seeds.from} end with what was wanted, once`, {
  timeout: seeds.patienceMs,
}, async () => {
  expect(await playSeeds(seeds)).toBe(seeds.count);
});
