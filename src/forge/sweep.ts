import type { Log, Store } from "../control/ports.ts";
import type { Fact } from "../core/fact.ts";
import type { OperatorPolicy } from "../core/policy.ts";
import { isTask, ownerOf, type Trigger } from "../core/rivals.ts";
import type { IssueRef, Task } from "../core/task.ts";
import { KnownError } from "../errors.ts";
import { createEtags } from "./etags.ts";
import { inWords } from "./failures.ts";
import { createMissedComments } from "./missed-comments.ts";
import { createMissedReviews } from "./missed-reviews.ts";
import type { Clients, Octokit } from "./octokits.ts";
import { at, isServed, nameOf } from "./repositories.ts";
import type { SettingsFiles } from "./settings-file.ts";

type IssueData = Awaited<ReturnType<Octokit["rest"]["issues"]["listForRepo"]>>["data"][number];
type EventData = Awaited<ReturnType<Octokit["rest"]["issues"]["listEvents"]>>["data"][number];
type RepositoryData = Awaited<
  ReturnType<Octokit["rest"]["apps"]["listReposAccessibleToInstallation"]>
>["data"]["repositories"][number];

export type SweepStore = Pick<Store, "tasksOf" | "note" | "withPulls">;

interface SweepParts {
  readonly octokits: Clients;
  readonly settings: SettingsFiles;
  readonly operator: Pick<OperatorPolicy, "triggerLabel" | "agents" | "defaultAgent">;
  readonly allowedRepositories: readonly string[] | undefined;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Looks at all repositories for labels, commands and reviews whose webhook never came, and notes them as if it had. What nothing has changed
 * in costs nothing of GitHub's limit.
 * @param ownLogin our bot's login, where it is known.
 * @returns how many were news.
 */
export type Sweep = (store: SweepStore, ownLogin?: string) => Promise<number>;

const perPage = 100;
const youngMs = 60_000;

export function createSweep(parts: SweepParts): Sweep {
  const { octokits, settings, operator, allowedRepositories, log, nowMs } = parts;
  const lists = createEtags<IssueData[]>();
  const missedComments = createMissedComments(octokits, nowMs);
  const missedReviews = createMissedReviews(octokits, nowMs);
  /** When issues were changed that hold no news any more. */
  const settled = new Map<string, string>();

  async function sweep(store: SweepStore, ownLogin: string | undefined): Promise<number> {
    let found = 0;
    let limit: KnownError | undefined;
    for (const installationId of await installations(octokits)) {
      try {
        found += await sweepInstallation(installationId, store, ownLogin);
      } catch (error) {
        // Each installation has its own limit; this sweep counts as done only when it was everywhere.
        if (!(error instanceof KnownError) || error.code !== "FORGE_LIMIT") throw error;
        limit = error;
      }
    }
    if (found > 0) log.info({ found }, "the sweep found labels, commands and reviews that no webhook had told of");
    if (limit !== undefined) throw limit;
    return found;
  }

  async function sweepInstallation(
    installationId: number,
    store: SweepStore,
    ownLogin: string | undefined,
  ): Promise<number> {
    let found = 0;
    for (const repository of await repositoriesOf(octokits, installationId)) {
      if (isServed(repository.full_name, allowedRepositories) && !repository.archived && !repository.disabled)
        found += await carefully(repository, () =>
          sweepRepository(placeOf(installationId, repository), store, ownLogin),
        );
    }
    return found;
  }

  /** One repository that can't be looked at keeps nobody from looking at the others. */
  async function carefully(repository: RepositoryData, sweepIt: () => Promise<number>): Promise<number> {
    try {
      return await inWords(`show the issues of ${repository.full_name}`, sweepIt);
    } catch (error) {
      if (!(error instanceof KnownError) || error.code === "FORGE_LIMIT") throw error;
      log.warn({ repository: repository.full_name, err: error }, error.message);
      return 0;
    }
  }

  async function sweepRepository(place: IssueRef, store: SweepStore, ownLogin: string | undefined): Promise<number> {
    const { triggerLabel, agent } = (await settings.inForce(place)).policy;
    const trigger = { label: triggerLabel ?? operator.triggerLabel, agent: agent ?? operator.defaultAgent };
    let found = 0;
    for (const label of [trigger.label, ...operator.agents.map((one) => `${trigger.label}:${one}`)]) {
      for (const issue of await labelled(place, label)) {
        if (await noteIfNew({ ...place, number: issue.number }, issue, label, trigger, store)) found += 1;
      }
    }
    return found + (await missedComments(place, store)) + (await missedReviews(place, store, ownLogin));
  }

  async function labelled(place: IssueRef, label: string): Promise<IssueData[]> {
    const { rest } = octokits.installation(place.installationId);
    const found: IssueData[] = [];
    for (let page = 1; ; page += 1) {
      const key = `${place.installationId} ${place.owner}/${place.name} ${label} ${page}`;
      const query = { ...at(place), labels: label, state: "open" as const, per_page: perPage, page };
      const { data } = await lists.ask(key, (headers) => rest.issues.listForRepo({ ...query, headers }));
      found.push(...data.filter((issue) => issue.pull_request === undefined));
      if (data.length < perPage) return found;
    }
  }

  async function noteIfNew(
    issue: IssueRef,
    data: IssueData,
    label: string,
    trigger: Trigger,
    store: SweepStore,
  ): Promise<boolean> {
    const key = `${data.id} ${label}`;
    if (settled.get(key) === data.updated_at) return false;
    const owner = ownerOf(label, await store.tasksOf(issue), trigger);
    const task = isTask(owner) ? owner : undefined;
    if (task !== undefined && isAtWork(task)) return false;
    const event = await lastLabel(octokits, issue, label);
    const isNews = event !== undefined && (task === undefined || event.fact.atMs > task.asked.atMs);
    if (event === undefined) log.info({ issue: nameOf(issue), label }, "GitHub does not tell who put the label on");
    const isNoted = isNews && (await store.note(event.key, { issue, is: "issue" }, event.fact, nowMs()));
    // GitHub's times are whole seconds: another change within the same one would look like none.
    if (nowMs() - Date.parse(data.updated_at) > youngMs) settled.set(key, data.updated_at);
    return isNoted;
  }

  return (store, ownLogin) => inWords("show what the App is installed on", () => sweep(store, ownLogin));
}

/** The loop looks after it anyway; a label that comes meanwhile is no news to it. */
function isAtWork({ phase }: Task): boolean {
  return phase.at !== "stopped" && phase.at !== "ending" && phase.at !== "done";
}

async function installations({ app }: Clients): Promise<number[]> {
  const found = await app.paginate(app.rest.apps.listInstallations, { per_page: perPage });
  return found.filter(({ suspended_at: suspended }) => !suspended).map(({ id }) => id);
}

async function repositoriesOf(octokits: Clients, installationId: number): Promise<RepositoryData[]> {
  const octokit = octokits.installation(installationId);
  return await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: perPage });
}

