import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import type { Demo } from "./demo.ts";
import { findingsFor, isOver, leftovers } from "./play/findings.ts";
import { createPlayer, type Player, type SeenPull, type Sight } from "./play/people.ts";
import { createStory, news, type Story } from "./play/story.ts";
import { answerAt, askedIn } from "./play/terminal.ts";

export interface PlayOptions {
  readonly print?: (line: string) => void;
  /** How long all of it may take. */
  readonly limitMs?: number;
}

export interface Played {
  readonly ok: boolean;
  /** What is not as it should be. */
  readonly reasons: readonly string[];
}

const triggerLabel = "coppice";
const lookEveryMs = 300;
/** The comment says a moment longer that somebody is waited for; after this an answer must have been lost. */
const patienceMs = 30_000;
/** A real agent thinks longer than the demo's. */
const limits = { demo: 4 * 60_000, claude: 40 * 60_000 } as const;

/**
 * Plays the people of the demo: labels the three issues, answers what agents ask, reviews and merges what comes. Then looks
 * whether everything is as it should be.
 */
export async function play(demo: Demo, options: PlayOptions = {}): Promise<Played> {
  const { print = console.log, limitMs = limits[demo.agent] } = options;
  const story = createStory(print);
  const deadlineMs = story.startedMs + limitMs;
  const parts = demo.sample.issues.map((issue, at) => createPart(demo, story, issue, at === 1 ? "aiko" : "mira"));
  for (const part of parts) await part.begin();
  while (Date.now() < deadlineMs && !parts.every((part) => part.isOver())) {
    for (const part of parts) await part.goOn();
    await sleep(lookEveryMs);
  }
  const left = await untilEmpty(demo, Math.max(deadlineMs, Date.now() + 10_000));
  const reasons = [...(await findings(demo)), ...left];
  if (reasons.length === 0) story.tell("everyone", "🍵 all three issues are merged, and nothing is left behind");
  for (const line of summary(demo, parts, reasons)) print(line);
  return { ok: reasons.length === 0, reasons };
}

interface Part {
  begin(): Promise<void>;
  /** Looks at the issue, and does what a person would do next about it. */
  goOn(): Promise<void>;
  isOver(): boolean;
  line(): readonly string[];
}

function createPart(demo: Demo, story: Story, issue: number, login: string): Part {
  const player = createPlayer(demo, login);
  const answeredMs = new Map<string, number>();
  let sight: Sight | undefined;
  let openedMs: number | undefined;
  let overMs: number | undefined;
  let beganMs = story.startedMs;

  async function answer(seen: Sight): Promise<void> {
    const asked = askedIn(seen);
    const beforeMs = Date.now() - (answeredMs.get(asked?.question ?? "") ?? 0);
    if (asked === undefined || beforeMs < patienceMs) return;
    answeredMs.set(asked.question, Date.now());
    await answerAt(asked, 2);
    story.tell(login, `answers at the agent's terminal with number 2: “${asked.question}”`);
  }

  return {
    async begin() {
      const { title } = await player.look(issue);
      beganMs = Date.now();
      await player.label(issue, triggerLabel);
      story.tell(login, `puts the label “${triggerLabel}” on #${issue} ${title}`);
    },
    async goOn() {
      if (overMs !== undefined) return;
      const seen = await player.look(issue);
      for (const line of news(issue, sight, seen)) story.tell("coppice", line);
      sight = seen;
      await answer(seen);
      const pull = seen.pulls.find(({ state }) => state === "open");
      if (seen.pulls.length > 0) openedMs ??= Date.now();
      if (pull !== undefined && isReady(pull, player)) await reviewAndMerge(player, story, pull);
      if (isOver(seen) && !seen.isOpen) overMs = Date.now();
    },
    isOver: () => overMs !== undefined,
    line: () => [
      `#${issue} ${sight?.title ?? ""}`,
      sight?.pulls.map(({ number }) => `#${number}`).join(" ") ?? "",
      seconds(beganMs, openedMs),
      seconds(beganMs, overMs),
    ],
  };
}

/** The one who put the label on is asked for the review. */
const isReady = ({ isDraft, asks }: SeenPull, { login }: Player): boolean => !isDraft && asks.includes(login);

async function reviewAndMerge(player: Player, story: Story, { number }: SeenPull): Promise<void> {
  const files = await player.approve(number);
  story.tell(player.login, `reads #${number} (${files}) and approves`);
  await player.merge(number);
  story.tell(player.login, `merges #${number}`);
}

/** Workspaces go a moment after the comments say so. */
async function untilEmpty(demo: Demo, deadlineMs: number): Promise<string[]> {
  for (;;) {
    const left = await leftovers(demo);
    if (left.length === 0 || Date.now() > deadlineMs) return left;
    await sleep(lookEveryMs);
  }
}

async function findings(demo: Demo): Promise<string[]> {
  const player = createPlayer(demo, "mira");
  const found: string[] = [];
  for (const issue of demo.sample.issues) found.push(...(await findingsFor(player, issue)));
  return [...found, ...demo.github.violations.map((violation) => `against GitHub's contract: ${violation}`)];
}

function summary(demo: Demo, parts: readonly Part[], reasons: readonly string[]): string[] {
  const rows = [["Issue", "Pull request", "Opened after", "Done after"], ...parts.map((part) => part.line())];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("   "));
  const ours = demo.github.requests.filter(({ who }) => who === "app" || who.startsWith("installation")).length;
  const [head = "", ...rest] = lines;
  return [
    "",
    styleText("bold", head),
    ...rest,
    "",
    `${ours} requests of Coppice to GitHub, ${demo.github.violations.length} of them or their answers against its contract.`,
    ...reasons.map((reason) => styleText("red", `✗ ${reason}`)),
    reasons.length === 0 ? styleText("green", "✓ All is as it should be.") : "",
  ];
}

function seconds(fromMs: number, toMs: number | undefined): string {
  return toMs === undefined ? "never" : `${((toMs - fromMs) / 1000).toFixed(1)} s`;
}
