import type { Log } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { orUnseen } from "./permitted.ts";
import { at } from "./repositories.ts";

type CheckRun = Awaited<ReturnType<Octokit["rest"]["checks"]["listForRef"]>>["data"]["check_runs"][number];
type Status = Awaited<ReturnType<Octokit["rest"]["repos"]["getCombinedStatusForRef"]>>["data"]["statuses"][number];

/** A check run or commit status on one commit. */
export interface CommitCheck {
  /** What GitHub tells checks apart by when it requires some: the name, and which App it is by. */
  readonly key: string;
  readonly name: string;
  /** undefined for commit statuses, which anybody may set. */
  readonly appId: number | undefined;
  /** Of two on one commit the later one is greater. */
  readonly id: number;
  readonly state: "running" | "failed" | "ended";
  readonly sinceMs: number;
  readonly endedAtMs: number;
  readonly url: string;
  readonly job: number | undefined;
  readonly summary: string;
}

export type ReadCommitChecks = (issue: IssueRef, sha: string) => Promise<readonly CommitCheck[]>;

const perPage = 100;
const mostPages = 3;
/** Lists can be long, and only those of open pull requests and their bases are asked for again. */
const mostKept = 100;

/** Reads what others check on a commit: two requests, which cost nothing while nothing changed. */
export function createCommitChecks(octokits: Octokits, appId: number, log: Log): ReadCommitChecks {
  const runLists = createEtags<{ readonly check_runs: CheckRun[] }>(mostKept);
  const statusLists = createEtags<{ readonly statuses: Status[] }>(mostKept);

  async function runsOn(issue: IssueRef, ref: string): Promise<CheckRun[]> {
    const { rest } = octokits.installation(issue.installationId);
    return await pages(`${issue.installationId} ${issue.repositoryId} ${ref}`, async (key, page) => {
      const query = { ...at(issue), ref, filter: "latest", per_page: perPage, page } as const;
      return (await runLists.ask(key, (headers) => rest.checks.listForRef({ ...query, headers }))).data.check_runs;
    });
  }

  async function statusesOn(issue: IssueRef, ref: string): Promise<Status[]> {
    const { rest } = octokits.installation(issue.installationId);
    return await pages(`${issue.installationId} ${issue.repositoryId} ${ref}`, async (key, page) => {
      const query = { ...at(issue), ref, per_page: perPage, page };
      const asked = statusLists.ask(key, (headers) => rest.repos.getCombinedStatusForRef({ ...query, headers }));
      return (await asked).data.statuses;
    });
  }

  return async (issue, sha) => {
    const [runs, statuses] = await Promise.all([
      orUnseen(issue, "checks: read", log, [], () => runsOn(issue, sha)),
      orUnseen(issue, "statuses: read", log, [], () => statusesOn(issue, sha)),
    ]);
    const others = runs.filter(({ app }) => app?.id !== appId);
    return [...others.map(ofRun), ...statuses.map(ofStatus)];
  };
}

async function pages<T>(key: string, ask: (key: string, page: number) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const some = await ask(`${key} ${page}`, page);
    found.push(...some);
    if (some.length < perPage) break;
  }
  return found;
}

/** One that was cancelled, or waits for a person, is nothing that an agent could mend. */
const failures: ReadonlySet<string> = new Set(["failure", "timed_out", "startup_failure"]);

function ofRun(run: CheckRun): CommitCheck {
  const { app, output } = run;
  return {
    key: `${app?.slug ?? "?"}/${run.name}`,
    name: run.name,
    appId: app?.id,
    id: run.id,
    state: run.status !== "completed" ? "running" : failures.has(run.conclusion ?? "") ? "failed" : "ended",
    sinceMs: atMs(run.started_at),
    endedAtMs: atMs(run.completed_at),
    url: run.details_url ?? run.html_url ?? "",
    // The check runs of GitHub Actions are its jobs, under the same numbers.
    job: app?.slug === "github-actions" ? run.id : undefined,
    summary: summaryOf([output.title, output.summary, output.text]),
  };
}

function ofStatus(status: Status): CommitCheck {
  const isRunning = status.state === "pending";
  return {
    key: `status/${status.context}`,
    name: status.context,
    appId: undefined,
    id: status.id,
    state: isRunning ? "running" : status.state === "success" ? "ended" : "failed",
    sinceMs: atMs(status.created_at),
    endedAtMs: isRunning ? 0 : atMs(status.updated_at),
    url: status.target_url ?? "",
    job: undefined,
    summary: summaryOf([status.description]),
  };
}

const longestSummary = 4_000;

function summaryOf(parts: readonly (string | null | undefined)[]): string {
  return parts
    .filter((part) => typeof part === "string" && part.trim() !== "")
    .join("\n\n")
    .slice(0, longestSummary);
}

function atMs(time: string | null): number {
  return time === null ? 0 : Date.parse(time);
}
