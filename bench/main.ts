import { Command, InvalidArgumentError } from "commander";
import { inbox } from "./inbox.ts";
import type { Bench } from "./measure.ts";
import { memory } from "./memory.ts";
import { secretSearch } from "./secret-search.ts";
import { wall } from "./wall.ts";
import { workspace } from "./workspace.ts";

/**
 * What things cost, as multiples of the least that they could cost here. Milliseconds are this machine's at this moment; the ratios can
 * be compared.
 */
const benches: readonly Bench[] = [inbox, workspace, wall, secretSearch, memory];
const names = benches.map(({ name }) => name).join(", ");

const program = new Command("npm run bench --")
  .description("Measures what Coppice costs, as multiples of the least that it could.")
  .argument("[words...]", `only what is named so, of: ${names}`)
  .option("--rounds <number>", "how often each is tried", wholeNumber, 9);
program.parse();
const rounds = program.opts<{ rounds: number }>().rounds;
const wanted = benches.filter(({ name }) => program.args.every((word) => name.includes(word)));
if (wanted.length === 0) program.error(`nothing is named "${program.args.join(" ")}"; there are: ${names}`);

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

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}
