import { describe, expect, it } from "vitest";
import { advance } from "../../src/core/advance.ts";
import type { Fact } from "../../src/core/fact.ts";
import { silentRepository } from "../../src/core/policy.ts";
import type { Sight } from "../../src/core/sight.ts";
import type { Moment } from "../../src/core/step.ts";
import type { PhaseName, Task } from "../../src/core/task.ts";
import { taskOf } from "../../src/store/saved-task.ts";
import { aTask, operator } from "../fakes/a-task.ts";
import { admitted, aRun, aSight, clean, committed, everyAdmission, nowMs, permission, submission } from "./states.ts";

const sinceMs = nowMs - 60_000;
const verified = { ...silentRepository, verify: ["npm test"] };
const working = (run: Parameters<typeof aRun>[0] = {}): Task =>
  admitted({ run: aRun({ begun: true, turn: "busy", ...run }), phase: { at: "working", sinceMs } });
const idle = (run: Parameters<typeof aRun>[0] = {}): Task => working({ turn: "idle", ...run });
const alive = { is: "alive", agent: "unknown", startedFor: "1-1-1" } as const;
const over = { is: "ended", status: "status 1", startedFor: "1-1-1" } as const;
const open = { issue: "open", labels: ["coppice"], pull: "none" } as const;
const pull = { number: 44, url: "u" };
const failed = { is: "failed", command: "npm test", status: "status 1", tail: "1 failed" } as const;

function step(task: Task, sight: Partial<Sight>, facts: readonly Fact[] = [], more: Partial<Moment> = {}): Task {
  return advance(task, facts, { sight: aSight(sight), operator, nowMs, conversation: "conversation-2", ...more });
}

function label(atMs: number, name = "coppice"): Fact {
  return { kind: "labelled", label: name, by: { id: 2, login: "ben", isBot: false }, atMs, text: undefined };
}

function sessionEnded(name: string): Fact {
  return { kind: "agent", run: 1, event: { name, atMs: nowMs, event: { kind: "session-ended", reason: "other" } } };
}

function told(task: Task) {
  return task.run?.outbox;
}

