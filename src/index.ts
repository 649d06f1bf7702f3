import type { Probot } from "probot";
import type { Log, Store } from "./control/ports.ts";
import { KnownError } from "./errors.ts";
import { commentKey } from "./forge/missed-comments.ts";
import { reviewKey } from "./forge/missed-reviews.ts";
import { type News, newsOf } from "./forge/webhook-facts.ts";

export interface WebhookParts {
  readonly store: Pick<Store, "note">;
  /** GitHub told us something, whatever it was. */
  readonly heard?: () => void;
  /** New facts are in the inbox. */
  readonly wake: () => void;
  readonly forgetSettings: (repositoryId: number) => void;
  /** A repository has another name or owner, was archived or deleted. */
  readonly repositoryChanged?: () => void;
  /** A branch moved: notes what follows for open pull requests into it. @returns whether there are any. */
  readonly branchMoved: (repositoryId: number, branch: string, delivery: string) => Promise<boolean>;
  /** The App was installed, removed, or put on other repositories. */
  readonly installationChanged: (installationId: number) => void;
  /** Our bot's login, once it is known. */
  readonly ownLogin: () => string | undefined;
  readonly log: Log;
  readonly nowMs: () => number;
  /** How long noting may take; for tests. */
  readonly patienceMs?: number;
}

/** Probot says "accepted" after 9 s though nothing may be noted yet, and GitHub gives up at 10: so we fail before. */
const patienceMs = 8_000;

/**
 * The Probot app. It acts on nothing: what a webhook says is in the inbox, durably, before GitHub has our answer; a pass
 * of the loop does the rest. When it can't be noted GitHub hears so, and remembers a failed delivery.
 */
export function createWebhookApp(parts: WebhookParts): (app: Probot) => void {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      await take(id, name, newsOf(name, payload, parts.ownLogin()), parts);
    });
  };
}

async function take(delivery: string, event: string, news: News, parts: WebhookParts): Promise<void> {
  const { store, log } = parts;
  log.debug({ delivery, event, news: news.is }, "webhook");
  parts.heard?.();
  switch (news.is) {
    case "fact": {
      const key = keyOf(delivery, news);
      await within(parts.patienceMs ?? patienceMs, store.note(key, news.subject, news.fact, parts.nowMs()));
      return parts.wake();
    }
    case "repository":
      parts.forgetSettings(news.repositoryId);
      return parts.repositoryChanged?.();
    case "pushed": {
      const { repositoryId, branch } = news;
      if (news.changesSettings) parts.forgetSettings(repositoryId);
      const hasNews = await within(parts.patienceMs ?? patienceMs, parts.branchMoved(repositoryId, branch, delivery));
      return hasNews ? parts.wake() : undefined;
    }
    case "installation":
      return parts.installationChanged(news.installationId);
    case "nothing":
      return;
    default:
      return news satisfies never;
  }
}

/** What people said is heard once, though it comes in several deliveries; anything else is known by its delivery. */
function keyOf(delivery: string, { fact, subject }: News & { is: "fact" }): string {
  switch (fact.kind) {
    case "commented":
      return commentKey(subject.issue, fact.commentId);
    case "reviewed":
      return reviewKey(subject.issue, fact.reviewId);
    case "labelled":
    case "unlabelled":
    case "touched":
    case "agent":
      return `${delivery} ${fact.kind}`;
    default:
      return fact satisfies never;
  }
}

/** The note may still be made later; the delivery comes again under the same key then, and is noted once. */
async function within<T>(mostMs: number, noting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new KnownError("INBOX_SLOW", `a fact was not noted within ${mostMs} ms`, { retry: "later" })),
      mostMs,
    );
  });
  try {
    return await Promise.race([noting, late]);
  } finally {
    clearTimeout(timer);
  }
}
