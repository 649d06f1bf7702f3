import type { ForgeSight } from "../core/sight.ts";
import type { IssueRef, PullRef, Task } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { Issues } from "./issues.ts";
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
    if (sight.is === "gone") return { issue: "gone", labels: [], pull };
    return { issue: sight.data.state === "open" ? "open" : "closed", labels: labelsOf(sight.data), pull };
  };
}

/** GitHub works it out after each push, and says null until then. */
function mergeOf(mergeable: boolean | null): "clean" | "conflict" | "unknown" {
  return mergeable === null ? "unknown" : mergeable ? "clean" : "conflict";
}

interface Labelled {
  readonly labels: readonly (string | { readonly name?: string | null })[];
}

function labelsOf({ labels }: Labelled): string[] {
  return labels.flatMap((label) => (typeof label === "string" ? label : (label.name ?? [])));
}
