/** Something whose cost is watched, beside the least that it could cost on this machine at this moment. */
export interface Bench {
  readonly name: string;
  readonly unit: "ms" | "MB" | "ms/MB";
  /** Medians by what was measured; the first one is the lower bound that the others are compared with. */
  measure(rounds: number): Promise<ReadonlyMap<string, number>>;
}

/** What one thing costs, once. */
export type Try = () => Promise<number>;

/** The median of each, tried in turns, so that what else the machine does falls on all alike. */
export async function medians(tries: Readonly<Record<string, Try>>, rounds: number): Promise<Map<string, number>> {
  const found = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, once] of Object.entries(tries)) found.set(what, [...(found.get(what) ?? []), await once()]);
  }
  return new Map([...found].map(([what, list]) => [what, median(list)]));
}

/** @returns milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
