import { limitsOf } from "./policy.ts";
import * as prompt from "./prompt.ts";
import { withMessage } from "./run.ts";
import type { JobSight } from "./sight.ts";
import { giveUpFor, type Moment, move, stay } from "./step.ts";
import type { Run, Task } from "./task.ts";

/** One step of a task whose repository's checks run. */
export function check(task: Task, run: Run, moment: Moment): Task {
  const { sight, nowMs } = moment;
  if (task.policy.verify.length === 0) return deliverNext(task, nowMs, "no checks are configured");
  const { checks } = sight;
  switch (checks.is) {
    case "absent":
      return aboutToCheck(task, run, moment);
    case "unknown":
    case "running":
      return stay(task, "the repository's checks run");
    case "passed":
      return checkAgain(task, run, moment) ?? deliverNext(task, nowMs, "the repository's checks passed");
    case "failed":
      return checksFailed(task, run, checks, moment);
    default:
      return checks satisfies never;
  }
}

/** The commit is noted before its checks begin: one that is made while they run is not what they saw. */
function aboutToCheck(task: Task, run: Run, { sight: { workspace }, nowMs }: Moment): Task {
  if (workspace.is === "absent") return giveUpFor(task, "agent-failed", "the workspace is gone", nowMs);
  if (workspace.is === "unknown") return stay(task, "the workspace could not be looked at");
  return stay({ ...task, run: { ...run, checkedHead: workspace.head } }, "the repository's checks run");
}

function checksFailed(task: Task, run: Run, checks: JobSight & { is: "failed" }, { operator, nowMs }: Moment): Task {
  const limit = limitsOf(operator, task.policy).verifyRounds;
  const rounds = run.verifyRounds + 1;
  if (rounds > limit) {
    const detail = `the check \`${checks.command}\` still fails (${checks.status}) after ${limit} rounds`;
    return giveUpFor(task, "checks-fail", detail, nowMs);
  }
  const told = withMessage(
    { ...run, verifyRounds: rounds },
    `checks-${rounds}`,
    prompt.checksFailed(checks, rounds, limit),
  );
  return move(
    { ...task, run: told },
    { at: "working", sinceMs: nowMs },
    `the check \`${checks.command}\` failed; hands it back`,
  );
}

function deliverNext(task: Task, nowMs: number, why: string): Task {
  return move(task, { at: "delivering", sinceMs: nowMs }, why);
}

/** One step of a task whose commits are pushed, and its pull request opened. */
export function deliver(task: Task, run: Run, moment: Moment): Task {
  const { workspace } = moment.sight;
  if (task.delivered === undefined && workspace.is === "absent")
    return giveUpFor(task, "agent-failed", "the workspace is gone", moment.nowMs);
  if (workspace.is === "there" && workspace.head !== task.delivered?.sha)
    return checkAgain(task, run, moment) ?? stay(task, "pushes the branch");
  if (task.delivered === undefined || task.pull === undefined)
    return stay(task, "pushes the branch and opens the pull request");
  return move(task, { at: "in-review", sinceMs: moment.nowMs }, "the pull request is open");
}

/** Commits that were made since the checks began go through them, too, in the same number of rounds as failing ones. */
function checkAgain(task: Task, run: Run, { sight: { workspace }, operator, nowMs }: Moment): Task | undefined {
  if (task.policy.verify.length === 0 || workspace.is !== "there" || run.checkedHead === workspace.head)
    return undefined;
  const rounds = run.verifyRounds + 1;
  if (rounds > limitsOf(operator, task.policy).verifyRounds)
    return giveUpFor(task, "checks-fail", "new commits came each time that the repository's checks ran", nowMs);
  return move(
    { ...task, run: { ...run, verifyRounds: rounds } },
    { at: "checking", sinceMs: nowMs },
    "there are commits that were not checked yet; checks again",
  );
}
