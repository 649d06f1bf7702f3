import type { IssueRef, Person } from "../core/task.ts";
import { hasStatus } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { at } from "./repositories.ts";

/** What a person may do in a repository, the least first. */
const roles = ["none", "read", "triage", "write", "maintain", "admin"] as const;
type Role = (typeof roles)[number];

export interface AccessRules {
  /** The least role whose labels and comments count. */
  readonly minRole: Exclude<Role, "none" | "read">;
  /** Logins of bots that count like people, with or without `[bot]`. */
  readonly allowedBots: readonly string[];
}

type Verdict = { readonly may: true } | { readonly may: false; readonly reason: string };

/** Whether what a person says counts. */
export type Judge = (person: Person) => Promise<Verdict>;

export interface Access {
  /**
   * Judges people for one pass over an issue, each once. Asked of GitHub: what a comment says of its author's association
   * is no permission.
   */
  judgeOf(issue: IssueRef): Judge;
}

export function createAccess(octokits: Octokits, rules: AccessRules): Access {
  async function judge(issue: IssueRef, person: Person): Promise<Verdict> {
    if (isBot(person.login)) return judgeBot(person.login);
    const found = await permissionOf(issue, person.login);
    if (found === undefined) return no(`${person.login} has no access to the repository`);
    // Logins can be given up and taken by others.
    if (found.user?.id !== person.id) return no(`${person.login} is not the account that it was`);
    if (found.user.type === "Bot") return judgeBot(person.login);
    const role = roleOf(found);
    return roles.indexOf(role) >= roles.indexOf(rules.minRole)
      ? { may: true }
      : no(`${person.login} has the role ${role} in the repository; ${rules.minRole} is needed`);
  }

  function judgeBot(login: string): Verdict {
    const isListed = rules.allowedBots.some((bot) => plainBot(bot) === plainBot(login));
    return isListed ? { may: true } : no(`${login} is a bot that is not listed in ALLOWED_BOTS`);
  }

  async function permissionOf(issue: IssueRef, username: string) {
    const { rest } = octokits.installation(issue.installationId);
    try {
      return (await rest.repos.getCollaboratorPermissionLevel({ ...at(issue), username })).data;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  return {
    judgeOf: (issue) => {
      const known = new Map<number, Promise<Verdict>>();
      return async (person) => {
        const verdict = known.get(person.id) ?? judge(issue, person);
        known.set(person.id, verdict);
        return await verdict;
      };
    },
  };
}

/** No person's login may hold brackets. */
export function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

function plainBot(login: string): string {
  return login.toLowerCase().replace(/\[bot\]$/, "");
}

/**
 * `permission` knows only admin, write, read and none: it shows maintain as write and triage as read. A role that an organization
 * made itself has a name of its own in `role_name`, and counts as what `permission` says.
 */
function roleOf(found: { readonly role_name: string; readonly permission: string }): Role {
  return roles.find((role) => role === found.role_name) ?? roles.find((role) => role === found.permission) ?? "none";
}

function no(reason: string): Verdict {
  return { may: false, reason };
}
