import type { Log } from "../control/ports.ts";
import type { Task } from "../core/task.ts";
import { hasStatus, messageOf } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";

/** Shows a round on the pull request. @returns the check run; 0 when there is none to change any more. */
export type ShowCheck = (task: Task, check: number | undefined, round: number, isOver: boolean) => Promise<number>;

const name = "coppice";

/** The check run stands at the commit that was reviewed: at the newest one it would hold up a merge after the round, too. */
export function createCheckRuns(octokits: Octokits, log: Log): ShowCheck {
  async function begin(task: Task, round: number): Promise<number> {
    const { rest } = octokits.installation(task.issue.installationId);
    const sha = task.delivered?.sha ?? "";
    const externalId = `${task.id}-${task.attempt}-${round}`;
    const { data } = await rest.checks.listForRef({ ...at(task.issue), ref: sha, check_name: name });
    const found = data.check_runs.find((run) => run.external_id === externalId);
    if (found !== undefined) return found.id;
    const output = {
      title: `Round ${round}: an agent works on it`,
      summary: "What people asked for is being worked on.",
    };
    const made = await rest.checks.create({
      ...at(task.issue),
      name,
      head_sha: sha,
      external_id: externalId,
      status: "in_progress",
      output,
    });
    return made.data.id;
  }

  async function end(task: Task, check: number, round: number): Promise<number> {
    const { rest } = octokits.installation(task.issue.installationId);
    const isDone = task.phase.at === "in-review";
    await rest.checks.update({
      ...at(task.issue),
      check_run_id: check,
      status: "completed",
      conclusion: isDone ? "success" : "neutral",
      output: {
        title: isDone ? `Round ${round} is done` : `Round ${round} was not finished`,
        summary: "See the issue.",
      },
    });
    return 0;
  }

  return async (task, check, round, isOver) => {
    try {
      return isOver ? await end(task, check ?? 0, round) : await begin(task, round);
    } catch (error) {
      if (!hasStatus(error, 403, 404, 422)) throw error;
      log.info({ issue: nameOf(task.issue), why: messageOf(error) }, "the round can't be shown by a check run");
      return 0;
    }
  };
}
