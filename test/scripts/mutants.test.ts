import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { mutants } from "../../scripts/mutant-list.ts";

const core = join(import.meta.dirname, "../../src/core");

it("there are enough mistakes to plant, and each still has its place in the code", () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20);
  const lost = mutants.filter(([file, from]) => readFileSync(join(core, file), "utf8").split(from).length !== 2);
  expect(lost).toEqual([]);
});
