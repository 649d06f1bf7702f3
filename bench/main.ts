import { parseArgs } from "node:util";
import { inbox } from "./inbox.ts";
import type { Bench } from "./measure.ts";
import { memory } from "./memory.ts";
import { secretSearch } from "./secret-search.ts";
import { wall } from "./wall.ts";
import { workspace } from "./workspace.ts";

/**
 * What things cost, as multiples of the least that they could cost here: `npm run bench -- [--rounds N] [word]`. Milliseconds are this
 * machine's at this moment; the ratios can be compared.
 */
const benches: readonly Bench[] = [inbox, workspace, wall, secretSearch, memory];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "9" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} must be a whole number from 1`);
const wanted = benches.filter(({ name }) => positionals.every((word) => name.includes(word)));
if (wanted.length === 0)
  throw new Error(`nothing is named ${positionals.join(" ")}: ${benches.map(({ name }) => name).join(", ")}`);

for (const bench of wanted) {
  console.log(`\n${bench.name} (${bench.unit}, medians of ${rounds} rounds)`);
  show(await bench.measure(rounds));
}

function show(found: ReadonlyMap<string, number>): void {
  const [bound = 0] = found.values();
  for (const [what, value] of found)
    console.log(
      `  ${what.padEnd(28)}${value.toFixed(2).padStart(10)}${`× ${(value / bound).toFixed(1)}`.padStart(10)}`,
    );
}
