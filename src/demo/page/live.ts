import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Github } from "../github/start.ts";

const lookEveryMs = 300;

/** Tells open pages that the world changed; they fetch themselves anew. */
export function mountLive(app: Hono, github: Github): void {
  const version = createVersion(github);
  app.get("/-/events", (c) =>
    streamSSE(c, async (stream) => {
      for (let seen = version(); !stream.aborted; await stream.sleep(lookEveryMs)) {
        if (version() === seen) continue;
        seen = version();
        await stream.writeSSE({ event: "changed", data: "" });
      }
    }),
  );
}

/**
 * A number that grows whenever anything changed. Records are never changed in place, so it is enough to compare which ones there are.
 */
function createVersion({ world }: Github): () => number {
  let number = 0;
  let atMs = 0;
  let known: readonly unknown[] = [];
  return () => {
    if (Date.now() - atMs < lookEveryMs / 2) return number;
    atMs = Date.now();
    const now = [...world.stores.values()].flatMap((store) => Object.values(store).flatMap(recordsIn));
    if (now.length !== known.length || now.some((record, at) => record !== known[at])) number += 1;
    known = now;
    return number;
  };
}

function recordsIn(value: unknown): unknown[] {
  if (value instanceof Map) return [...value.values()] as unknown[];
  if (value instanceof Set || Array.isArray(value)) return [...value] as unknown[];
  return [value];
}
