import { expect, it } from "vitest";
import { type Action, isWord, plan } from "../../src/core/plan.ts";
import { silentRepository } from "../../src/core/policy.ts";
import type { Sight } from "../../src/core/sight.ts";
import type { Task } from "../../src/core/task.ts";
import { labelOf, statusComment } from "../../src/core/words.ts";
import { aTask, operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, clean, committed, nowMs, submission } from "./states.ts";

const sinceMs = nowMs - 60_000;
const absent = { is: "absent" } as const;
const alive = { is: "alive", agent: "busy", startedFor: "1-1-1" } as const;
const older = { is: "alive", agent: "busy", startedFor: "1-1-1" } as const;
const toSend = { id: "1-x", text: "Mend it.", state: "to-send", sentAtMs: 0 } as const;
const pull = { number: 44, url: "u" };
const working = (run: Parameters<typeof aRun>[0] = {}): Task =>
  admitted({ run: aRun(run), phase: { at: "working", sinceMs } });
const ending = admitted({ run: aRun(), phase: { at: "ending", outcome: { is: "closed" } } });
const review = (since: number, reviewAsked = true): Task =>
  admitted({ run: aRun(), pull, phase: { at: "in-review", sinceMs: since }, said: { ...aTask().said, reviewAsked } });

it.each<[string, Task, Partial<Sight>, readonly Action[]]>([
  [
    "makes the workspace when there is none",
    admitted({ phase: { at: "preparing", sinceMs } }),
    { workspace: absent },
    [{ do: "prepare-workspace" }],
  ],
  ["makes none when it can't see whether there is one", admitted({ phase: { at: "preparing", sinceMs } }), {}, []],
  [
    "runs the set-up once",
    admitted({ phase: { at: "preparing", sinceMs }, policy: { ...silentRepository, setup: ["x"] } }),
    { workspace: clean, setup: absent },
    [{ do: "start-setup" }],
  ],
  [
    "does not run it beside itself",
    admitted({ phase: { at: "preparing", sinceMs }, policy: { ...silentRepository, setup: ["x"] } }),
    { workspace: clean, setup: { is: "running" } },
    [],
  ],
  ["starts the session with the brief", working(), { session: absent }, [{ do: "start-session", say: undefined }]],
  ["starts none that it can't see", working(), {}, []],
  ["starts none beside a living one", working({ begun: true }), { session: alive }, []],
  ["ends a session of an earlier start first", working({ starts: 2 }), { session: older }, [{ do: "end-session" }]],
  [
    "resumes with what is to be said",
    working({ starts: 2, conversed: true, outbox: toSend }),
    { session: absent },
    [{ do: "start-session", say: "Mend it." }],
  ],
  [
    "starts with the brief again who never took it, whatever else is to be said",
    working({ starts: 2, outbox: toSend }),
    { session: absent },
    [{ do: "start-session", say: undefined }],
  ],
  [
    "lets a turn end that only waits for background tasks",
    working({ begun: true, backgroundTasks: 1, heldStop: "1-1-1/9" }),
    { session: alive },
    [{ do: "let-stop", event: "1-1-1/9" }],
  ],
  [
    "ends the session at once when time is up",
    admitted({
      run: aRun(),
      phase: { at: "stopped", sinceMs: nowMs, outcome: { is: "gave-up", cause: "limit-reached", detail: "too long" } },
    }),
    { session: alive },
    [{ do: "end-session" }],
  ],
  [
    "leaves the session of one that gave up for people to look at",
    admitted({
      run: aRun(),
      phase: { at: "stopped", sinceMs: nowMs, outcome: { is: "gave-up", cause: "checks-fail", detail: "so it is" } },
    }),
    { session: alive },
    [],
  ],
  ["does not use a start twice", working({ begun: true }), { session: absent }, []],
  [
    "tells a living agent",
    working({ begun: true, outbox: toSend, heldStop: "1-1-1/9" }),
    { session: alive },
    [{ do: "tell", message: toSend, heldStop: "1-1-1/9" }],
  ],
  [
    "lets a turn end that is held open for nothing",
    admitted({ run: aRun({ heldStop: "1-1-1/9", submitted: submission }), phase: { at: "checking", sinceMs } }),
    {},
    [{ do: "let-stop", event: "1-1-1/9" }],
  ],
  [
    "runs the checks once for each round",
    admitted({
      run: aRun({ verifyRounds: 1 }),
      policy: { ...silentRepository, verify: ["x"] },
      phase: { at: "checking", sinceMs },
    }),
    { checks: absent, workspace: committed },
    [{ do: "start-checks", round: 1 }],
  ],
  ...(["running", "unknown"] as const).map((is): [string, Task, Partial<Sight>, readonly Action[]] => [
    `does not run them again when they are ${is}`,
    admitted({ run: aRun(), policy: { ...silentRepository, verify: ["x"] }, phase: { at: "checking", sinceMs } }),
    { checks: { is } },
    [],
  ]),
  [
    "pushes what is there",
    admitted({ run: aRun(), phase: { at: "delivering", sinceMs } }),
    { workspace: committed },
    [{ do: "deliver", head: "sha-1" }],
  ],
  [
    "opens the pull request when that is pushed",
    admitted({ run: aRun(), delivered: { sha: "sha-1" }, phase: { at: "delivering", sinceMs } }),
    { workspace: committed },
    [{ do: "open-pull" }],
  ],
  [
    "opens it though the workspace went meanwhile",
    admitted({ run: aRun(), delivered: { sha: "sha-1" }, phase: { at: "delivering", sinceMs } }),
    { workspace: absent },
    [{ do: "open-pull" }],
  ],
  [
    "opens no second one",
    admitted({ run: aRun(), delivered: { sha: "sha-1" }, pull, phase: { at: "delivering", sinceMs } }),
    { workspace: committed },
    [],
  ],
  [
    "pushes newer commits before it opens one",
    admitted({ run: aRun(), delivered: { sha: "sha-0" }, phase: { at: "delivering", sinceMs } }),
    { workspace: committed },
    [{ do: "deliver", head: "sha-1" }],
  ],
  ["asks for a review once", review(sinceMs, false), { session: alive }, [{ do: "ask-review", of: ["ann"] }]],
  ["leaves a finished session for people to look at", review(sinceMs), { session: alive }, []],
  [
    "ends it after a while",
    review(nowMs - operator.keepIdleSessionMs - 1),
    { session: alive },
    [{ do: "end-session" }],
  ],
  ["ends the session before the workspace goes", ending, { session: alive, workspace: clean }, [{ do: "end-session" }]],
  [
    "clears the workspace when nobody is in it",
    ending,
    { session: absent, workspace: clean },
    [{ do: "clear-workspace" }],
  ],
  ["clears none while it can't see whether somebody is in it", ending, { workspace: clean }, []],
  ["clears none that it can't see", ending, { session: absent }, []],
])("%s", (_name, task, sight, wanted) => {
  const actions = plan(task, aSight(sight), operator, nowMs);
  expect(actions.filter((action) => !isWord(action))).toEqual(wanted);
});

