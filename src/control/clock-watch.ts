export interface ClockWatchOptions {
  readonly nowMs: () => number;
  /** The time is another than our timers think: the machine slept, or its clock was set. */
  readonly jumped: (byMs: number) => void;
  readonly everyMs?: number;
  readonly mostMs?: number;
}

/**
 * Notices that the time moved on by much more, or less, than a timer of ours took. Timers stand still while a machine sleeps, so without
 * this everything would be as late as it still had to wait when the lid was closed.
 */
export function watchClock({ nowMs, jumped, everyMs = 5_000, mostMs = 30_000 }: ClockWatchOptions): Disposable {
  let lastMs = nowMs();
  const timer = setInterval(() => {
    const byMs = nowMs() - lastMs - everyMs;
    lastMs = nowMs();
    if (Math.abs(byMs) > mostMs) jumped(byMs);
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
