export interface TokenBucket {
  /** @returns whether there was one left. */
  take(): boolean;
}

/** So many at once, and so many a second in the long run. */
export function createTokenBucket(size: number, perSecond: number, nowMs: () => number): TokenBucket {
  let left = size;
  let filledMs = nowMs();
  const fill = (): void => {
    const now = nowMs();
    // A clock that is set back takes nothing away.
    left = Math.min(size, left + (Math.max(0, now - filledMs) / 1_000) * perSecond);
    filledMs = now;
  };
  return {
    take: () => {
      fill();
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
