import { afterAll, beforeAll, expect, it } from "vitest";
import { commentsOf } from "../e2e/sights.ts";
import { createRandom } from "../fakes/random.ts";
import { askFor, countsOf, mergeAndEnd, oneOfEach, startsOf, untilReview } from "./journey.ts";
import { type Killable, startKillable } from "./killable.ts";

/** `COPPICE_KILLS=100` kills at more moments of chance, `COPPICE_KILL_SEED` picks others. */
const kills = Number(process.env["COPPICE_KILLS"] ?? 12);
const seed = Number(process.env["COPPICE_KILL_SEED"] ?? 1);

/** A life of one issue, and where in it the service is killed. */
interface Life {
  readonly points: readonly string[];
  /** Called before the label. @returns which points have not come yet. */
  readonly arm: (service: Killable) => () => readonly string[];
}

const actions = [
  "greet",
  "label",
  "say",
  "prepare-workspace",
  "start-setup",
  "start-session",
  "tell",
  "start-checks",
  "let-stop",
  "deliver",
  "open-pull",
  "ask-review",
  "end-session",
  "clear-workspace",
];

function atActions(points: readonly string[]): Life {
  return {
    points,
    arm(service) {
      service.killAt(points);
      return () => service.momentsToCome();
    },
  };
}

/** GitHub has the request and answers it, and nobody is there any more to hear that. */
const requests: ReadonlyMap<string, (request: { operation: string; path: string; method: string }) => boolean> =
  new Map([
    ["inside the fetch of the base", ({ path, method }) => method === "POST" && path.endsWith("/git-upload-pack")],
    ["inside the comment", ({ operation }) => operation === "issues/create-comment"],
    ["inside the git push", ({ path, method }) => method === "POST" && path.endsWith("/git-receive-pack")],
    ["inside the pull request", ({ operation }) => operation === "pulls/create"],
    ["inside the request for review", ({ operation }) => operation === "pulls/request-reviewers"],
  ]);

const inRequests: Life = {
  points: [...requests.keys()],
  arm(service) {
    const toCome = new Map(requests);
    service.github.faults = (request) => {
      const hit = [...toCome].find(([, isIt]) => isIt(request));
      if (hit === undefined) return undefined;
      toCome.delete(hit[0]);
      service.kill();
      return undefined;
    };
    return () => [...toCome.keys()];
  },
};

/** Kills at moments of chance in the time that a life takes; those that come close together hit the start, too. */
function byChance(times: readonly number[]): Life {
  const points = times.map((ms) => `${ms} ms after the label`);
  return {
    points,
    arm(service) {
      const toCome = new Set(points);
      for (const [at, ms] of times.entries()) {
        setTimeout(() => {
          toCome.delete(points[at] ?? "");
          service.kill();
        }, ms);
      }
      return () => [...toCome];
    },
  };
}

/** Every boundary of an action, over four lives, so that kills in one are some way apart. */
const atEveryAction: readonly Life[] = [0, 1, 2, 3].map((rest) =>
  atActions(
    actions.flatMap((action, at) => {
      const when = at % 4 === rest ? ["before"] : (at + 2) % 4 === rest ? ["after"] : [];
      return when.map((word) => `${word} ${action}`);
    }),
  ),
);

function chancesIn(journeyMs: number): readonly Life[] {
  const random = createRandom(seed);
  const times = Array.from({ length: kills }, () => Math.round(random() * journeyMs));
  const lives = Math.ceil(kills / 4);
  return Array.from({ length: lives }, (_, at) => byChance(times.slice(at * 4, at * 4 + 4).toSorted((a, b) => a - b)));
}

let lanes: readonly Killable[] = [];
beforeAll(async () => {
  lanes = await Promise.all([startKillable(), startKillable()]);
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

interface Outcome {
  readonly points: readonly string[];
  readonly end: string;
}

it(`a service that is killed at any moment goes on where it was (${kills} of them by chance)`, {
  timeout: 240_000 + kills * 15_000,
}, async () => {
  const startedAtMs = Date.now();
  const calm: Life = { points: ["never"], arm: () => () => [] };
  const outcomes = await Promise.all(lanes.map((lane) => journey(lane, calm)));
  const journeyMs = Date.now() - startedAtMs;
  const queue = [inRequests, ...atEveryAction, ...chancesIn(journeyMs)];
  for (const more of await Promise.all(lanes.map((lane) => work(lane, queue)))) outcomes.push(...more);
  expect(outcomes.filter(({ end }) => end !== "well")).toEqual([]);
  expect(outcomes.flatMap(({ points }) => points)).toHaveLength(
    lanes.length + requests.size + 2 * actions.length + kills,
  );
});

it("a service that is killed while a question is open asks it once, and takes the answer", {
  timeout: 240_000,
}, async () => {
  const [lane] = lanes;
  if (lane === undefined) throw new Error("no service");
  const { github, repository } = lane;
  const issue = await askFor(lane, "Add rooibos");
  const isAsked = () => commentsOf(github, repository, issue).some((text) => text.includes("waiting for you"));
  await expect.poll(isAsked, { timeout: 90_000 }).toBe(true);
  lane.kill();
  await github.as("mira").comment(repository, issue, "/coppice answer 2");
  await untilReview(lane, issue);
  expect(await startsOf(lane, issue), "starts of a session").toEqual(["1-1-1"]);
  await mergeAndEnd(lane, issue);
  // Our status, our question, and the answer.
  expect(countsOf(lane, issue)).toEqual({ ...oneOfEach, comments: 3 });
});

/** Two services share the lives; within one, the issues come one after another. */
async function work(lane: Killable, queue: Life[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let life = queue.shift(); life !== undefined; life = queue.shift()) outcomes.push(await journey(lane, life));
  return outcomes;
}

async function journey(lane: Killable, life: Life): Promise<Outcome> {
  const startedAtMs = Date.now();
  const end = await live(lane, life).catch((error: unknown) => `${String(error)}\n${lane.lastLines()}`);
  const took = `${Math.round((Date.now() - startedAtMs) / 100) / 10} s`;
  // At once: lines are worth most when a later one hangs.
  for (const point of life.points) process.stdout.write(`| killed ${point} | #${lane.starts()} | ${took} | ${end} |\n`);
  return { points: life.points, end };
}

async function live(lane: Killable, life: Life): Promise<string> {
  await lane.listening();
  const before = lane.starts();
  const toCome = life.arm(lane);
  const issue = await askFor(lane, "Say hello");
  await untilReview(lane, issue);
  expect(await startsOf(lane, issue), "starts of a session").toEqual(["1-1-1"]);
  await mergeAndEnd(lane, issue);
  await expect.poll(toCome, { timeout: 60_000, message: "moments that did not come" }).toEqual([]);
  await lane.listening();
  // Two kills that come close together can hit the same process.
  if (life.points.length > 1) expect(lane.starts(), "starts of the service").toBeGreaterThan(before);
  expect(countsOf(lane, issue)).toEqual(oneOfEach);
  return "well";
}
