import type { ForgeSight } from "../core/sight.ts";
import type { IssueRef, PullRef, Task } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { IssueData, Issues } from "./issues.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { at } from "./repositories.ts";

type PullData = Awaited<ReturnType<Octokit["rest"]["pulls"]["get"]>>["data"];

interface SightParts {
  readonly octokits: Octokits;
  readonly issues: Issues;
}

/** What a pass sees of GitHub: one request, or two once there is a pull request. */
export function createSight({ octokits, issues }: SightParts): (task: Task) => Promise<ForgeSight> {
  const etags = createEtags<PullData>();

  async function lookAtPull(issue: IssueRef, { number }: PullRef): Promise<ForgeSight["pull"]> {
    const { rest } = octokits.installation(issue.installationId);
    const key = `pull ${issue.installationId} ${issue.repositoryId} ${issue.owner}/${issue.name}#${number}`;
    const { data } = await etags.ask(key, (headers) => rest.pulls.get({ ...at(issue), pull_number: number, headers }));
    const state = data.merged_at !== null ? "merged" : data.state;
    const ref = { number, url: data.html_url };
    return { ref, state, headSha: data.head.sha, merge: mergeOf(data.mergeable), behind: undefined };
  }

  return async (task) => {
    const [sight, pull] = await Promise.all([
      issues.look(task.issue, task.asked.atMs),
      task.pull === undefined ? ("none" as const) : lookAtPull(task.issue, task.pull),
    ]);
    if (sight.is === "gone") return { issue: "gone", how: sight.how, labels: [], pull };
    return { ...stateOf(sight.data), labels: labelsOf(sight.data), pull, ...placeOf(task.issue, sight.data) };
  };
}

/** GitHub works it out after each push, and says null until then. */
function mergeOf(mergeable: boolean | null): "clean" | "conflict" | "unknown" {
  return mergeable === null ? "unknown" : mergeable ? "clean" : "conflict";
}

/** What is still open though locked takes no word of ours, and so nobody could steer. */
function stateOf({ state, state_reason: reason, locked }: IssueData): Pick<ForgeSight, "issue" | "how"> {
  if (state === "open") return { issue: locked ? "locked" : "open" };
  const words = { not_planned: "as not planned", duplicate: "as a duplicate" };
  return reason === "not_planned" || reason === "duplicate"
    ? { issue: "closed", how: `was closed ${words[reason]}` }
    : { issue: "closed" };
}

/** The repository's name by now; GitHub answers under former ones, too. */
function placeOf({ installationId, owner, name }: IssueRef, data: IssueData): Pick<ForgeSight, "place"> {
  const [, nowOwner, nowName] = /\/repos\/([^/]+)\/([^/]+)$/.exec(data.repository_url) ?? [];
  if (nowOwner === undefined || nowName === undefined || (nowOwner === owner && nowName === name)) return {};
  return { place: { installationId, owner: nowOwner, name: nowName } };
}

interface Labelled {
  readonly labels: readonly (string | { readonly name?: string | null })[];
}

function labelsOf({ labels }: Labelled): string[] {
  return labels.flatMap((label) => (typeof label === "string" ? label : (label.name ?? [])));
}
