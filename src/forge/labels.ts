import type { Log } from "../control/ports.ts";
import type { IssueRef, Task } from "../core/task.ts";
import type { StateLabel } from "../core/trigger.ts";
import { type Failure, hasStatus, messageOf } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at, nameOf } from "./repositories.ts";

interface LabelsParts {
  readonly octokits: Octokits;
  readonly triggerLabel: string;
  readonly log: Log;
}

export interface Labels {
  showState(task: Task, want: StateLabel | undefined, was: StateLabel | undefined): Promise<void>;
}

const looks: Record<StateLabel, { readonly color: string; readonly description: string }> = {
  queued: { color: "d4c5f9", description: "Waits for a free slot" },
  working: { color: "0e8a16", description: "An agent is working on it" },
  waiting: { color: "fbca04", description: "The agent waits for a person" },
  review: { color: "1d76db", description: "The pull request is ready for review" },
  failed: { color: "b60205", description: "The agent did not get it done" },
};

export function createLabels({ octokits, triggerLabel, log }: LabelsParts): Labels {
  /** Labels that we know to be there, by repository. */
  const made = new Set<string>();

  async function showState(task: Task, want: StateLabel | undefined, was: StateLabel | undefined): Promise<void> {
    const trigger = task.policy.triggerLabel ?? triggerLabel;
    try {
      if (want !== undefined) await add(task.issue, `${trigger}:${want}`, want);
      if (was !== undefined && was !== want) await remove(task.issue, `${trigger}:${was}`);
    } catch (error) {
      if (!isBeyondLabels(error)) throw error;
      log.info(
        { task: task.id, issue: nameOf(task.issue), why: messageOf(error) },
        "the state can't be shown by a label",
      );
    }
  }

  async function add(issue: IssueRef, name: string, state: StateLabel): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    await make(issue, name, state);
    await rest.issues.addLabels({ ...at(issue), issue_number: issue.number, labels: [name] });
  }

  /** GitHub makes unknown labels by itself, but grey and without words. */
  async function make(issue: IssueRef, name: string, state: StateLabel): Promise<void> {
    const key = `${issue.repositoryId} ${name}`;
    if (made.has(key)) return;
    try {
      await octokits
        .installation(issue.installationId)
        .rest.issues.createLabel({ ...at(issue), name, ...looks[state] });
    } catch (error) {
      // It is there already; people may have given it other looks.
      if (!hasStatus(error, 422)) throw error;
    }
    made.add(key);
  }

  async function remove(issue: IssueRef, name: string): Promise<void> {
    const { rest } = octokits.installation(issue.installationId);
    try {
      await rest.issues.removeLabel({ ...at(issue), issue_number: issue.number, name });
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
    }
  }

  return { showState };
}

/** The issue is gone, or the repository takes no changes; no label is worth holding a task up. */
function isBeyondLabels(error: unknown): error is Failure {
  return hasStatus(error, 404, 410, 403);
}
