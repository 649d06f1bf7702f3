/**
 * `npm run torture -- --seeds 1000 [--from 1] [--jobs 2]`: plays that many lives of the bot in bad weather, a process for
 * each portion of them, and says which seeds ended badly. Exits with 1 if any did.
 */
import { parseArgs } from "node:util";
import { execa } from "execa";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
  },
});
const first = wholeNumber("from", values.from);
const seeds = wholeNumber("seeds", values.seeds);
const jobs = wholeNumber("jobs", values.jobs);
/** Big enough that starting a process does not count, small enough to show progress. */
const portion = Math.max(1, Math.min(250, Math.ceil(seeds / jobs)));

let next = first;
let done = 0;
const badSeeds: string[] = [];
const startedAtMs = Date.now();

await Promise.all(Array.from({ length: jobs }, playPortions));
const took = Math.round((Date.now() - startedAtMs) / 1_000);
process.stdout.write(
  `${done} seeds in ${took} s, ${badSeeds.length === 0 ? "all ended well" : "NOT all ended well"}\n`,
);
for (const words of badSeeds) process.stdout.write(`  ${words}\n`);
process.exitCode = badSeeds.length === 0 ? 0 : 1;

async function playPortions(): Promise<void> {
  while (next < first + seeds) {
    const from = next;
    const size = Math.min(portion, first + seeds - from);
    next += size;
    const bad = await play(from, size);
    badSeeds.push(...bad);
    done += size;
    process.stdout.write(
      `seeds ${from} to ${from + size - 1}: ${bad.length === 0 ? "well" : bad.join("; ")} (${done} of ${seeds})\n`,
    );
  }
}

async function play(from: number, size: number): Promise<readonly string[]> {
  const { exitCode, all } = await execa({
    all: true,
    reject: false,
    preferLocal: true,
    env: { COPPICE_FIRST_SEED: String(from), COPPICE_SEEDS: String(size), NO_COLOR: "1" },
  })`vitest run test/control/faults.test.ts`;
  if (exitCode === 0) return [];
  const bad = [...new Set(all.match(/seed \d+ ends badly/g))];
  return bad.length > 0 ? bad : [`the test itself failed:\n${all.slice(-2_000)}`];
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${name} is a whole number above 0, not "${text}"`);
}
