import type { TurnFailure } from "./agent-event.ts";
import { pause } from "./pause.ts";
import * as prompt from "./prompt.ts";
import { withMessage } from "./run.ts";
import { giveUpFor, type Moment, stay } from "./step.ts";
import type { Run, Task } from "./task.ts";
import { usageLimitEndsMs } from "./usage-limit.ts";

interface Retry {
  /** How often in a row. */
  readonly most: number;
  /** How long before the first; each that follows waits twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** What passes with time is tried again, each cause in its own way. */
const retries: Record<TurnFailure & ("rate-limit" | "provider"), Retry> = {
  "rate-limit": { most: 6, firstMs: 30_000, longestMs: 15 * 60_000 },
  provider: { most: 5, firstMs: 15_000, longestMs: 10 * 60_000 },
};

/** A session that died is started again at once; one that dies again and again, more and more slowly. */
const restarts = { firstMs: 30_000, longestMs: 10 * 60_000 };

/** A turn failed: what becomes of it depends on why. */
export function afterFailure(task: Task, run: Run, moment: Moment): Task {
  const { failure } = run;
  if (failure === undefined) return task;
  const { nowMs } = moment;
  switch (failure.cause) {
    case "credit":
      return giveUpFor(task, "out-of-credit", `the agent's account is out of credit: ${failure.text}`, nowMs);
    case "login":
      return giveUpFor(task, "login", `the agent could not log in: ${failure.text}`, nowMs);
    case "model":
    case "answer-too-long":
    case "refused":
      return giveUpFor(task, "agent-failed", failure.text || "the agent's turn failed", nowMs);
    case "other":
      return (
        atUsageLimit(task, run, moment) ??
        giveUpFor(task, "agent-failed", failure.text || "the agent's turn failed", nowMs)
      );
    case "rate-limit":
      return atUsageLimit(task, run, moment) ?? tryAgain(task, run, retries["rate-limit"], nowMs);
    case "provider":
      return tryAgain(task, run, retries.provider, nowMs);
    default:
      return failure.cause satisfies never;
  }
}

/** All that work with this account rest until its limit is over, and then wake one after another; no retry is spent. */
function atUsageLimit(task: Task, run: Run, { nowMs }: Moment): Task | undefined {
  const untilMs = usageLimitEndsMs(run.failure?.text ?? "", nowMs);
  if (untilMs === undefined) return undefined;
  return pause({ ...task, run: { ...run, failures: 0 } }, "working", { is: "usage-limit", untilMs }, nowMs);
}

function tryAgain(task: Task, run: Run, retry: Retry, nowMs: number): Task {
  const { text = "", atMs = nowMs } = run.failure ?? {};
  if (run.failures > retry.most)
    return giveUpFor(task, "agent-failed", `the model's service failed ${run.failures} times: ${text}`, nowMs);
  if (nowMs - atMs < waitMs(retry, run.failures))
    return stay(task, `the model's service failed (${text}); tries again`);
  return stay({ ...task, run: withMessage(run, `again-${run.failures}`, prompt.goOn()) }, "tries again");
}

/** How long to wait before a session that ended is started once more. */
export function restartWaitMs(run: Run): number {
  return run.restarts === 0 ? 0 : waitMs(restarts, run.restarts);
}

function waitMs({ firstMs, longestMs }: Pick<Retry, "firstMs" | "longestMs">, time: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, time - 1), longestMs);
}
