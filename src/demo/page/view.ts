import type { Github } from "../github/start.ts";
import { findLabel } from "../github/world/labels.ts";
import type { Issue, Label, Role, User } from "../github/world/model.ts";
import { fullName, isAtLeast, roleOf, type Store, type World } from "../github/world/world.ts";

/** What a page is drawn from: a repository, and who looks at it. */
export interface View {
  readonly github: Github;
  readonly world: World;
  readonly store: Store;
  readonly name: string;
  /** `/owner/name` */
  readonly path: string;
  readonly me: User;
  readonly nowMs: number;
  readonly may: (least: Role) => boolean;
}

export function viewOf(github: Github, store: Store, me: User): View {
  const name = fullName(store.repository);
  return {
    github,
    world: github.world,
    store,
    name,
    path: `/${name}`,
    me,
    nowMs: github.world.nowMs(),
    may: (least) => isAtLeast(roleOf(store, me), least),
  };
}

export const issuesOf = ({ store }: View): Issue[] =>
  [...store.issues.values()].filter(({ number }) => !store.pulls.has(number)).toReversed();

export const pullIssuesOf = ({ store }: View): Issue[] =>
  [...store.issues.values()].filter(({ number }) => store.pulls.has(number)).toReversed();

export const openOnes = (issues: readonly Issue[]): Issue[] => issues.filter(({ state }) => state === "open");

export const labelsOf = ({ store }: View, issue: Issue): Label[] =>
  issue.labels.flatMap((id) => store.labels.get(id) ?? []);

export const commentsOn = ({ store }: View, number: number): number =>
  [...store.comments.values()].filter(({ issue }) => issue === number).length;

export const labelNamed = ({ store }: View, name: string): Label | undefined => findLabel(store, name);

/** Where an issue or a pull request is shown. */
export const pathOf = ({ store, path }: View, number: number): string =>
  `${path}/${store.pulls.has(number) ? "pull" : "issues"}/${number}`;

/** What a person is to a repository, as a word beside his name. */
export function roleWord({ store }: View, user: User): string | undefined {
  if (user.id === store.repository.owner.id) return "Owner";
  return store.roles.has(user.id) ? "Collaborator" : undefined;
}