describe("a task", () => {
  it.each<[string, Task, Partial<Sight>, PhaseName]>([
    ["that was just asked for waits for GitHub's word", aTask(), {}, "asked"],
    ["is queued once it is admitted", aTask(), { admission: everyAdmission[3] ?? "unknown" }, "queued"],
    ["ends when whoever asked may not", aTask(), { admission: everyAdmission[1] ?? "unknown" }, "ending"],
    ["waits in the queue while every slot is taken", admitted(), {}, "queued"],
    ["leaves the queue when a slot is free", admitted(), { slot: { free: true, ahead: 0, why: "free" } }, "preparing"],
    [
      "is prepared while its workspace can't be seen",
      admitted({ phase: { at: "preparing", sinceMs } }),
      {},
      "preparing",
    ],
    [
      "goes to work in its workspace",
      admitted({ phase: { at: "preparing", sinceMs } }),
      { workspace: clean },
      "working",
    ],
    [
      "is not at work before its set-up has passed",
      admitted({ phase: { at: "preparing", sinceMs }, policy: { ...silentRepository, setup: ["npm ci"] } }),
      { workspace: clean, setup: { is: "running" } },
      "preparing",
    ],
    [
      "is given up when its set-up fails",
      admitted({ phase: { at: "preparing", sinceMs }, policy: { ...silentRepository, setup: ["npm ci"] } }),
      { workspace: clean, setup: failed },
      "stopped",
    ],
    ["goes on while its session can't be seen", working(), {}, "working"],
    ["waits for a person when its agent asks", working({ asking: permission }), { session: alive }, "waiting"],
    [
      "is checked when its agent has submitted what it committed",
      idle({ submitted: submission }),
      { session: alive, workspace: committed },
      "checking",
    ],
    [
      "is not checked while its agent is at it",
      working({ submitted: submission }),
      { session: alive, workspace: committed },
      "working",
    ],
    [
      "is not checked when its agent has submitted and committed nothing",
      idle({ submitted: submission }),
      { session: alive, workspace: clean },
      "working",
    ],
    [
      "is not checked while work is in no commit",
      idle({ submitted: submission }),
      { session: alive, workspace: { ...committed, uncommitted: 1 } },
      "working",
    ],
    [
      "is not checked in the middle of a rebase",
      idle({ submitted: submission }),
      { session: alive, workspace: { ...committed, midOperation: "rebase" } },
      "working",
    ],
    [
      "waits for background tasks",
      idle({ submitted: submission, backgroundTasks: 1 }),
      { session: alive, workspace: committed },
      "working",
    ],
    [
      "ends when its agent says that no change is needed",
      idle({ noChange: "fine" }),
      { session: alive, workspace: clean },
      "ending",
    ],
    [
      "does not end so while there are changes",
      idle({ noChange: "fine" }),
      { session: alive, workspace: committed },
      "working",
    ],
    [
      "is checked when its agent has handed in and exited",
      working({ submitted: submission }),
      { session: over, workspace: committed },
      "checking",
    ],
    [
      "waits to be seen when its agent has handed in and exited",
      working({ submitted: submission }),
      { session: over },
      "working",
    ],
    ["is resumed when its session ends in the middle", working(), { session: over }, "working"],
    [
      "is given up when it is out of credit and has exited",
      working({ failure: { cause: "credit", text: "none", atMs: 0 } }),
      { session: over },
      "stopped",
    ],
    ["is given up when its session ends too often", working({ restarts: 2 }), { session: over }, "stopped"],
    ["is given up when its workspace is gone", idle(), { session: alive, workspace: { is: "absent" } }, "stopped"],
    [
      "is given up when it is out of credit",
      working({ failure: { cause: "credit", text: "none", atMs: 0 } }),
      { session: alive },
      "stopped",
    ],
    [
      "is given up when it takes too long",
      working({ startedAtMs: nowMs - 46 * 60_000 }),
      { session: alive },
      "stopped",
    ],
    [
      "is given time for which it waited",
      working({ startedAtMs: nowMs - 46 * 60_000, waitedMs: 2 * 60_000 }),
      { session: alive },
      "working",
    ],
    [
      "is delivered where there is nothing to check",
      admitted({ run: aRun(), phase: { at: "checking", sinceMs } }),
      {},
      "delivering",
    ],
    [
      "is checked until the checks are seen to pass",
      admitted({ run: aRun(), phase: { at: "checking", sinceMs }, policy: verified }),
      {},
      "checking",
    ],
    [
      "is delivered when its checks pass",
      admitted({ run: aRun(), phase: { at: "checking", sinceMs }, policy: verified }),
      { checks: { is: "passed" } },
      "delivering",
    ],
    [
      "goes back to work when its checks fail",
      admitted({ run: aRun(), phase: { at: "checking", sinceMs }, policy: verified }),
      { checks: failed },
      "working",
    ],
    [
      "is given up when its checks fail too often",
      admitted({ run: aRun({ verifyRounds: 2 }), phase: { at: "checking", sinceMs }, policy: verified }),
      { checks: failed },
      "stopped",
    ],
    [
      "is delivered until its pull request is open",
      admitted({ run: aRun(), phase: { at: "delivering", sinceMs }, delivered: { sha: "sha-1" } }),
      { workspace: committed },
      "delivering",
    ],
    [
      "is in review once its pull request is open",
      admitted({ run: aRun(), phase: { at: "delivering", sinceMs }, delivered: { sha: "sha-1" }, pull }),
      { workspace: committed },
      "in-review",
    ],
    [
      "is delivered anew when there are newer commits",
      admitted({ run: aRun(), phase: { at: "delivering", sinceMs }, delivered: { sha: "sha-0" }, pull }),
      { workspace: committed },
      "delivering",
    ],
    [
      "ends when its pull request is merged",
      admitted({ phase: { at: "in-review", sinceMs }, pull }),
      { forge: { ...open, pull: { ref: pull, state: "merged", headSha: "", merge: "unknown", behind: undefined } } },
      "ending",
    ],
    ["ends when its issue is closed", working(), { forge: { ...open, issue: "closed" } }, "ending"],
    [
      "stays in review while GitHub can't be seen",
      admitted({ phase: { at: "in-review", sinceMs }, pull }),
      {},
      "in-review",
    ],
    [
      "is not done while its session is there",
      admitted({ phase: { at: "ending", outcome: { is: "closed" } } }),
      { session: alive, workspace: { is: "absent" } },
      "ending",
    ],
    [
      "is not done before it is said",
      admitted({ phase: { at: "ending", outcome: { is: "closed" } } }),
      { session: { is: "absent" }, workspace: { is: "absent" } },
      "ending",
    ],
  ])("%s", (_name, before, sight, at) => {
    expect(step(before, sight).phase.at).toBe(at);
  });
});

