import { commandHelp } from "./command.ts";
import { defuse, defuseLine, fence } from "./defuse.ts";
import { redactFormats } from "./redact.ts";
import type { Sight } from "./sight.ts";
import type { Task } from "./task.ts";
import { duration, money } from "./figures.ts";
import { headline } from "./words.ts";

/** All commands, for people. */
export function commandTable(): string {
  const rows = commandHelp.map(([command, what]) => `| \`/coppice ${command.replaceAll("|", "\\|")}\` | ${what} |`);
  return ["| say | to |", "|---|---|", ...rows].join("\n");
}

export function noSuchAgent(name: string, agents: readonly string[]): string {
  return `There is no agent named ${defuseLine(name)} here, so that label begins nothing; known are: ${agents.join(", ")}.`;
}

/** The full state, for who asks. */
export function statusAnswer(task: Task, sight: Sight): string {
  const { usage, run, steering, round } = task;
  const lines: (readonly [string, string | undefined])[] = [
    ["State", `${headline(task)}: ${defuse(task.why)}`],
    ["Trouble", task.trouble === undefined ? undefined : defuse(task.trouble)],
    ["Queue", task.phase.at === "queued" ? `${sight.slot.ahead} before it; ${sight.slot.why}` : undefined],
    ["Attempt", String(task.attempt)],
    ["Round", round === undefined ? undefined : String(round.number)],
    ["Agent", defuse(`${task.agent}${usage.model === undefined ? "" : ` (${usage.model})`}`)],
    ["Time", run === undefined ? undefined : duration(usage.workedMs)],
    ["Turns", run === undefined ? undefined : String(Math.max(usage.turns, run.turns))],
    ["Cost", run === undefined ? undefined : money(usage.usd)],
    ["Last said by a person", steering.last === undefined ? undefined : defuse(steering.last)],
    ["Waiting wishes", steering.wishes.length === 0 ? undefined : String(steering.wishes.length)],
    ["Pull request", task.pull === undefined ? undefined : `#${task.pull.number}`],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`- **${name}**: ${value}`])).join("\n");
}

export interface Decision {
  readonly atMs: number;
  readonly phase: string;
  readonly why: string;
}

const newestDecisions = 12;

function decided({ atMs, phase, why }: Decision): string {
  return `${new Date(atMs).toISOString().slice(11, 19)} ${phase}: ${why}`;
}

/** Why the task is where it is, and how it came there. */
export function whyAnswer(task: Task, decisions: readonly Decision[]): string {
  const lines = decisions
    .slice(-newestDecisions)
    .map(({ atMs, phase, why }) => `- ${new Date(atMs).toISOString().slice(11, 19)} ${phase}: ${defuse(why)}`);
  const trouble =
    task.trouble === undefined ? [] : [`The next step fails, and is tried again: ${defuse(task.trouble)}`];
  return [
    `It is **${task.phase.at}**: ${defuse(task.why)}.`,
    ...trouble,
    folded("How it came here", lines.join("\n")),
  ].join("\n\n");
}

/** The agent's screen, for people who can't attach. */
export function logsAnswer(screen: string | undefined, decisions: readonly Decision[]): string {
  const last = decisions.slice(-newestDecisions).map(decided).join("\n");
  const events = last === "" ? [] : [folded("The last events", fence(redactFormats(last)))];
  return [screenWords(screen), ...events].join("\n\n");
}

function screenWords(screen: string | undefined): string {
  if (screen === undefined) return "There is no session whose screen could be shown.";
  const text = redactFormats(screen.replace(/\s+$/, ""));
  return folded("The agent's screen", text === "" ? "(empty)" : fence(text));
}

export interface Difference {
  readonly commits: number;
  readonly changedFiles: number;
  readonly additions: number;
  readonly deletions: number;
  readonly uncommitted: number;
  readonly lastSubject: string;
}

export function diffAnswer(difference: Difference | undefined): string {
  if (difference === undefined) return "There is no workspace to look at.";
  const { commits, changedFiles, additions, deletions, uncommitted, lastSubject } = difference;
  const last = lastSubject === "" ? "" : ` The last commit: ${defuse(lastSubject)}.`;
  const open = uncommitted === 0 ? "" : ` ${uncommitted} changed or new files are in no commit yet.`;
  return `${commits} commits so far: ${changedFiles} files, +${additions} −${deletions}.${last}${open}`;
}

function folded(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
}

export function noTask(label: string): string {
  return `Nothing is asked for here yet: put the label \`${label}\` on the issue, and an agent takes it up.`;
}
