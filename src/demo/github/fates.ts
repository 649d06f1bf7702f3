import type { Fate, Letter } from "./deliveries.ts";

/** Ready-made fates for `github.fate`. */

/**
 * Holds webhooks until `size` of them are there and lets them go in an order of chance; those that are left over after
 * `patienceMs` go as well. `random` is in [0, 1), so that a seed can be tried again.
 */
export function shuffled(random: () => number, size = 4, patienceMs = 100): (letter: Letter) => Fate {
  let held: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function release(): void {
    clearTimeout(timer);
    const going = held;
    held = [];
    while (going.length > 0) going.splice(Math.floor(random() * going.length), 1)[0]?.();
  }

  return () => {
    const { promise: until, resolve } = Promise.withResolvers<void>();
    held.push(resolve);
    clearTimeout(timer);
    if (held.length >= size) release();
    else timer = setTimeout(release, patienceMs);
    return { is: "held", until };
  };
}

/** Each webhook is lost, failed or doubled with the given chance of each, and delivered otherwise. */
export function unlucky(
  random: () => number,
  chances: { readonly lost?: number; readonly failed?: number; readonly doubled?: number },
): (letter: Letter) => Fate {
  const { lost = 0, failed = 0, doubled = 0 } = chances;
  return () => {
    const luck = random();
    if (luck < lost) return { is: "lost" };
    if (luck < lost + failed) return { is: "failed" };
    return { is: "delivered", copies: luck < lost + failed + doubled ? 2 : 1 };
  };
}
