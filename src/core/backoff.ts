/** How long to wait before the nth try in a row: 2 s, 4 s, 8 s … at most five minutes. */
export function backoffMs(failures: number): number {
  return Math.min(2_000 * 2 ** Math.max(0, failures - 1), 300_000);
}
