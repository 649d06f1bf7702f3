import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { searchSecrets } from "../src/runner/git/secret-search.ts";
import { type Bench, medians, timed, type Try } from "./measure.ts";

const root = join(import.meta.dirname, "..");

/** On the way out every added file is searched. The bound looks at the same bytes once, for one word. */
export const secretSearch: Bench = {
  name: "the search for secrets",
  unit: "ms/MB",
  measure: (rounds) => {
    const lockfile = grown(read("package-lock.json"));
    const tries: Record<string, Try> = {
      "one word in a lockfile": () => perMegabyte(lockfile, () => oneWord(lockfile)),
    };
    for (const [what, content] of Object.entries({ "a lockfile": lockfile, ...otherTexts() }))
      tries[what] = () => perMegabyte(content, () => searchSecrets("file.txt", content));
    return medians(tries, rounds);
  },
};

function otherTexts(): Readonly<Record<string, Buffer>> {
  return {
    TypeScript: grown(read("src/runner/git/gate.ts")),
    "minified code": grown(read("node_modules/markdown-it/dist/browser/markdown-it.umd.min.js")),
    "one line of words": Buffer.from("token of the user ".repeat(60_000)),
    "bytes that are no text": randomBytes(1_000_000),
  };
}

function oneWord(content: Buffer): boolean {
  return /\bghp_[A-Za-z0-9]{36}\b/.test(content.toString("utf8"));
}

async function perMegabyte(content: Buffer, work: () => unknown): Promise<number> {
  return (await timed(work)) / (content.length / 1e6);
}

function read(path: string): Buffer {
  return readFileSync(join(root, path));
}

function grown(content: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(1_000_000 / content.length) }, () => content));
}
