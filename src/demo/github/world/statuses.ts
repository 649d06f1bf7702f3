import { viewCommit } from "../views/commit.ts";
import { viewStatus } from "../views/status.ts";
import { commitOf } from "./checks.ts";
import { listRefs } from "./git.ts";
import type { Actor, Status } from "./model.ts";
import { fullName, type Store, type World } from "./world.ts";

export type StatusDraft = Pick<Status, "context" | "state" | "description" | "targetUrl">;

/** The branches whose newest commit it is. */
async function branchesAt({ protections, repository }: Store, sha: string): Promise<object[]> {
  const refs = [...(await listRefs(repository.folder))];
  const names = refs.flatMap(([ref, tip]) => (tip === sha && ref.startsWith("refs/heads/") ? [ref.slice(11)] : []));
  return names.map((name) => ({ name, commit: { sha }, protected: protections.has(name) }));
}

export async function addStatus(
  world: World,
  store: Store,
  by: Actor,
  sha: string,
  draft: StatusDraft,
): Promise<Status> {
  const commit = await commitOf(store, sha);
  const status: Status = { ...draft, id: world.nextId(), commit, creator: by.user, createdMs: world.nowMs() };
  store.statuses.set(status.id, status);
  const payload = {
    ...viewStatus(world, store, status),
    sha,
    name: fullName(store.repository),
    commit: viewCommit(world, store, commit),
    branches: await branchesAt(store, sha),
  };
  world.emit({ event: "status", store, sender: by.user, payload });
  return status;
}
