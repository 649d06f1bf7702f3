import { defuse, defuseLine, quote } from "./defuse.ts";
import { nearWords } from "./budget-words.ts";
import { count, duration, money, utc } from "./figures.ts";
import { allowWords } from "./held.ts";
import { pauseHint, pauseWords } from "./pause-words.ts";
import { namesOf, statusMarker } from "./names.ts";
import { watchWords } from "./pull-watch.ts";
import { leftOutWords } from "./remark-words.ts";
import type { Sight } from "./sight.ts";
import { redactFormats } from "./redact.ts";
import { askedWords, howToAnswer } from "./asking-words.ts";
import type { GaveUp, Outcome, PauseCause, Task, Usage } from "./task.ts";
import type { StateLabel } from "./trigger.ts";

/** The one status comment of a task. Holds no clock that ticks, so it changes only when something happened. */
export function statusComment(task: Task, sight: Sight): string {
  const parts = [
    statusMarker(task.id),
    `### ${headline(task)}${sight.rivals.length === 0 ? "" : ` · ${defuseLine(task.agent)}`}`,
    outcomeLine(task),
    watched(task),
    steered(task),
    leftOutWords(task),
    allowWords(task),
    paused(task),
    nearlyUsedUp(task),
    table(rows(task, sight)),
    asked(task, sight),
    lastSaid(task),
    trouble(task),
    mistakes(task),
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

export function headline(task: Task): string {
  switch (task.phase.at) {
    case "asked":
    case "queued":
      return "🌱 Queued";
    case "preparing":
      return "🌱 Making a workspace";
    case "working":
      return "🌿 The agent is working";
    case "waiting":
      return "✋ The agent is waiting for you";
    case "paused":
      return pausedHeadline(task.phase.cause);
    case "checking":
      return "🔎 Running the repository's checks";
    case "delivering":
      return "📦 Opening the pull request";
    case "in-review":
      return `👀 Ready for review${task.pull === undefined ? "" : `: #${task.pull.number}`}`;
    case "stopped":
    case "ending":
    case "done":
      return outcomeHeadline(task.phase.outcome);
    default:
      return task.phase satisfies never;
  }
}

function pausedHeadline(cause: PauseCause): string {
  switch (cause.is) {
    case "person":
      return "⏸️ Interrupted";
    case "budget":
      return "⏸️ The budget is used up";
    case "usage-limit":
      return "⏸️ At the usage limit of the agent's account";
    default:
      return cause satisfies never;
  }
}

function outcomeHeadline(outcome: Outcome): string {
  switch (outcome.is) {
    case "merged":
      return "🌳 Merged";
    case "closed":
    case "outdone":
      return "🍂 Closed";
    case "no-change-needed":
      return "🍃 No change needed";
    case "stopped-by":
      return "🛑 Stopped";
    case "refused":
      return "🚫 Not started";
    case "unreachable":
      return "🔌 Out of reach";
    case "gave-up":
      return `🥀 ${gaveUpWords[outcome.cause]}`;
    default:
      return outcome satisfies never;
  }
}

const gaveUpWords: Record<GaveUp, string> = {
  "agent-failed": "The agent failed",
  "out-of-credit": "Out of credit",
  login: "The agent could not log in",
  "nothing-committed": "Nothing was committed",
  "no-progress": "The agent made no progress",
  "checks-fail": "The checks fail",
  "limit-reached": "Limit reached",
  "unknown-base": "Unknown base branch",
  "set-up-failed": "The set-up failed",
  "push-refused": "The branch can't be pushed",
  "repository-unavailable": "The repository can't be reached",
};

/** One sentence for each way in which a task can end. */
function outcomeLine(task: Task): string | undefined {
  const { phase } = task;
  if (phase.at !== "stopped" && phase.at !== "ending" && phase.at !== "done") return undefined;
  const { outcome } = phase;
  switch (outcome.is) {
    case "merged":
      return "The pull request was merged.";
    case "closed":
      return `Ended because ${task.why}.${saved(task)}`;
    case "outdone":
      return `Ended because ${outcome.agent}'s pull request #${outcome.pull.number} was merged.${saved(task)}`;
    case "no-change-needed":
      return noChange(outcome.reason.trim());
    case "stopped-by":
      return `Stopped: ${outcome.who} ${outcome.how}.${saved(task)}`;
    case "refused":
      return `Not started: ${sentence(outcome.reason)}`;
    case "unreachable":
      return `Ended because ${sentence(outcome.reason)}`;
    case "gave-up":
      return `Given up: ${sentence(outcome.detail)} ${cure(outcome.cause)}`;
    default:
      return outcome satisfies never;
  }
}

/** A reason in whole paragraphs is quoted as it is. */
function noChange(reason: string): string {
  if (reason.includes("\n")) return `The agent says that no change is needed:\n\n${quote(reason)}`;
  return reason === ""
    ? "The agent says that no change is needed."
    : `The agent says that no change is needed: ${sentence(reason)}`;
}

/** Whatever it is, on one line and with one full stop. */
function sentence(text: string): string {
  const line = defuseLine(text);
  if (line === "") return "nobody says why.";
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

function saved(task: Task): string {
  return task.run === undefined ? "" : " What the agent wrote is saved.";
}

function cure(cause: GaveUp): string {
  const again = "take the label off and put it on again for another attempt";
  switch (cause) {
    case "out-of-credit":
      return `Add credit to the account, then ${again}.`;
    case "login":
      return `Mend the agent's login or key on the machine, then ${again}.`;
    case "unknown-base":
      return `Correct the line \`Base: …\` in the issue, then ${again}.`;
    case "agent-failed":
    case "nothing-committed":
    case "no-progress":
    case "checks-fail":
    case "limit-reached":
    case "set-up-failed":
    case "push-refused":
    case "repository-unavailable":
      return `The workspace is kept for you to look at; ${again}.`;
    default:
      return cause satisfies never;
  }
}

function rows(task: Task, sight: Sight): readonly (readonly [string, string])[] {
  const names = namesOf(task);
  const found: [string, string][] = [];
  if (task.phase.at === "queued")
    found.push(["Place", sight.slot.ahead === 0 ? "next" : `${sight.slot.ahead} before it`], ["Why", sight.slot.why]);
  if (task.phase.at !== "queued" && task.base !== undefined)
    found.push(["Branch", `\`${names.branch}\` from \`${task.base.branch}\``]);
  found.push([
    "Agent",
    defuseLine(task.usage.model === undefined ? task.agent : `${task.agent} (${task.usage.model})`),
  ]);
  if (task.run !== undefined) found.push(["Started", utc(task.run.startedAtMs)]);
  found.push(["Asked by", task.asked.by.login], ...competitors(sight));
  const missing = leftOut(task);
  if (missing !== undefined) found.push(["Left out", missing]);
  if (!sight.isWalled && task.phase.at !== "done")
    found.push(["Sandbox", "**off** for this repository: the agent can do on its machine what its owner can"]);
  if (task.run !== undefined && isAttachable(task, sight)) found.push(["Watch", `\`${sight.attach}\``]);
  return found;
}

/** What stands on the issue and the agent has not read. */
function leftOut({ brief }: Task): string | undefined {
  const comments = brief?.leftOut ?? 0;
  const parts = [
    ...(brief?.wasChanged === true ? ["what the issue's text became after the label"] : []),
    ...(comments > 0
      ? [`${comments} comment${comments === 1 ? "" : "s"} by others than writers, or later than the label`]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

function competitors({ rivals }: Sight): readonly [string, string][] {
  const shown = rivals.map(({ agent, pull }) => defuseLine(agent) + (pull === undefined ? "" : `: #${pull.number}`));
  return shown.length === 0 ? [] : [["Competes with", shown.join(", ")]];
}

/** A session stays for a while after its work; one that can't be seen is not said to be gone. */
function isAttachable(task: Task, sight: Sight): boolean {
  if (task.phase.at === "in-review" || task.phase.at === "stopped") {
    return sight.session.is === "alive" || sight.session.is === "unknown";
  }
  return ["working", "waiting", "paused", "checking", "delivering"].includes(task.phase.at);
}

function table(lines: readonly (readonly [string, string])[]): string {
  return ["| | |", "|---|---|", ...lines.map(([name, value]) => `| ${name} | ${cell(value)} |`)].join("\n");
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\s*\n\s*/g, " ");
}

function asked(task: Task, sight: Sight): string | undefined {
  if (task.phase.at !== "waiting") return undefined;
  const attach = sight.attach.replace(" attach -r ", " attach ");
  const { on } = task.phase;
  return [askedWords(on), howToAnswer(on, task), `Answer at its terminal: \`${attach}\``]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What the checks and the base of the pull request leave to people. */
function watched(task: Task): string | undefined {
  const words = task.phase.at === "in-review" ? watchWords(task) : undefined;
  return words === undefined ? undefined : `✋ ${sentence(words.slice(0, 1).toUpperCase() + words.slice(1))}`;
}

/** What people did with commands. */
function steered(task: Task): string | undefined {
  const { phase, steering } = task;
  if (phase.at === "in-review" && steering.wishes.length > 0) return `✋ ${defuse(task.why)}.`;
  if (steering.last === undefined) return undefined;
  const hint = phase.at === "paused" && phase.cause.is === "person" ? ` ${pauseHint(phase.cause)}` : "";
  return `${defuse(redactFormats(steering.last))}.${hint}`;
}

/** Why it rests without a person's word, and what lets it go on. */
function paused({ phase }: Task): string | undefined {
  if (phase.at !== "paused" || phase.cause.is === "person") return undefined;
  return `⏸️ Paused: ${pauseWords(phase.cause)}. ${pauseHint(phase.cause)}`;
}

/** Said once, while there is still something to do about it. */
function nearlyUsedUp({ phase, spending }: Task): string | undefined {
  const isAtWork = ["working", "waiting", "checking", "delivering"].includes(phase.at);
  return isAtWork && spending.near !== undefined ? `⚠️ ${nearWords(spending.near)}` : undefined;
}

function lastSaid(task: Task): string | undefined {
  const said = task.run?.lastSaid ?? "";
  if (said === "") return undefined;
  return `<details open><summary>What the agent said last</summary>\n\n${quote(said)}\n\n</details>`;
}

function trouble(task: Task): string | undefined {
  return task.trouble === undefined
    ? undefined
    : `⚠️ The next step fails, and is tried again: ${defuseLine(task.trouble)}`;
}

function mistakes(task: Task): string | undefined {
  if (task.settingsMistakes.length === 0) return undefined;
  const list = task.settingsMistakes.map((one) => `- ${defuseLine(one)}`).join("\n");
  return `⚠️ \`.github/coppice.yml\` on the default branch can't be used, so the last good settings are in force:\n\n${list}`;
}

export function labelOf(task: Task): StateLabel | undefined {
  switch (task.phase.at) {
    case "asked":
    case "queued":
      return undefined;
    case "preparing":
    case "working":
    case "checking":
    case "delivering":
      return "working";
    case "waiting":
      return "waiting";
    case "paused":
      // Nobody has to do anything about a limit that passes with time.
      return task.phase.cause.is === "usage-limit" ? undefined : "waiting";
    case "in-review":
      return "review";
    case "stopped":
      return "failed";
    case "ending":
    case "done":
      return undefined;
    default:
      return task.phase satisfies never;
  }
}

/** The pull request in the agent's words, with what a reviewer wants to know of how it came about. */
export function pullBody(task: Task): string {
  const closes = `Closes #${task.issue.number}`;
  const submitted = task.run?.submitted;
  return [
    defuse(submitted?.body ?? ""),
    closes,
    ...flagged(task),
    "---",
    costs(task.usage, task),
    `Made by Coppice for #${task.issue.number}, asked by ${task.asked.by.login}.`,
  ].join("\n\n");
}

/** What a reviewer could miss in a long list of files. */
function flagged({ delivered }: Task): readonly string[] {
  const flags = delivered?.flags ?? [];
  if (flags.length === 0) return [];
  const lines = flags.slice(0, mostFlags).map(({ path, why }) => `- ${code(path)}: ${defuseLine(why)}`);
  const more = flags.length > mostFlags ? [`- and ${flags.length - mostFlags} more`] : [];
  return [["**Please look twice at:**", "", ...lines, ...more].join("\n")];
}

const mostFlags = 20;

/** A path as inline code, which no path can end. */
function code(path: string): string {
  const shown = defuseLine(path).replaceAll("`", "'");
  return `\`${shown}\``;
}

function costs(usage: Usage, task: Task): string {
  const head = "| Agent | Model | Run time | Turns | Tokens (in / out / cached) | Cost |\n|---|---|---|---|---|---|";
  const tokens = `${count(usage.inputTokens)} / ${count(usage.outputTokens)} / ${count(usage.cachedTokens)}`;
  const line = [
    task.agent,
    defuseLine(usage.model ?? "unknown"),
    duration(usage.workedMs),
    String(Math.max(usage.turns, task.run?.turns ?? 0)),
    tokens,
    money(usage.usd),
  ];
  return `${head}\n| ${line.map(cell).join(" | ")} |`;
}