/** A repository as the issues in it know it; their numbers come later. */
function placeOf(installationId: number, { id, owner, name }: RepositoryData): IssueRef {
  return { installationId, repositoryId: id, owner: owner.login, name, number: 0 };
}

interface LabelEvent {
  readonly key: string;
  readonly fact: Fact & { readonly kind: "labelled" };
}

/** Who put the label on last, and when. GitHub lists the oldest first, so the last page comes first here. */
async function lastLabel(octokits: Clients, issue: IssueRef, label: string): Promise<LabelEvent | undefined> {
  const { rest } = octokits.installation(issue.installationId);
  const ask = (page: number) =>
    rest.issues.listEvents({ ...at(issue), issue_number: issue.number, per_page: perPage, page });
  const first = await ask(1);
  for (let page = lastPageOf(first.headers.link); page > 0; page -= 1) {
    const { data } = page === 1 ? first : await ask(page);
    const found = data.findLast((event) => labelIn(event)?.toLowerCase() === label.toLowerCase());
    if (found !== undefined) return toLabel(issue, found, label);
  }
  return undefined;
}

function lastPageOf(link: string | undefined): number {
  return Number(/[?&]page=(\d+)[^>]*>; rel="last"/.exec(link ?? "")?.[1] ?? 1);
}

function labelIn(event: EventData): string | undefined {
  return event.event === "labeled" && "label" in event ? event.label.name : undefined;
}

function toLabel(issue: IssueRef, { id, actor, created_at }: EventData, label: string): LabelEvent | undefined {
  if (actor === null) return undefined;
  const by = { id: actor.id, login: actor.login, isBot: actor.type === "Bot" };
  const fact = { kind: "labelled", label, by, atMs: Date.parse(created_at), text: undefined } as const;
  return { key: `sweep ${issue.repositoryId} ${id}`, fact };
}
