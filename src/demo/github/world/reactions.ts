import { notFound } from "./errors.ts";
import type { Actor, Reaction, ReactionContent } from "./model.ts";
import { get, type Store, type World } from "./world.ts";

export type Target = Pick<Reaction, "on" | "of">;

export const listReactions = (store: Store, { on, of }: Target): Reaction[] =>
  [...store.reactions.values()].filter((reaction) => reaction.on === on && reaction.of === of);

/** Says whether the reaction is new: the same one twice is answered 200 instead of 201. GitHub sends no webhook. */
export function react(
  world: World,
  store: Store,
  by: Actor,
  target: Target,
  content: ReactionContent,
): { readonly reaction: Reaction; readonly isNew: boolean } {
  const here = listReactions(store, target);
  const same = here.find((reaction) => reaction.user.id === by.user.id && reaction.content === content);
  if (same !== undefined) return { reaction: same, isNew: false };
  const reaction: Reaction = { ...target, id: world.nextId(), user: by.user, content, createdMs: world.nowMs() };
  store.reactions.set(reaction.id, reaction);
  return { reaction, isNew: true };
}

export function unreact(store: Store, by: Actor, id: number): void {
  if (get(store.reactions, id).user.id !== by.user.id) throw notFound();
  store.reactions.delete(id);
}
