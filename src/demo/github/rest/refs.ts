import { z } from "zod";
import { viewCommit, viewPlainCommit } from "../views/commit.ts";
import { api, node } from "../views/user.ts";
import { setRef } from "../world/branches.ts";
import { notFound, Refusal } from "../world/errors.ts";
import { listRefs } from "../world/git.ts";
import { isAncestor, resolve } from "../world/history.ts";
import { fullName } from "../world/world.ts";
import { type Answer, type Call, type Handlers, paged } from "./call.ts";
import { named } from "./commits.ts";

const createSchema = z.object({ ref: z.string(), sha: z.string() });
const updateSchema = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** Branches as such, and refs as git knows them. */
export const refHandlers: Handlers = {
  "repos/get-branch": async (call) => {
    const branch = call.params["branch"] ?? "";
    const sha = await tip(call, `refs/heads/${branch}`, new Refusal(404, "Branch not found"));
    const commit = viewCommit(call.world, call.store(), await named(call, sha));
    const self = url(call, `branches/${branch}`);
    return { status: 200, body: { commit, ...protectionOf(call, branch), _links: { self, html: self } } };
  },
  "repos/list-branches": async (call) => {
    const branches = [...(await listRefs(call.store().repository.folder))].flatMap(([ref, sha]) =>
      ref.startsWith("refs/heads/") ? [{ name: ref.slice("refs/heads/".length), sha }] : [],
    );
    const wanted = call.query.get("protected");
    const listed = branches.filter(
      ({ name }) => wanted === null || (wanted === "true") === call.store().protections.has(name),
    );
    return paged(call, listed, ({ name, sha }) => ({
      ...protectionOf(call, name),
      commit: { sha, url: url(call, `commits/${sha}`) },
    }));
  },
  "git/get-ref": async (call) => {
    const ref = `refs/${call.params["ref"]}`;
    return viewRef(call, ref, await tip(call, ref, notFound()));
  },
  "git/list-matching-refs": async (call) => {
    const start = `refs/${call.params["ref"]}`;
    const refs = [...(await listRefs(call.store().repository.folder))].filter(([ref]) => ref.startsWith(start));
    return { status: 200, body: refs.map(([ref, sha]) => viewRef(call, ref, sha).body) };
  },
  "git/create-ref": async (call) => {
    const { ref, sha } = createSchema.parse(call.body);
    const { folder } = call.store().repository;
    if ((await resolve(folder, sha)) !== sha) throw new Refusal(422, "Object does not exist");
    if ((await listRefs(folder)).has(ref)) throw new Refusal(422, "Reference already exists");
    await setRef(call.world, call.store(), call.actor(), ref, sha);
    return { ...viewRef(call, ref, sha), status: 201 };
  },
  "git/update-ref": async (call) => {
    const { sha, force } = updateSchema.parse(call.body);
    const ref = `refs/${call.params["ref"]}`;
    const before = await tip(call, ref, new Refusal(422, "Reference does not exist"));
    const isForward = await isAncestor(call.store().repository.folder, before, sha);
    if (!force && !isForward) throw new Refusal(422, "Update is not a fast forward");
    await setRef(call.world, call.store(), call.actor(), ref, sha);
    return viewRef(call, ref, sha);
  },
  "git/delete-ref": async (call) => {
    const ref = `refs/${call.params["ref"]}`;
    await tip(call, ref, new Refusal(422, "Reference does not exist"));
    await setRef(call.world, call.store(), call.actor(), ref, undefined);
    return { status: 204 };
  },
  "git/get-commit": async (call) => {
    const commit = await named(call, call.params["commit_sha"] ?? "");
    const view = {
      ...viewCommit(call.world, call.store(), commit),
      ...viewPlainCommit(call.world, call.store(), commit),
    };
    return { status: 200, body: view };
  },
};

async function tip(call: Call, ref: string, otherwise: Refusal): Promise<string> {
  const sha = (await listRefs(call.store().repository.folder)).get(ref);
  if (sha === undefined) throw otherwise;
  return sha;
}

const url = (call: Call, path: string): string =>
  api(call.world, `/repos/${fullName(call.store().repository)}/${encodeURI(path)}`);

function viewRef(call: Call, ref: string, sha: string): Answer {
  const object = { type: "commit", sha, url: url(call, `git/commits/${sha}`) };
  const body = {
    ref,
    node_id: node("REF", Number.parseInt(sha.slice(0, 8), 16)),
    url: url(call, `git/${ref}`),
    object,
  };
  return { status: 200, body };
}

/** What a branch requires can be read here without an administrator's permission. */
function protectionOf(call: Call, name: string): object {
  const found = call.store().protections.get(name);
  const protection = found?.isRuleset === true ? undefined : found;
  const contexts = protection?.contexts ?? [];
  const required = {
    enforcement_level: contexts.length === 0 ? "off" : "non_admins",
    contexts,
    checks: contexts.map((context) => ({ context, app_id: protection?.app ?? null })),
  };
  const isProtected = protection !== undefined;
  return {
    name,
    protected: isProtected,
    protection: { enabled: isProtected, required_status_checks: required },
    protection_url: url(call, `branches/${name}/protection`),
  };
}
