import type { Github } from "../github/start.ts";
import { createLabel } from "../github/world/labels.ts";
import type { User } from "../github/world/model.ts";
import type { Store } from "../github/world/world.ts";
import { writeHistory } from "./history.ts";
import { sampleIssues, sampleLabels } from "./issues.ts";

export const sampleRepository = "mira/teatime";

/** Mira owns the repository, Aiko may write to it, Jonas is a stranger whose words must not reach an agent. */
export const samplePeople = { mira: "Mira Lindqvist", aiko: "Aiko Tanaka", jonas: "Jonas Brandt" } as const;

export interface Sample {
  readonly repository: string;
  /** The numbers of the three good first issues, in the order of the list. */
  readonly issues: readonly number[];
}

/** Times are told to the stand-in by its clock, so that the sample can have a past. */
export interface Clock {
  nowMs: () => number;
}

const hourMs = 60 * 60 * 1000;

/** Fills a stand-in with the sample: people, repository with its history, labels, issues with comments, and the App installed. */
export async function plantSample(github: Github, clock: Clock): Promise<Sample> {
  const people = new Map(Object.entries(samplePeople).map(([login, name]) => [login, addPerson(github, login, name)]));
  const present = clock.nowMs;
  const store = await github.addRepository(sampleRepository, {
    description: "How hot, and how long: a kitchen companion for tea.",
    files: {},
    roles: { aiko: "write" },
  });
  await writeHistory(store.repository, (login) => known(people, login), present());
  addLabels(github, store, known(people, "mira"));
  const issues = await openIssues(github, clock, present);
  clock.nowMs = present;
  github.install("mira");
  return { repository: sampleRepository, issues };
}

function addPerson(github: Github, login: string, name: string): User {
  return github.addUser(login, { name, email: `${login}@teatime.example` });
}

function known(people: ReadonlyMap<string, User>, login: string): User {
  const person = people.get(login);
  if (person === undefined) throw new Error(`the sample knows nobody called ${login}`);
  return person;
}

function addLabels(github: Github, store: Store, by: User): void {
  for (const label of sampleLabels) createLabel(github.world, store, { user: by, app: undefined }, label);
}

async function openIssues(github: Github, clock: Clock, present: () => number): Promise<number[]> {
  const numbers: number[] = [];
  for (const { by, hoursAgo, title, body, labels, comments } of sampleIssues) {
    clock.nowMs = () => present() - hoursAgo * hourMs;
    const number = await github.as(by).openIssue(sampleRepository, { title, body, labels });
    for (const [at, comment] of comments.entries()) {
      clock.nowMs = () => present() - (hoursAgo - at - 1) * hourMs;
      await github.as(comment.by).comment(sampleRepository, number, comment.text);
    }
    numbers.push(number);
  }
  return numbers;
}
