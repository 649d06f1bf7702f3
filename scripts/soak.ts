/**
 * `npm run soak -- [--tasks 200] [--slots 8]`: the real service with real git and tmux, the demo's agent, and a GitHub of which every
 * twentieth request goes wrong, until all tasks are merged. Prints memory and file handles on the way. GitHub is written to once a second
 * at most, so this takes about ten seconds a task.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import type { Fault } from "../src/demo/github/wire.ts";
import { commentsOf, pullOf } from "../test/e2e/sights.ts";
import { askFor, countsOf, oneOfEach } from "../test/torture/journey.ts";
import { type Killable, startKillable } from "../test/torture/killable.ts";

const program = new Command("npm run soak --")
  .description("Plays many tasks on the real service, with faults.")
  .option("--tasks <number>", "how many issues are labelled", wholeNumber, 200)
  .option("--slots <number>", "how many agents work at once", wholeNumber, 8);
program.parse();
const { tasks, slots } = program.opts<{ tasks: number; slots: number }>();

const chance = 0.05;
const faults: readonly Fault[] = [
  { is: "answered", status: 502 },
  { is: "answered", status: 502, isDone: true },
  { is: "cut" },
  { is: "cut", isDone: true },
  { is: "answered", status: 429, message: "Too many requests", headers: { "retry-after": "1" } },
];

const stage = await startKillable({
  MAX_SESSIONS: String(slots),
  MAX_SESSIONS_PER_REPOSITORY: String(slots),
  MAX_OPEN_PULLS: String(tasks),
});
const startedAtMs = Date.now();
try {
  stage.github.faults = () => (Math.random() < chance ? faults[Math.floor(Math.random() * faults.length)] : undefined);
  await stage.listening();
  process.exitCode = (await play(stage)) ? 0 : 1;
} finally {
  await stage.close();
}

/** @returns whether each issue has one of each. */
async function play(scene: Killable): Promise<boolean> {
  const issues: number[] = [];
  const merged = new Set<number>();
  let nextLine = 0;
  say("merged", "minutes", "MB", "handles", "starts");
  while (merged.size < tasks) {
    if (issues.length < tasks && issues.length - merged.size < 2 * slots)
      issues.push(await askFor(scene, `Say hello ${issues.length + 1}`));
    for (const issue of issues) if (!merged.has(issue) && (await mergeIfReady(scene, issue))) merged.add(issue);
    if (merged.size >= nextLine) {
      report(scene, merged.size);
      nextLine += Math.max(1, Math.ceil(tasks / 10));
    }
    await setTimeout(500);
  }
  return await judge(scene, issues);
}

async function mergeIfReady(scene: Killable, issue: number): Promise<boolean> {
  const { github, repository } = scene;
  const pull = pullOf(github, repository, issue);
  const isReady = commentsOf(github, repository, issue).some((text) => text.includes("Ready for review"));
  if (pull === undefined || !isReady) return false;
  await github.as("mira").merge(repository, pull.number);
  return true;
}

function report({ pid, starts }: Killable, merged: number): void {
  const own = `/proc/${pid()}`;
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`${own}/status`, "utf8"))?.[1]);
  const minutes = (Date.now() - startedAtMs) / 60_000;
  say(
    String(merged),
    minutes.toFixed(1),
    String(Math.round(kilobytes / 1_024)),
    String(readdirSync(`${own}/fd`).length),
    String(starts()),
  );
}

async function judge(scene: Killable, issues: readonly number[]): Promise<boolean> {
  const isOver = (issue: number) =>
    commentsOf(scene.github, scene.repository, issue).some((text) => text.includes("Merged"));
  for (let left = 300; left > 0 && !issues.every(isOver); left -= 1) await setTimeout(1_000);
  const bad = issues.filter((issue) => JSON.stringify(countsOf(scene, issue)) !== JSON.stringify(oneOfEach));
  const open = issues.filter((issue) => !isOver(issue));
  for (const issue of bad) console.log(`#${issue}: ${JSON.stringify(countsOf(scene, issue))}`);
  console.log(
    bad.length + open.length === 0 ? "one of each for every issue" : `not over: ${open.join(", ") || "none"}`,
  );
  return bad.length + open.length === 0;
}

function say(...cells: readonly string[]): void {
  console.log(cells.map((cell) => cell.padStart(10)).join(""));
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}
