import { expect, it } from "vitest";
import { playSeeds, seedsOf } from "./seeds.ts";

const seeds = seedsOf(1, 500);

it(`whatever fails in between, ${seeds.count} seeds from ${seeds.from} end with what was wanted, once`, {
  timeout: 1_000 * seeds.count + 60_000,
}, async () => {
  expect(await playSeeds(seeds)).toBe(seeds.count);
});
