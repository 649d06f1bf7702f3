/** The fake world's clock: things happen in it one after another, when the test lets time pass. */
export interface Timeline {
  nowMs(): number;
  /** Makes something happen later; the answer takes it back. */
  after(ms: number, happens: () => void): () => void;
}

/** Counts on faked timers, so that the loop's own waits are in the same time. */
export function createTimeline(): Timeline {
  return {
    nowMs: () => Date.now(),
    after(ms, happens) {
      const timer = setTimeout(happens, ms);
      return () => clearTimeout(timer);
    },
  };
}
