/**
 * `npm run mutants`: plants one mistake at a time in a copy of the core, and says whether the tests of core and control see it.
 * Exits with 1 when one is not seen, or no longer fits the code.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

type Mutant = readonly [file: string, from: string, to: string];

const mutants: readonly Mutant[] = [
  [
    "advance.ts",
    'task.phase.at === "ending" || task.phase.at === "done" || sight.forge === "unknown"',
    'sight.forge === "unknown"',
  ],
  ["advance.ts", 'forge.pull.state === "merged"', 'forge.pull.state === "open"'],
  ["advance.ts", 'forge.issue === "closed"', 'forge.issue === "gone"'],
  ["advance.ts", "fact === undefined && nowMs - task.asked.atMs < labelSettlesMs", "fact === undefined"],
  ["advance.ts", "moment.sight.slot.free", "!moment.sight.slot.free"],
  ["advance.ts", "fact.atMs > task.asked.atMs", "fact.atMs >= task.asked.atMs"],
  ["advance.ts", 'sight.session.is === "absent" && sight.workspace.is === "absent"', 'sight.workspace.is === "absent"'],
  ["advance.ts", "!isGone || !isSaid(task, sight)", "!isGone"],
  ["advance.ts", 'sight.workspace.is !== "there"', 'sight.workspace.is === "absent"'],
  ["advance.ts", "task.run?.number === fact.run", "task.run !== undefined"],
  [
    "advance-run.ts",
    'if (sight.session.is === "unknown") return stay',
    'if (sight.session.is === "ended") return stay',
  ],
  ["advance-run.ts", 'sight.session.is === "absent" && task.run?.begun === true', 'sight.session.is === "absent"'],
  ["advance-run.ts", "run.restarts >= limits.restarts", "run.restarts > limits.restarts + 9"],
  ["failures.ts", "run.failures > retry.most", "run.failures > retry.most * 100"],
  ["advance-run.ts", "workedMs <= runMs", "workedMs >= 0"],
  ["advance-run.ts", "if (run.backgroundTasks > 0) return stay", "if (run.backgroundTasks > 1) return stay"],
  ["advance-run.ts", "isNewSign || hasMovedOn", "isNewSign"],
  ["advance-run.ts", "rounds > limit", "rounds > limit + 1"],
  ["advance-run.ts", "workspace.commitsAhead > 0 && workspace.uncommitted === 0", "workspace.uncommitted === 0"],
  ["advance-run.ts", "isWhole: false", "isWhole: true"],
  ["advance-run.ts", "task.delivered === undefined || task.pull === undefined", "task.delivered === undefined"],
  [
    "plan.ts",
    'sight.session.is !== "absent") return [{ do: "end-session" }]',
    'sight.session.is === "absent") return [{ do: "end-session" }]',
  ],
  ["plan.ts", "if (run.begun) return [];", ""],
  [
    "plan.ts",
    'if (sight.workspace.is === "absent") return [{ do: "prepare-workspace" }]',
    'if (sight.workspace.is !== "there") return [{ do: "prepare-workspace" }]',
  ],
  ["plan.ts", 'task.phase.at !== "ending" || sight.session.is === "unknown"', 'task.phase.at !== "ending"'],
  [
    "plan.ts",
    'if (isThere(sight)) return [{ do: "end-session" }];\n  return sight.workspace',
    "return sight.workspace",
  ],
  ["plan.ts", 'task.pull === undefined ? [{ do: "open-pull" }] : []', '[{ do: "open-pull" }]'],
  ["plan.ts", "task.said.greeted ?", "!task.said.greeted ?"],
  ["plan.ts", 'sight.checks.is !== "absent"', 'sight.checks.is === "passed"'],
  ["plan.ts", "text !== task.said.text && mayEdit", "mayEdit"],
];

const root = join(import.meta.dirname, "..");
const copy = await mkdtemp(join(tmpdir(), "coppice-mutants-"));
let missed = 0;
try {
  for (const name of ["src", "test", "package.json", "tsconfig.json", "vitest.config.ts"]) {
    await cp(join(root, name), join(copy, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  for (const mutant of mutants) await tryOne(mutant);
  process.stdout.write(`${mutants.length - missed} of ${mutants.length} mutants are caught\n`);
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
    if (await fails(["test/core", "--exclude", "test/core/promises.test.ts"])) return "caught by test/core";
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
