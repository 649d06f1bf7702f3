import { isGranted } from "./rest/may.ts";
import { actorOf, type Who } from "./tokens.ts";
import { showActor, showComment, showPull, showRepository, showThread } from "./views/graph.ts";
import { QueryRefusal } from "./world/errors.ts";
import type { Pull, Thread } from "./world/model.ts";
import { setDraft } from "./world/pulls.ts";
import { newReview, pendingOf, publish } from "./world/reviews.ts";
import { addTo, commentsIn, findThread, setResolved } from "./world/threads.ts";
import { covers, findStore, fullName, get, isAtLeast, roleOf, type Store, type World } from "./world/world.ts";

const forbidden = (): QueryRefusal => new QueryRefusal("FORBIDDEN", "Resource not accessible by integration");

interface Input<T> {
  readonly input: T & { readonly clientMutationId?: string };
}

/** The root of queries and mutations; below it, plain objects whose fields are values or functions. */
export function createRoot(world: World, who: Who): object {
  const by = actorOf(world, who);

  function visible(store: Store): Store {
    const { repository } = store;
    if (
      who.is === "installation" &&
      !(repository.owner.id === who.installation.account.id && covers(who.repositories, repository))
    ) {
      throw unresolved(fullName(repository));
    }
    if (who.is === "person" && roleOf(store, who.user) === undefined) throw unresolved(fullName(repository));
    return store;
  }

  /** Both permissions are needed, unlike in REST. */
  function mustWrite(): void {
    const needs = ["pull_requests:write", "contents:write"];
    if (who.is === "installation" && !needs.every((need) => isGranted(who.permissions, need))) throw forbidden();
  }

  function threadOf(id: string): { readonly store: Store; readonly thread: Thread } {
    const number = numberOf("PRRT", id);
    const found = findThread(world.stores.values(), number);
    return { ...found, store: visible(found.store) };
  }

  function resolve(id: string, isResolved: boolean): { readonly store: Store; readonly thread: Thread } {
    const { store } = threadOf(id);
    mustWrite();
    return { store, thread: setResolved(world, store, by, numberOf("PRRT", id), isResolved) };
  }

  function draft(id: string, isDraft: boolean): object {
    const { store, pull } = pullOf(world, id);
    mustWrite();
    const { author } = get(visible(store).issues, pull.number);
    const may = by.app !== undefined || author.user.id === by.user.id || isAtLeast(roleOf(store, by.user), "write");
    if (!may) throw forbidden();
    return showPull(world, store, setDraft(world, store, by, pull.number, isDraft));
  }

  function reply(id: string, body: string): object {
    const { store, thread } = threadOf(id);
    mustWrite();
    const pull = get(store.pulls, thread.pull);
    const pending = pendingOf(store, by, pull);
    const review = pending ?? newReview(world, store, by, pull, "");
    const comment = addTo(world, store, by, thread, review.id, body, commentsIn(store, thread.id)[0]?.id);
    if (pending === undefined) publish(world, store, by, review.id, "COMMENT", "");
    return showComment(world, store, comment);
  }

  return {
    viewer: () => showActor(world, by.user),
    repository: ({ owner, name }: { owner: string; name: string }) =>
      showRepository(world, visible(findStore(world, owner, name))),
    node: ({ id }: { id: string }) => {
      if (id.startsWith("PR_")) {
        const { store, pull } = pullOf(world, id);
        return showPull(world, visible(store), pull);
      }
      const { store, thread } = threadOf(id);
      return showThread(world, store, thread);
    },
    resolveReviewThread: ({ input }: Input<{ threadId: string }>) => {
      const { store, thread } = resolve(input.threadId, true);
      return { ...said(input), thread: showThread(world, store, thread) };
    },
    unresolveReviewThread: ({ input }: Input<{ threadId: string }>) => {
      const { store, thread } = resolve(input.threadId, false);
      return { ...said(input), thread: showThread(world, store, thread) };
    },
    markPullRequestReadyForReview: ({ input }: Input<{ pullRequestId: string }>) => ({
      ...said(input),
      pullRequest: draft(input.pullRequestId, false),
    }),
    convertPullRequestToDraft: ({ input }: Input<{ pullRequestId: string }>) => ({
      ...said(input),
      pullRequest: draft(input.pullRequestId, true),
    }),
    addPullRequestReviewThreadReply: ({ input }: Input<{ pullRequestReviewThreadId: string; body: string }>) => ({
      ...said(input),
      comment: reply(input.pullRequestReviewThreadId, input.body),
    }),
  };
}

const said = ({ clientMutationId }: { readonly clientMutationId?: string }): object => ({
  clientMutationId: clientMutationId ?? null,
});

const unresolved = (what: string): QueryRefusal =>
  new QueryRefusal("NOT_FOUND", `Could not resolve to a node with the global id of '${what}'`);

function numberOf(kind: string, id: string): number {
  const [, number] = new RegExp(`^${kind}_(\\d+)$`).exec(id) ?? [];
  if (number === undefined) throw unresolved(id);
  return Number(number);
}

function pullOf(world: World, id: string): { readonly store: Store; readonly pull: Pull } {
  const number = numberOf("PR", id);
  for (const store of world.stores.values()) {
    for (const pull of store.pulls.values()) if (pull.id === number) return { store, pull };
  }
  throw unresolved(id);
}
