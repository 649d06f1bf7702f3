import type { OperatorPolicy } from "./policy.ts";

/** Why no session may begin on this disk; undefined when one may, also when nobody knows. */
export function noRoom(
  freeBytes: number | "unknown",
  { minFreeBytes }: Pick<OperatorPolicy, "minFreeBytes">,
): string | undefined {
  if (freeBytes === "unknown" || freeBytes >= minFreeBytes) return undefined;
  return `the disk has only ${megabytes(freeBytes)} MB left, and ${megabytes(minFreeBytes)} are to stay free; it goes on once there is room`;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_048_576);
}
