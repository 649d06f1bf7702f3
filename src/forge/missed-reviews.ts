import type { Store } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { Clients, Octokit } from "./octokits.ts";
import { at } from "./repositories.ts";
import { reviewFact } from "./webhook-facts.ts";

type Review = Awaited<ReturnType<Octokit["rest"]["pulls"]["listReviews"]>>["data"][number];

/**
 * Notes reviews of our open pull requests in a repository whose webhooks never came.
 * @param ownLogin our bot's login; while it is not known, nobody knows whether a review is meant for us.
 * @returns how many were news.
 */
export type MissedReviews = (
  place: IssueRef,
  store: Pick<Store, "note" | "withPulls">,
  ownLogin: string | undefined,
) => Promise<number>;

/** Shorter than the store remembers what it has heard, so that no review is heard twice. */
const longestAwayMs = 3 * 24 * 3_600_000;
const perPage = 100;

/** One request for each pull request in review, that costs nothing while nobody reviews it. */
export function createMissedReviews(octokits: Clients, nowMs: () => number): MissedReviews {
  const lists = createEtags<Review[]>();
  /** GitHub lists the oldest first, so pages that are full have no news any more. */
  const pageReached = new Map<string, number>();

  async function newest(place: IssueRef, pull: number, from: number): Promise<{ reviews: Review[]; page: number }> {
    const { rest } = octokits.installation(place.installationId);
    const reviews: Review[] = [];
    for (let page = from; ; page += 1) {
      const key = `${place.installationId} ${place.owner}/${place.name} ${pull} ${page}`;
      const query = { ...at(place), pull_number: pull, per_page: perPage, page };
      const { data } = await lists.ask(key, (headers) => rest.pulls.listReviews({ ...query, headers }));
      reviews.push(...data);
      if (data.length < perPage) return { reviews, page };
    }
  }

  async function noteThoseOf(
    place: IssueRef,
    pull: number,
    store: Pick<Store, "note">,
    ownLogin: string,
  ): Promise<number> {
    const which = `${place.repositoryId} ${pull}`;
    const { reviews, page } = await newest(place, pull, pageReached.get(which) ?? 1);
    let news = 0;
    for (const { user, ...review } of reviews) {
      const fact = user === null ? undefined : reviewFact({ ...review, user }, ownLogin);
      if (fact === undefined || !(nowMs() - fact.atMs < longestAwayMs)) continue;
      const subject = { is: "pull", issue: { ...place, number: pull } } as const;
      if (await store.note(reviewKey(place, fact.reviewId), subject, fact, nowMs())) news += 1;
    }
    if (page > 1) pageReached.set(which, page);
    return news;
  }

  return async (place, store, ownLogin) => {
    if (ownLogin === undefined) return 0;
    let news = 0;
    for (const { pull } of await store.withPulls(place.repositoryId)) {
      if (pull !== undefined) news += await noteThoseOf(place, pull.number, store, ownLogin);
    }
    return news;
  };
}

/** A review is heard once, however we came to know of it. */
export function reviewKey({ repositoryId }: Pick<IssueRef, "repositoryId">, review: number): string {
  return `review ${repositoryId} ${review}`;
}
