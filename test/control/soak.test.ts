import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import * as z from "zod";
import { createPace } from "../../src/forge/pace.ts";
import { agents } from "../fakes/agents.ts";
import { around, flaky } from "../fakes/flaky.ts";
import { createRandom } from "../fakes/random.ts";
import type { FakeWorld } from "../fakes/world.ts";
import { aWorld, expectNothingLeft, expectOnePull, statusOf } from "./a-world.ts";

const tasks = 200;
const slots = 8;
const chance = 0.05;
const hourMs = 3_600_000;
const works = [agents.good, agents.exits, agents.forgetsToSubmit, agents.forgetsToCommit, agents.crashesOnce];

const writes = /^(greet|say|showState|openPull|askReview|react|comment|editComment|answerThread|showCheck)$/;

const alreadySaid = z.object({ said: z.object({ commentId: z.number() }) });

/** Whether a call makes a comment or a pull request: of those GitHub takes only so many. */
function isNewContent(name: string, [task]: readonly unknown[]): boolean {
  const isFirstWord = name === "say" && !alreadySaid.safeParse(task).success;
  return isFirstWord || name === "openPull" || name === "comment";
}

/** GitHub as it is reached by the real pace, with the time of each thing made there. */
function paced<Port extends object>(forge: Port, contentAtMs: number[]): Port {
  const pace = createPace(
    () => Date.now(),
    (ms) => Promise.resolve(vi.advanceTimersByTime(ms)),
  );
  return around(forge, (name, call, values) => {
    if (!writes.test(name)) return call();
    const isContent = isNewContent(name, values);
    return pace.write("9", isContent, () => {
      if (isContent) contentAtMs.push(Date.now());
      return call();
    });
  });
}

it(`${tasks} tasks over ${slots} slots come to their end with faults in every twentieth call`, {
  timeout: 240_000,
}, async () => {
  const random = createRandom(1);
  const contentAtMs: number[] = [];
  const world = await aWorld({
    operator: { maxSessions: slots, maxSessionsPerRepository: slots, maxOpenPulls: 2 * slots },
    mostLogLines: 100,
    isUnsure: () => random() < chance,
    mail: () => (random() < chance ? [300_000] : random() < chance ? [200, 900] : [200]),
    fault: (port, name) => {
      const faulty = flaky(port, random, chance);
      return name === "forge" ? paced(faulty, contentAtMs) : faulty;
    },
  });
  const startedAtMs = Date.now();
  const handles = openHandles();
  await label(world, tasks / 2);
  await untilMerged(world, tasks / 2);
  const halfway = heapBytes();
  await label(world, tasks / 2);
  await untilMerged(world, tasks);

  const tookMs = Date.now() - startedAtMs;
  const grownPerTask = (heapBytes() - halfway) / (tasks / 2);
  process.stdout.write(
    `soak: ${tasks} tasks in ${Math.round(tookMs / 60_000)} min of their time, ` +
      `${mostWithin(contentAtMs, hourMs)} new things in the busiest hour and ${mostWithin(contentAtMs, 60_000)} in its minute, ` +
      `${Math.round(grownPerTask / 1_024)} KB of heap a task (the fakes' own memories), ${openHandles() - handles} more handles\n`,
  );
  for (const number of world.github.issues.keys()) expectOnePull(world, number);
  expectNothingLeft(world);
  expect(mostWithin(contentAtMs, hourMs)).toBeLessThanOrEqual(500);
  expect(mostWithin(contentAtMs, 60_000)).toBeLessThanOrEqual(80);
  expect(tookMs).toBeLessThan(12 * hourMs);
  expect(openHandles()).toBeLessThanOrEqual(handles);
  expect(grownPerTask).toBeLessThan(64 * 1_024);
});

/** People merge what is ready while more is asked for. */
async function label(world: FakeWorld, count: number): Promise<void> {
  const { github, machine, pass } = world;
  for (let at = 0; at < count; at += 1) {
    const { number } = github.openIssue(`Mend shop ${at}`);
    machine.behaviours.set(number, works[at % works.length] ?? agents.good);
    github.label(number);
    await pass(5_000);
    mergeWhatIsReady(world);
  }
}

/** People merge what is ready, and look again every ten seconds until so many are through. */
async function untilMerged(world: FakeWorld, count: number): Promise<void> {
  const { github, machine } = world;
  const isMerged = (number: number) => statusOf(world, number).includes("Merged");
  for (let left = 4_320; left > 0; left -= 1) {
    mergeWhatIsReady(world);
    const living = [...machine.sessions.values()].filter(({ status }) => status === undefined);
    expect(living.length).toBeLessThanOrEqual(most);
    if ([...github.issues.keys()].filter(isMerged).length === count && machine.workspaces.size === 0) return;
    await world.pass(10_000);
  }
  throw new Error(`not all of ${count} are merged`);
}

function mergeWhatIsReady(world: FakeWorld): void {
  for (const { number, body, state } of world.github.pulls.values()) {
    const issue = Number(/^Closes #(\d+)$/m.exec(body)?.[1]);
    if (state === "open" && statusOf(world, issue).includes("Ready for review")) world.github.endPull(number, "merged");
  }
}

/** Besides those at work, sessions of pull requests that people have not merged yet stay for them to look at. */
const most = slots * 2;

/** The most of these moments that lie within one stretch of time. */
function mostWithin(moments: readonly number[], stretchMs: number): number {
  let first = 0;
  let found = 0;
  for (const [last, moment] of moments.entries()) {
    while (moment - (moments[first] ?? 0) > stretchMs) first += 1;
    found = Math.max(found, last - first + 1);
  }
  return found;
}

setFlagsFromString("--expose-gc");

function heapBytes(): number {
  runInNewContext("gc()");
  return process.memoryUsage().heapUsed;
}

function openHandles(): number {
  return readdirSync("/proc/self/fd").length;
}
