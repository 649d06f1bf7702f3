/** What tells whether an agent gets somewhere: whether it does anything new, and what its workspace looks like. */
export interface Progress {
  /** Its newest different calls of tools, each as a number. */
  readonly calls: readonly number[];
  /** Commits and changes, as last looked at. */
  readonly print: string;
  /** When something new was last seen. */
  readonly atMs: number;
  /** How often it was told since that it gets nowhere. */
  readonly nudges: number;
}

export const nothingYet: Progress = { calls: [], print: "", atMs: 0, nudges: 0 };

/** Who goes round in a circle that is longer than this is taken to get somewhere. */
const mostCalls = 40;

/** A call of a tool that was not made lately is something new; the same one again, with the same words, is not. */
export function called(before: Progress | undefined, tool: string, summary: string, atMs: number): Progress {
  const progress = before ?? nothingYet;
  const call = hashOf(`${tool} ${summary}`);
  if (progress.calls.includes(call)) return progress;
  return { ...progress, calls: [...progress.calls, call].slice(-mostCalls), atMs, nudges: 0 };
}

/** FNV-1a, of 32 bits: short enough to be saved with each task, and two calls in some thousand millions that are taken for one do no harm. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
