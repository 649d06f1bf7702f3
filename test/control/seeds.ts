import { playStorm } from "./storm.ts";

/** `npm run torture` names the seeds that it wants; CI plays a thousand, half of them in each of two files, for two cores. */
export function seedsOf(from: number, count: number): Seeds {
  const { COPPICE_FIRST_SEED, COPPICE_SEEDS } = process.env;
  const wanted = { from: Number(COPPICE_FIRST_SEED ?? from), count: Number(COPPICE_SEEDS ?? count) };
  // On demand it may run behind everything else on a busy machine; one that hangs is seen by the world's own clock.
  return { ...wanted, patienceMs: (COPPICE_SEEDS === undefined ? 1_000 : 30_000) * wanted.count + 60_000 };
}

export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly patienceMs: number;
}

/** After so many bad ends the rest says nothing new. */
const enough = 5;

/** Plays all of them; fails with the seeds that ended badly. @returns how many ended well. */
export async function playSeeds({ from, count }: Pick<Seeds, "from" | "count">): Promise<number> {
  const bad: unknown[] = [];
  for (let seed = from; seed < from + count && bad.length < enough; seed += 1) {
    await playStorm(seed).catch((cause: unknown) => bad.push(badEnd(seed, cause)));
  }
  if (bad.length > 0) throw bad.length === 1 ? bad[0] : new AggregateError(bad, bad.map(String).join("\n"));
  return count;
}

function badEnd(seed: number, cause: unknown): Error {
  return new Error(`seed ${seed} ends badly (COPPICE_FIRST_SEED=${seed} COPPICE_SEEDS=1 shows it alone)`, { cause });
}
