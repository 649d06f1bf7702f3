import { z } from "zod";
import { viewReaction } from "../views/issue.ts";
import { reactionContents } from "../world/model.ts";
import { listReactions, react, type Target, unreact } from "../world/reactions.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";

const contentSchema = z.object({ content: z.enum(reactionContents) });

export const reactionHandlers: Handlers = {
  "reactions/create-for-issue": (call) => create(call, issue(call)),
  "reactions/list-for-issue": (call) => list(call, issue(call)),
  "reactions/delete-for-issue": remove,
  "reactions/create-for-issue-comment": (call) => create(call, comment(call)),
  "reactions/list-for-issue-comment": (call) => list(call, comment(call)),
  "reactions/delete-for-issue-comment": remove,
};

function issue(call: Call): Target {
  return { on: "issue", of: get(call.store().issues, number(call, "issue_number")).number };
}

function comment(call: Call): Target {
  return { on: "comment", of: get(call.store().comments, number(call, "comment_id")).id };
}

export function create(call: Call, target: Target): Answer {
  const { content } = contentSchema.parse(call.body);
  const { reaction, isNew } = react(call.world, call.store(), call.actor(), target, content);
  return { status: isNew ? 201 : 200, body: viewReaction(call.world, reaction) };
}

export function list(call: Call, target: Target): Answer {
  const content = call.query.get("content");
  const reactions = listReactions(call.store(), target).filter((each) => content === null || each.content === content);
  return paged(call, reactions, (reaction) => viewReaction(call.world, reaction));
}

export function remove(call: Call): Answer {
  unreact(call.store(), call.actor(), number(call, "reaction_id"));
  return { status: 204 };
}
