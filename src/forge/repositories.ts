import { isListed } from "../config/repository-list.ts";
import type { IssueRef } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import { createEtags } from "./etags.ts";
import type { Octokit, Octokits } from "./octokits.ts";

export interface Repository {
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly isArchived: boolean;
}

type RepositoryData = Awaited<ReturnType<Octokit["rest"]["repos"]["get"]>>["data"];

export interface Repositories {
  /**
   * The repository as it is now.
   * @throws KnownError FORGE_OTHER_REPOSITORY when another one has its name by now.
   */
  look(issue: IssueRef): Promise<Repository>;
}

/** Owner and name as GitHub's API calls them. */
export function at(issue: IssueRef): { readonly owner: string; readonly repo: string } {
  return { owner: issue.owner, repo: issue.name };
}

/** `owner/name#number`, for logs and messages. */
export function nameOf(issue: IssueRef): string {
  return `${issue.owner}/${issue.name}#${issue.number}`;
}

/** Whether the operator serves a repository. @param allowed undefined: every one on which the App is installed. */
export function isServed(fullName: string, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || isListed(fullName, allowed);
}

export function createRepositories(octokits: Octokits): Repositories {
  const etags = createEtags<RepositoryData>();
  return {
    async look(issue) {
      const { rest } = octokits.installation(issue.installationId);
      const key = `repository ${issue.installationId} ${issue.owner}/${issue.name}`;
      const { data } = await etags.ask(key, (headers) => rest.repos.get({ ...at(issue), headers }));
      // A name that became free may belong to somebody else's repository by now.
      if (data.id !== issue.repositoryId)
        throw new KnownError("FORGE_OTHER_REPOSITORY", `${data.full_name} is not the repository that it was`, {
          retry: "later",
        });
      return { fullName: data.full_name, defaultBranch: data.default_branch, isArchived: data.archived };
    },
  };
}
