import { z } from "zod";
import { viewComment } from "../views/issue.ts";
import { addComment, deleteComment, editComment } from "../world/comments.ts";
import type { Comment } from "../world/model.ts";
import { get } from "../world/world.ts";
import { type Call, type Handlers, number, paged } from "./call.ts";

const bodySchema = z.object({ body: z.string() });

export const commentHandlers: Handlers = {
  "issues/list-comments": (call) => {
    const { number: issue } = get(call.store().issues, number(call, "issue_number"));
    return paged(
      call,
      since(call, (comment) => comment.issue === issue),
      viewIn(call),
    );
  },
  "issues/list-comments-for-repo": (call) =>
    paged(
      call,
      sorted(
        call,
        since(call, () => true),
      ),
      viewIn(call),
    ),
  "issues/get-comment": (call) => ({
    status: 200,
    body: viewIn(call)(get(call.store().comments, number(call, "comment_id"))),
  }),
  "issues/create-comment": (call) => {
    const { body } = bodySchema.parse(call.body);
    const comment = addComment(call.world, call.store(), call.actor(), number(call, "issue_number"), body);
    const view = viewComment(call.world, call.store(), comment);
    return { status: 201, body: view, headers: { location: String(view["url"]) } };
  },
  "issues/update-comment": (call) => {
    const { body } = bodySchema.parse(call.body);
    const comment = editComment(call.world, call.store(), call.actor(), number(call, "comment_id"), body);
    return { status: 200, body: viewIn(call)(comment) };
  },
  "issues/delete-comment": (call) => {
    deleteComment(call.world, call.store(), call.actor(), number(call, "comment_id"));
    return { status: 204 };
  },
};

const viewIn =
  (call: Call) =>
  (comment: Comment): unknown =>
    viewComment(call.world, call.store(), comment);

/** `since` has the resolution of GitHub's times: a second. */
function since(call: Call, isMeant: (comment: Comment) => boolean): Comment[] {
  const sinceMs = Date.parse(call.query.get("since") ?? "1970-01-01T00:00:00Z");
  const comments = [...call.store().comments.values()].filter(isMeant);
  return comments.filter(({ updatedMs }) => Math.floor(updatedMs / 1000) * 1000 >= sinceMs);
}

function sorted(call: Call, comments: readonly Comment[]): Comment[] {
  const key = call.query.get("sort") === "updated" ? "updatedMs" : "createdMs";
  const up = comments.toSorted((one, two) => one[key] - two[key]);
  return call.query.get("direction") === "desc" ? up.toReversed() : up;
}
