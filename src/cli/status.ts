import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { execa } from "execa";
import { isReserve, type RequestsLeft } from "../core/request-budget.ts";
import type { Overview, TaskLine } from "../store/overview.ts";
import { homeOf } from "./home.ts";
import { sizeOf } from "./sizes.ts";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("what the service and its tasks are doing, when GitHub was last heard, and how much disk is used")
    .option("--home <folder>", "the state folder, when not that of the settings here")
    .action(async (flags: { readonly home?: string }) => {
      const home = await homeOf(flags);
      const [{ readOverview }, { redactFormats }] = await Promise.all([
        import("../store/overview.ts"),
        import("../core/redact.ts"),
      ]);
      const nowMs = Date.now();
      const lines = statusLines(await readOverview(join(home, "coppice.db"), nowMs), nowMs);
      process.stdout.write(`${redactFormats([...lines, await diskLine(home)].join("\n"))}\n`);
    });
}

/** What GitHub does not tell for so long is either nothing, or lost; the sweep is what finds out. */
const longSilenceMs = 60 * 60_000;

export function statusLines(overview: Overview, nowMs: number): readonly string[] {
  const { servicePid, lastEventMs, lastSweepMs, requests, tasks } = overview;
  const ago = (ms: number | undefined) => (ms === undefined ? "never" : `${lengthOf(nowMs - ms)} ago`);
  const isGap = lastSweepMs === undefined || nowMs - lastSweepMs > longSilenceMs;
  return [
    servicePid === undefined
      ? "service  not running (`start` takes its tasks up again)"
      : `service  running (process ${servicePid})`,
    `GitHub   last webhook ${ago(lastEventMs)}; last sweep ${ago(lastSweepMs)}`,
    ...(isGap ? ["         webhooks since the last sweep may be missing; the next sweep finds what they told"] : []),
    ...(requests === undefined ? [] : [`         ${requestWords(requests, nowMs)}`]),
    `tasks    ${tasks.length === 0 ? "none" : `${tasks.length} live`}`,
    ...tasks.flatMap((task) => taskLines(task, queueOf(tasks), nowMs)),
  ];
}

function requestWords(requests: RequestsLeft, nowMs: number): string {
  const rest = `${requests.left} of ${requests.limit} requests left for the next ${lengthOf(requests.resetMs - nowMs)}`;
  return isReserve(requests, nowMs) ? `${rest}; they are kept for people, and sweeps wait` : rest;
}

function queueOf(tasks: readonly TaskLine[]): readonly TaskLine[] {
  return tasks.filter(({ phase }) => phase === "queued");
}

function taskLines(task: TaskLine, queue: readonly TaskLine[], nowMs: number): readonly string[] {
  const { issue, phase, why, trouble, sinceMs, pull } = task;
  const place = phase === "queued" ? ` (${queue.indexOf(task) + 1} of ${queue.length})` : "";
  const request = pull === undefined ? "" : `, pull request #${pull}`;
  const head = `  ${issue.owner}/${issue.name}#${issue.number}  ${phase}${place} for ${lengthOf(nowMs - sinceMs)}${request}`;
  const said = trouble === undefined ? [why] : [why, `trouble: ${trouble}`];
  return [
    head,
    ...said.filter((words) => words !== "").map((words) => `      ${words.replace(/[\p{Cc}\p{Cf}]+/gu, " ")}`),
  ];
}

export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Files come and go meanwhile, and `du` complains about those; what it says of the rest is what we want. */
async function diskLine(home: string): Promise<string> {
  const { stdout } = await execa("du", ["-sk", home], { reject: false, timeout: 60_000 });
  const { bavail, bsize } = await statfs(home);
  const used = /^(\d+)/.exec(stdout)?.[1];
  return `disk     ${used === undefined ? "an unknown amount" : sizeOf(Number(used) * 1_024)} in ${home}; ${sizeOf(bavail * bsize)} free`;
}
