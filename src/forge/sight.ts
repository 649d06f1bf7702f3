import { setTimeout as sleep } from "node:timers/promises";
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
  /** How long to give GitHub to work out whether a pull request can be merged, before each further question. */
  readonly mergePauseMs: readonly number[];
}

/** What a pass sees of GitHub: one request, or two once there is a pull request. */
export function createSight({ octokits, issues, mergePauseMs }: SightParts): (task: Task) => Promise<ForgeSight> {
  const pulls = createEtags<PullData>();
  const distances = createEtags<{ readonly behind_by: number }>(mostDistances);

  async function lookAtPull(task: Task, { number }: PullRef): Promise<ForgeSight["pull"]> {
    const data = await settled(task, await readPull(task.issue, number));
    const state = data.merged_at !== null ? "merged" : data.state;
    const ref = { number, url: data.html_url };
    return { ref, state, headSha: data.head.sha, merge: mergeOf(data.mergeable), behind: await behind(task, data) };
  }

  async function readPull(issue: IssueRef, number: number): Promise<PullData> {
    const { rest } = octokits.installation(issue.installationId);
    const key = `pull ${issue.installationId} ${issue.repositoryId} ${issue.owner}/${issue.name}#${number}`;
    return (await pulls.ask(key, (headers) => rest.pulls.get({ ...at(issue), pull_number: number, headers }))).data;
  }

  /** The first question after a push only makes GitHub begin to work it out. */
  async function settled(task: Task, first: PullData): Promise<PullData> {
    let data = first;
    for (const pauseMs of mergePauseMs) {
      if (data.mergeable !== null || data.state !== "open" || task.phase.at !== "in-review") break;
      await sleep(pauseMs);
      data = await readPull(task.issue, data.number);
    }
    return data;
  }

  /** Costs a request more, so only those who want to be up to date ask it. */
  async function behind(task: Task, { state, mergeable, head, base }: PullData): Promise<number | undefined> {
    const isWanted = task.policy.keepUpToDate === true && task.phase.at === "in-review";
    if (!isWanted || state !== "open" || mergeable !== true) return undefined;
    const { issue } = task;
    const { rest } = octokits.installation(issue.installationId);
    const basehead = `${base.ref}...${head.sha}`;
    const key = `${issue.installationId} ${issue.repositoryId} ${basehead}`;
    // The files of a comparison, which may be large, are on its first page only.
    const query = { ...at(issue), basehead, per_page: 1, page: 2 };
    const asked = distances.ask(key, (headers) => rest.repos.compareCommitsWithBasehead({ ...query, headers }));
    return (await asked).data.behind_by;
  }

  return async (task) => {
    const [sight, pull] = await Promise.all([
      issues.look(task.issue, task.asked.atMs),
      task.pull === undefined ? ("none" as const) : lookAtPull(task, task.pull),
    ]);
    if (sight.is === "gone") return { issue: "gone", how: sight.how, labels: [], pull };
    const blockedBy = sight.data.issue_dependencies_summary?.blocked_by ?? 0;
    return {
      ...stateOf(sight.data),
      labels: labelsOf(sight.data),
      blockedBy,
      pull,
      ...placeOf(task.issue, sight.data),
    };
  };
}

const mostDistances = 100;

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
