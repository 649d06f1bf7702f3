import { kind, readWords } from "./kinds.ts";
import type { Kind } from "./setting.ts";

const fullName = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?:\*|[A-Za-z0-9._-]{1,100})$/;

/** `owner/name`, or `owner/*` for all of an owner's. */
export const repositoryList: Kind<string[]> = kind(
  "repositories as `owner/name` or `owner/*`, separated by commas",
  readRepositories,
);

export function readRepositories(text: string): string[] | undefined {
  return readWords(text, fullName);
}

/** Whether a list names a repository. GitHub's names don't care about capitals. */
export function isListed(repository: string, list: readonly string[]): boolean {
  const name = repository.toLowerCase();
  return list.some((entry) => {
    const listed = entry.toLowerCase();
    return listed.endsWith("/*") ? name.startsWith(listed.slice(0, -1)) : name === listed;
  });
}