describe("a label", () => {
  const unlabelled: Fact = { kind: "unlabelled", label: "coppice", by: { id: 2, login: "ben", isBot: false } };

  it.each<[string, Task, Fact, boolean]>([
    [
      "after the end asks for another attempt",
      admitted({ phase: { at: "done", atMs: 5, outcome: { is: "closed" } } }),
      label(nowMs),
      true,
    ],
    [
      "that was there before is no news",
      admitted({ phase: { at: "done", atMs: 5, outcome: { is: "closed" } } }),
      label(0),
      false,
    ],
    [
      "of somebody else's is none of ours",
      admitted({ phase: { at: "done", atMs: 5, outcome: { is: "closed" } } }),
      label(nowMs, "bug"),
      false,
    ],
    ["while the task is at work is no news", working(), label(nowMs), false],
    ["before the first was judged is kept in case", aTask(), label(nowMs), true],
  ])("%s", (_name, before, fact, isKept) => {
    const after = step(before, {}, [fact]);
    const isAnotherAttempt = after.attempt === before.attempt + 1;
    expect(isAnotherAttempt || after.again !== undefined).toBe(isKept);
  });

  it("that is kept in case is forgotten once the first is admitted", () => {
    const after = step(aTask(), { admission: everyAdmission[3] ?? "unknown" }, [label(nowMs)]);
    expect(after).toMatchObject({ phase: { at: "queued" }, again: undefined });
  });

  it("that somebody removed ends the task, by name", () => {
    const after = step(working(), { forge: { ...open, labels: [] } }, [unlabelled]);
    expect(after.phase).toMatchObject({ at: "ending", outcome: { is: "stopped-by", who: "ben" } });
  });

  it("that is not to be seen yet just after it came is not believed to be gone", () => {
    const fresh = { ...working(), asked: { ...aTask().asked, atMs: nowMs - 5_000 } };
    expect(step(fresh, { forge: { ...open, labels: [] } }).phase.at).toBe("working");
    expect(step(working(), { forge: { ...open, labels: [] } }).phase.at).toBe("ending");
  });

  it("that was removed and is there again changes nothing", () => {
    expect(step(working(), { forge: open }, [unlabelled, label(nowMs)]).phase.at).toBe("working");
  });
});

describe("another attempt", () => {
  const before = admitted({
    phase: { at: "done", atMs: 5, outcome: { is: "closed" } },
    again: { ...aTask().asked, by: { id: 2, login: "ben" } },
    run: aRun(),
    pull,
    delivered: { sha: "sha-1" },
    said: { ...aTask().said, greeted: true, commentId: 7, text: "old" },
  });

  it("begins afresh, with the same comment", () => {
    const after = step(before, {});
    expect(after).toMatchObject({ attempt: 2, phase: { at: "asked" }, asked: { by: { login: "ben" } } });
    expect(after).toMatchObject({ run: undefined, pull: undefined, delivered: undefined, again: undefined });
    expect(after.said).toMatchObject({ greeted: true, commentId: 7, text: undefined });
  });

  it("is not asked for by the label of the last one, told once more", () => {
    const settled = { ...before, again: undefined };
    expect(step(settled, {}, [label(settled.asked.atMs)])).toMatchObject({ attempt: 1, again: undefined });
    expect(step(settled, {}, [label(settled.asked.atMs + 1)]).attempt).toBe(2);
  });
});

