import { setImmediate } from "node:timers/promises";

/** Writes one by one, as callers see it; whatever comes while a write is under way goes into the next one together. */
export interface GroupCommit<Item, Answer> {
  /** @returns when the item's own write is over. */
  add(item: Item): Promise<Answer>;
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<Answer>;
}

/** A synced write costs milliseconds whatever its size, and webhooks come in bursts. */
export function createGroupCommit<Item, Answer extends boolean | object>(
  write: (items: readonly Item[]) => Promise<readonly Answer[]>,
): GroupCommit<Item, Answer> {
  let queue: Waiting<Item, Answer>[] = [];
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      await setImmediate();
      const batch = queue;
      queue = [];
      await writeBatch(batch);
    }
    flushing = undefined;
  }

  async function writeBatch(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await write(batch.map(({ item }) => item));
      for (const [at, { done }] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error("a write gave fewer answers than it was given items");
        done.resolve(answer);
      }
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    }
  }

  return {
    add(item) {
      const done = Promise.withResolvers<Answer>();
      queue.push({ item, done });
      flushing ??= flush();
      return done.promise;
    },
    async idle() {
      await flushing;
    },
  };
}