const shown = (task: Task, sight: Sight, more: Partial<Task["said"]>): Task => ({
  ...task,
  said: { ...task.said, greeted: true, commentId: 7, text: statusComment(task, sight), label: labelOf(task), ...more },
});

it("says nothing while there is nothing new", () => {
  const sight = aSight({ session: alive });
  expect(plan(shown(working({ begun: true }), sight, {}), sight, operator, nowMs)).toEqual([]);
});

it("says what is new, but not sooner than some seconds after it last spoke", () => {
  const sight = aSight({ session: alive });
  const said = (atMs: number) => shown(working({ begun: true }), sight, { text: "old", atMs });
  expect(plan(said(nowMs - operator.statusEveryMs + 1), sight, operator, nowMs)).toEqual([]);
  expect(plan(said(nowMs - operator.statusEveryMs), sight, operator, nowMs)).toMatchObject([{ do: "say" }]);
});

it("takes off every label that may be there and shows no longer how it is", () => {
  const sight = aSight({ session: alive });
  const task = shown(working({ begun: true }), sight, {
    maybeLabels: ["working", "waiting", "review"],
    label: "waiting",
  });
  expect(plan(task, sight, operator, nowMs)).toEqual([
    { do: "label", want: "working", was: "waiting" },
    { do: "label", want: "working", was: "review" },
  ]);
});

it.each([
  ["a stranger's label", { is: "refused", reason: "no write access", isQuiet: true }],
  ["a label that went before it was judged", { is: "stopped-by", who: "stranger", how: "removed the label" }],
] as const)("says nothing to %s", (_name, outcome) => {
  const task = aTask({ phase: { at: "ending", outcome } });
  expect(plan(task, aSight({ session: absent, workspace: absent }), operator, nowMs)).toEqual([]);
});
