import { notFound } from "./errors.ts";
import type {
  App,
  CheckRun,
  CheckSuite,
  Comment,
  Installation,
  Issue,
  IssueEvent,
  Label,
  Protection,
  Pull,
  Reaction,
  Repository,
  Review,
  ReviewComment,
  Role,
  Status,
  Thread,
  User,
  WorkflowRun,
} from "./model.ts";

/** The one owner of all that the stand-in knows. Everything that changes it goes through the functions in `world/`. */
export interface World {
  /** `http://127.0.0.1:<port>`; known once the server listens. */
  readonly url: string;
  readonly app: App;
  /** GitHub Actions is an App, too. */
  readonly actions: App;
  /** Where the App wants its webhooks. */
  readonly hook: { url: string | undefined; readonly secret: string };
  readonly users: Map<number, User>;
  readonly installations: Map<number, Installation>;
  readonly stores: Map<number, Store>;
  readonly nowMs: () => number;
  readonly nextId: () => number;
  readonly emit: (emission: Emission) => void;
  readonly findsMergeabilityLate: boolean;
  /** Required checks of a protected base that have not succeeded yet. */
  readonly missingChecks: (store: Store, pull: Pull) => readonly string[];
}

/** A repository with all that belongs to it. */
export interface Store {
  repository: Repository;
  /** Full names that it had before; GitHub still finds it under them. */
  readonly formerNames: Set<string>;
  readonly roles: Map<number, Role>;
  readonly labels: Map<number, Label>;
  readonly issues: Map<number, Issue>;
  /** Numbers of issues that were deleted, or moved to what they are now. */
  readonly gone: Map<number, "deleted" | { readonly to: Store; readonly number: number }>;
  readonly comments: Map<number, Comment>;
  readonly events: IssueEvent[];
  readonly reactions: Map<number, Reaction>;
  /** By number, like issues. */
  readonly pulls: Map<number, Pull>;
  readonly reviews: Map<number, Review>;
  readonly reviewComments: Map<number, ReviewComment>;
  readonly threads: Map<number, Thread>;
  readonly suites: Map<number, CheckSuite>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly workflowRuns: Map<number, WorkflowRun>;
  /** By job. */
  readonly logs: Map<number, string>;
  readonly statuses: Map<number, Status>;
  /** By branch. */
  readonly protections: Map<string, Protection>;
}

/** Something that GitHub tells the App about, if it is subscribed to it. */
export interface Emission {
  readonly event: string;
  readonly action?: string;
  readonly store?: Store;
  readonly installation?: Installation;
  readonly sender: User;
  readonly payload: Readonly<Record<string, unknown>>;
}

export const fullName = ({ owner, name }: Repository): string => `${owner.login}/${name}`;

export function findUser(world: World, login: string): User {
  const wanted = login.toLowerCase();
  for (const user of world.users.values()) if (user.login.toLowerCase() === wanted) return user;
  throw notFound();
}

export function findStore(world: World, owner: string, name: string): Store {
  const wanted = `${owner}/${name}`.toLowerCase();
  const stores = [...world.stores.values()];
  const found =
    stores.find(({ repository }) => fullName(repository).toLowerCase() === wanted) ??
    stores.find(({ formerNames }) => formerNames.has(wanted));
  if (found === undefined) throw notFound();
  return found;
}

export function get<T>(map: ReadonlyMap<number, T>, id: number): T {
  const value = map.get(id);
  if (value === undefined) throw notFound();
  return value;
}

/** Puts a changed record in the old one's seat and hands it back. */
export function change<T extends object>(map: Map<number, T>, id: number, changes: Partial<T>): T {
  const changed = { ...get(map, id), ...changes };
  map.set(id, changed);
  return changed;
}

const ranks: readonly (Role | undefined)[] = [undefined, "read", "triage", "write", "maintain", "admin"];

/** A person's role: the owner is an admin, everybody may read what is public. */
export function roleOf({ repository, roles }: Store, user: User): Role | undefined {
  if (user.id === repository.owner.id) return "admin";
  return roles.get(user.id) ?? (repository.isPrivate ? undefined : "read");
}

export const isAtLeast = (role: Role | undefined, least: Role): boolean => ranks.indexOf(role) >= ranks.indexOf(least);

export function installationOf(world: World, { repository }: Store): Installation | undefined {
  for (const installation of world.installations.values()) {
    if (installation.account.id === repository.owner.id && covers(installation.repositories, repository))
      return installation;
  }
  return undefined;
}

export const covers = (repositories: Installation["repositories"], { id }: Repository): boolean =>
  repositories === "all" || repositories.includes(id);

/** The older of the two words for a role knows only four of them. */
export function permissionOf(role: Role | undefined): "none" | "read" | "write" | "admin" {
  switch (role) {
    case undefined:
      return "none";
    case "triage":
      return "read";
    case "maintain":
      return "write";
    case "read":
    case "write":
    case "admin":
      return role;
    default:
      return role satisfies never;
  }
}
