import type { Dependency } from "../core/depends.ts";
import type { IssueRef } from "../core/task.ts";
import type { Issues } from "./issues.ts";

/** How issues (or pull requests) stand that another one depends on. What did not change costs nothing of the limit. */
export async function lookAtOthers(
  issues: Issues,
  issue: IssueRef,
  numbers: readonly number[],
): Promise<readonly Dependency[]> {
  return await Promise.all(
    numbers.map(async (number) => ({ number, state: await stateOf(issues, { ...issue, number }) })),
  );
}

async function stateOf(issues: Issues, issue: IssueRef): Promise<Dependency["state"]> {
  const seen = await issues.look(issue, 0);
  if (seen.is === "gone") return "not-there";
  const { state, state_reason: reason, pull_request: pull } = seen.data;
  if (state === "open") return "open";
  if (pull !== undefined) return pull.merged_at ? "done" : "not-planned";
  return reason === "not_planned" || reason === "duplicate" ? "not-planned" : "done";
}
