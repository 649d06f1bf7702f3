/**
 * `npm run mutants`: plants one mistake at a time in a copy of the core, and says whether the tests of core and control see it.
 * Exits with 1 when one is not seen, or no longer fits the code.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Mutant, mutants } from "./mutant-list.ts";

/** Files to plant mistakes in, when not in all. */
const wanted = process.argv.slice(2);
const quick = ["test/core", "--exclude", "test/core/promises.test.ts"];
const root = join(import.meta.dirname, "..");
const copy = await mkdtemp(join(tmpdir(), "coppice-mutants-"));
let missed = 0;
try {
  for (const name of ["src", "test", "docs", "package.json", "tsconfig.json", "vitest.config.ts"]) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  // A test that fails anyway would catch them all.
  if (await fails(quick)) throw new Error("the tests of core fail without a mistake, too");
  const chosen = mutants.filter(([file]) => wanted.length === 0 || wanted.includes(file));
  for (const mutant of chosen) await tryOne(mutant);
  process.stdout.write(`${chosen.length - missed} of ${chosen.length} mutants are caught\n`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  await rm(copy, { recursive: true, force: true });
}

async function tryOne([file, from, to]: Mutant): Promise<void> {
  const path = join(copy, "src/core", file);
  const good = await readFile(path, "utf8");
  const verdict =
    good.split(from).length === 2
      ? await verdictOn(
          path,
          good.replace(from, () => to),
          good,
        )
      : "NO LONGER FITS";
  if (!verdict.startsWith("caught")) missed += 1;
  process.stdout.write(`| ${file} | \`${oneLine(from)}\` → \`${oneLine(to)}\` | ${verdict} |\n`);
}

async function verdictOn(path: string, bad: string, good: string): Promise<string> {
  await writeFile(path, bad);
  try {
    // The quick tables first; the exhaustive promises and the storms only for what gets past them.
    if (await fails(quick)) return "caught by test/core";
    if (await fails(["test/control"])) return "caught by test/control";
    return (await fails(["test/core/promises.test.ts"])) ? "caught by test/core/promises.test.ts" : "MISSED";
  } finally {
    await writeFile(path, good);
  }
}

async function fails(tests: readonly string[]): Promise<boolean> {
  const { exitCode } = await execa({
    cwd: copy,
    preferLocal: true,
    localDir: root,
    reject: false,
    env: { COPPICE_SEEDS: "25" },
  })`vitest run --bail=1 ${tests}`;
  return exitCode !== 0;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
}
