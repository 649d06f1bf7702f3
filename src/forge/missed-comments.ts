import type { Store } from "../control/ports.ts";
import type { Fact, Subject } from "../core/fact.ts";
import type { IssueRef } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { Clients, Octokit } from "./octokits.ts";
import { at } from "./repositories.ts";
import { saidIn } from "./webhook-facts.ts";

type Comment = Awaited<ReturnType<Octokit["rest"]["issues"]["listCommentsForRepo"]>>["data"][number];

/** Notes comments in a repository whose webhooks never came. @returns how many were news. */
export type MissedComments = (place: IssueRef, store: Pick<Store, "note">) => Promise<number>;

/** How long we may have been away for commands still to count: an older wish is best said again. */
const longestAwayMs = 24 * 3_600_000;
const perPage = 100;
const mostPages = 5;

/**
 * Looks at the newest comments of a whole repository: one request, that costs nothing while there are no new ones. Comments that
 * were edited since are left alone: nobody knows what they said when they were made.
 */
export function createMissedComments(octokits: Clients, nowMs: () => number): MissedComments {
  const lists = createEtags<Comment[]>();
  // The same for every look, so that GitHub's answer can be "nothing new".
  const since = new Date(nowMs() - longestAwayMs).toISOString();
  const seenUpTo = new Map<number, number>();

  async function newest(place: IssueRef): Promise<Comment[]> {
    const { rest } = octokits.installation(place.installationId);
    const seen = seenUpTo.get(place.repositoryId) ?? 0;
    const found: Comment[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const key = `${place.installationId} ${place.owner}/${place.name} ${page}`;
      const query = { ...at(place), since, sort: "created", direction: "desc", per_page: perPage, page } as const;
      const { data } = await lists.ask(key, (headers) => rest.issues.listCommentsForRepo({ ...query, headers }));
      found.push(...data.filter(({ id }) => id > seen));
      if (data.length < perPage || data.some(({ id }) => id <= seen)) break;
    }
    return found.toReversed();
  }

  return async (place, store) => {
    let news = 0;
    for (const comment of await newest(place)) {
      const said = factOf(place, comment);
      if (said !== undefined && (await store.note(commentKey(place, comment.id), ...said, nowMs()))) news += 1;
      seenUpTo.set(place.repositoryId, Math.max(comment.id, seenUpTo.get(place.repositoryId) ?? 0));
    }
    return news;
  };
}

/** A comment is heard once, however we came to know of it. */
export function commentKey({ repositoryId }: Pick<IssueRef, "repositoryId">, comment: number): string {
  return `comment ${repositoryId} ${comment}`;
}

function factOf(place: IssueRef, comment: Comment): [Subject, Fact] | undefined {
  const { id: commentId, user, body = "", html_url: url, issue_url: issueUrl, created_at, updated_at } = comment;
  const on = Number(/\/issues\/(\d+)$/.exec(issueUrl)?.[1]);
  const isEdited = created_at !== updated_at;
  const text = saidIn(body);
  if (user === null || user.type === "Bot" || isEdited || Number.isNaN(on) || text === "") return undefined;
  const by = { id: user.id, login: user.login, isBot: false };
  const is = /\/pull\/\d+#/.test(url) ? "pull" : "issue";
  return [
    { is, issue: { ...place, number: on } },
    { kind: "commented", commentId, on, by, text, url, atMs: Date.parse(created_at) },
  ];
}
