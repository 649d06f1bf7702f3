import type { IssueRef } from "../core/task.ts";
import type { Place, Unreachable } from "../core/whereabouts.ts";
import { hasStatus } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at, isServed } from "./repositories.ts";

interface StandingParts {
  readonly octokits: Octokits;
  readonly allowedRepositories: readonly string[] | undefined;
  readonly nowMs: () => number;
}

export type Standing = { readonly place: Place } | { readonly unreachable: Unreachable };

/**
 * Finds out why GitHub refuses us something: whether the repository is called otherwise by now, belongs to another installation, or
 * lets us in no more. Undefined while that is not sure: GitHub's own parts can be of different minds for some minutes, and an owner
 * may put right what he did by mistake.
 */
export type LookForStanding = (issue: IssueRef) => Promise<Standing | undefined>;

/** For how long it has to be so. */
const sureAfterMs = 5 * 60_000;

const needed = { issues: "write", pull_requests: "write", contents: "write" } as const;

export function createStanding({ octokits, allowedRepositories, nowMs }: StandingParts): LookForStanding {
  /** Since when a repository is known to be out of reach. */
  const sinceMs = new Map<number, number>();

  async function find(issue: IssueRef): Promise<Standing> {
    const name = `${issue.owner}/${issue.name}`;
    const installation = await installationOf(issue);
    if (installation === undefined) return lost(`the App is not installed on ${name} any more, or that is gone`);
    if (installation.suspended_at !== null) return shut(`the App is suspended for ${issue.owner}`);
    const { permissions } = installation;
    const missing = Object.entries(needed).filter(([what, level]) => !isGranted({ ...permissions }, what, level));
    if (missing.length > 0)
      return shut(`the App lacks the permission ${missing.map(([what, level]) => `${what}: ${level}`).join(", ")}`);
    return await seen({ ...issue, installationId: installation.id });
  }

  async function installationOf(issue: IssueRef) {
    try {
      return (await octokits.app.rest.apps.getRepoInstallation(at(issue))).data;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async function seen(issue: IssueRef): Promise<Standing> {
    const { data } = await octokits.installation(issue.installationId).rest.repos.get(at(issue));
    // A name that became free may belong to somebody else's repository by now.
    if (data.id !== issue.repositoryId) return lost(`${data.full_name} is not the repository that it was`);
    if (!isServed(data.full_name, allowedRepositories)) return lost(`${data.full_name} is not listed here`);
    if (data.archived) return shut("the repository is archived");
    return { place: { installationId: issue.installationId, owner: data.owner.login, name: data.name } };
  }

  return async (issue) => {
    const found = await find(issue);
    if ("place" in found) {
      sinceMs.delete(issue.repositoryId);
      return found;
    }
    const since = sinceMs.get(issue.repositoryId) ?? nowMs();
    sinceMs.set(issue.repositoryId, since);
    return nowMs() - since >= sureAfterMs ? found : undefined;
  };
}

function isGranted(permissions: Readonly<Record<string, string | undefined>>, what: string, level: string): boolean {
  return permissions[what] === level || permissions[what] === "admin";
}

function lost(why: string): Standing {
  return { unreachable: { why, isForGood: true } };
}

function shut(why: string): Standing {
  return { unreachable: { why, isForGood: false } };
}