describe("a run", () => {
  it("that ends its turn too early is told what is missing", () => {
    const after = step(idle(), { session: alive, workspace: { ...committed, uncommitted: 3 } });
    expect(told(after)).toMatchObject({ state: "to-send", text: expect.stringContaining("3 changed or new files") });
    expect(after.run?.reminders).toBe(1);
  });

  it("that was told often enough is delivered as a draft, if there is anything", () => {
    const after = step(idle({ reminders: 2 }), { session: alive, workspace: committed });
    expect(after).toMatchObject({
      phase: { at: "checking" },
      run: { submitted: { title: "Mend it", isWhole: false } },
    });
    const messy = step(idle({ reminders: 2, submitted: submission }), {
      session: alive,
      workspace: { ...committed, uncommitted: 1 },
    });
    expect(messy).toMatchObject({ phase: { at: "checking" }, run: { submitted: { title: "Mend", isWhole: false } } });
  });

  it("that was told often enough and has nothing is given up", () => {
    const after = step(idle({ reminders: 2 }), { session: alive, workspace: clean });
    expect(after.phase).toMatchObject({ at: "stopped", outcome: { cause: "nothing-committed" } });
  });

  it("whose checks failed hears it though its session is gone meanwhile", () => {
    const task = admitted({ run: aRun({ begun: true }), phase: { at: "checking", sinceMs }, policy: verified });
    const back = step(task, { checks: failed, session: { is: "absent" } });
    const resumed = step(back, { session: { is: "absent" } });
    expect(resumed.run).toMatchObject({ starts: 2, begun: false, restarts: 0 });
    expect(told(resumed)).toMatchObject({ state: "to-send", text: expect.stringContaining("npm test") });
  });

  it("that failed for a passing cause is tried again after a while, and not for ever", () => {
    const failure = { cause: "provider", text: "overloaded", atMs: nowMs - 20_000 } as const;
    expect(told(step(working({ failure, failures: 1 }), { session: alive }))).toMatchObject({ state: "to-send" });
    expect(told(step(working({ failure, failures: 2 }), { session: alive }))).toBeUndefined();
    expect(step(working({ failure, failures: 6 }), { session: alive }).phase.at).toBe("stopped");
  });

  it("hears from a session of its own start alone how that is doing", () => {
    const second = working({ starts: 2, begun: false });
    expect(step(second, { session: { is: "absent" } }, [sessionEnded("1-1-1/000009")]).run).toMatchObject({
      begun: false,
      starts: 2,
    });
    expect(step(second, { session: { is: "absent" } }, [sessionEnded("1-1-2/000001")]).run).toMatchObject({
      starts: 3,
    });
  });

  it("keeps what an earlier session handed in", () => {
    const fact: Fact = {
      kind: "agent",
      run: 1,
      event: { name: "1-1-1/000009", atMs: nowMs, event: { kind: "submitted", title: "Mend", body: "b" } },
    };
    expect(step(working({ starts: 2, begun: false }), {}, [fact]).run?.submitted).toMatchObject({ title: "Mend" });
  });

  it("takes no news from another run", () => {
    const fact: Fact = {
      kind: "agent",
      run: 2,
      event: { name: "x", atMs: nowMs, event: { kind: "no-change", reason: "r" } },
    };
    expect(step(working(), {}, [fact]).run?.noChange).toBeUndefined();
  });

  it.each([
    ["idle", 25_000, "waiting"],
    ["waiting", 25_000, "waiting"],
    ["idle", 10_000, "working"],
    ["busy", 25_000, "working"],
  ] as const)("whose agent is %s and silent for %d ms is %s", (agent, silentMs, at) => {
    const task = working({ lastSignMs: nowMs - silentMs });
    expect(step(task, { session: { ...alive, agent } }).phase.at).toBe(at);
  });

  it("waits at its terminal until there is a sign, also one that was on its way when the wait began", () => {
    const task = working({ lastSignMs: nowMs - 30_000 });
    const waiting = step(task, { session: { ...alive, agent: "idle" } });
    expect(step(waiting, { session: alive }).phase.at).toBe("waiting");
    const sign: Fact = {
      kind: "agent",
      run: 1,
      event: {
        name: "1-1-1/8",
        atMs: nowMs - 100,
        event: { kind: "turn-ended", said: "", backgroundTasks: 0, wasSentOn: false },
      },
    };
    expect(step(waiting, { session: alive }, [sign], { nowMs: nowMs + 50 }).phase.at).toBe("working");
  });

  it("goes on after its wait at the terminal though the clock was set back, once its turn is over", () => {
    const waiting = admitted({
      run: aRun({ begun: true, turn: "idle", submitted: submission, lastSignMs: nowMs - 60_000 }),
      phase: { at: "waiting", sinceMs: nowMs + 30_000, on: { kind: "terminal", event: undefined, summary: "?" } },
    });
    const after = step(waiting, { session: alive });
    expect(after.phase.at).toBe("working");
    expect(after.run?.waitedMs).toBe(0);
  });

  it("does not count the time for which it waited", () => {
    const waiting = admitted({
      run: aRun({ begun: true }),
      phase: { at: "waiting", sinceMs: nowMs - 7_000, on: permission },
    });
    expect(step(waiting, { session: alive }).run?.waitedMs).toBe(7_000);
  });

  it("is looked after from the store as from memory", () => {
    const saved = taskOf({ id: "500-7", json: JSON.stringify(idle()) });
    const sight = { session: alive, workspace: committed };
    expect(saved).not.toHaveProperty("pull");
    expect(step(saved, sight)).toEqual(step(idle(), sight));
  });
});
