import type { Status } from "../world/model.ts";
import { fullName, type Store, type World } from "../world/world.ts";
import { api, node, time, viewUser } from "./user.ts";

export function viewStatus(world: World, { repository }: Store, status: Status): Record<string, unknown> {
  const creator = viewUser(world, status.creator);
  return {
    id: status.id,
    node_id: node("SC", status.id),
    url: api(world, `/repos/${fullName(repository)}/statuses/${status.commit.sha}`),
    avatar_url: creator["avatar_url"],
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: time(status.createdMs),
    updated_at: time(status.createdMs),
    creator,
  };
}
