import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { searchSecrets } from "../src/runner/git/secret-search.ts";

/**
 * What the search for secrets costs on the way out: `node bench/secret-search.ts [rounds]`. Medians in ms per megabyte; the machine's
 * other work shows in them.
 */
const rounds = Number(process.argv[2] ?? 5);
const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path));
const texts: Readonly<Record<string, Buffer>> = {
  "a lockfile": grown(read("package-lock.json")),
  TypeScript: grown(read("src/runner/git/gate.ts")),
  "minified code": grown(read("node_modules/markdown-it/dist/browser/markdown-it.umd.min.js")),
  "one line of words": Buffer.from("token of the user ".repeat(60_000)),
  "bytes that are no text": randomBytes(1_000_000),
};

for (const [what, content] of Object.entries(texts)) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await searchSecrets("file.txt", content);
    times.push((performance.now() - startedMs) / (content.length / 1e6));
  }
  console.log(`${what}\t${(times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0).toFixed(0)} ms/MB`);
}

function grown(content: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(1_000_000 / content.length) }, () => content));
}
