/** Runs what it is given one after the other, in the order asked; a failure is its asker's alone. */
export type TakeTurns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): TakeTurns {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>) => {
    const mine = last.then(work);
    last = mine.then(nothing, nothing);
    return mine;
  };
}

function nothing(): void {}

/** Turns per key: what has different keys runs side by side. */
export function createTurnsByKey(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, { readonly take: TakeTurns; waiting: number }>();
  return async (key, work) => {
    const mine = turns.get(key) ?? { take: createTurns(), waiting: 0 };
    turns.set(key, mine);
    mine.waiting += 1;
    try {
      return await mine.take(work);
    } finally {
      mine.waiting -= 1;
      if (mine.waiting === 0) turns.delete(key);
    }
  };
}
