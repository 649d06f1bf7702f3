import { viewRepository } from "../views/repository.ts";
import { viewUser } from "../views/user.ts";
import { notFound } from "../world/errors.ts";
import type { Protection, Role, User } from "../world/model.ts";
import { findUser, fullName, isAtLeast, permissionOf, roleOf, type Store } from "../world/world.ts";
import { type Answer, type Call, type Handlers, paged } from "./call.ts";

/** Repositories and who may do what in them. */
export const repoHandlers: Handlers = {
  "repos/get": (call) => ({ status: 200, body: { ...viewRepository(call.world, call.store()), ...settings(call) } }),
  "repos/get-collaborator-permission-level": (call) => {
    const user = findUser(call.world, call.params["username"] ?? "");
    const role = roleOf(call.store(), user);
    const view = { ...viewUser(call.world, user), permissions: flags(role), role_name: role ?? "none" };
    return { status: 200, body: { permission: permissionOf(role), role_name: role ?? "none", user: view } };
  },
  "repos/check-collaborator": (call) => {
    const user = findUser(call.world, call.params["username"] ?? "");
    if (!collaborators(call).includes(user)) throw notFound();
    return { status: 204 };
  },
  "repos/list-collaborators": (call) =>
    paged(call, collaborators(call), (user) => {
      const role = roleOf(call.store(), user);
      return { ...viewUser(call.world, user), permissions: flags(role), role_name: role };
    }),
  "repos/get-branch-protection": (call) => {
    const found = protection(call);
    const { contexts } = found;
    return { status: 200, body: { enabled: true, required_status_checks: { contexts, checks: checks(found) } } };
  },
  "repos/get-status-checks-protection": (call) => {
    const found = protection(call);
    const { contexts } = found;
    if (contexts.length === 0) throw notFound();
    return { status: 200, body: { strict: false, contexts, checks: checks(found) } };
  },
  "repos/get-branch-rules": (call) => {
    const found = call.store().protections.get(call.params["branch"] ?? "");
    return paged(call, found?.isRuleset === true && found.contexts.length > 0 ? [found] : [], (rule) =>
      viewRule(call, rule),
    );
  },
  "repos/get-all-status-check-contexts": (call): Answer => ({ status: 200, body: protection(call).contexts }),
};

const checks = ({ contexts, app }: Protection): object[] =>
  contexts.map((context) => ({ context, app_id: app ?? null }));

const viewRule = (call: Call, { contexts, app }: Protection): object => ({
  type: "required_status_checks",
  ruleset_source_type: "Repository",
  ruleset_source: fullName(call.store().repository),
  ruleset_id: 1,
  parameters: {
    strict_required_status_checks_policy: false,
    required_status_checks: contexts.map((context) => ({
      context,
      ...(app !== undefined && { integration_id: app }),
    })),
  },
});

function protection(call: Call): Protection {
  const found = call.store().protections.get(call.params["branch"] ?? "");
  if (found === undefined || found.isRuleset) throw notFound();
  return found;
}

function settings(call: Call): object {
  const role = call.who.is === "person" ? roleOf(call.store(), call.who.user) : undefined;
  return { permissions: flags(role), allow_merge_commit: true, allow_squash_merge: true, allow_rebase_merge: true };
}

function flags(role: Role | undefined): Record<string, boolean> {
  const has = (least: Role): boolean => isAtLeast(role, least);
  return {
    pull: has("read"),
    triage: has("triage"),
    push: has("write"),
    maintain: has("maintain"),
    admin: has("admin"),
  };
}

const isMember = ({ roles, repository }: Store, { id }: User): boolean => roles.has(id) || repository.owner.id === id;

const collaborators = (call: Call): User[] =>
  [...call.world.users.values()].filter((user) => isMember(call.store(), user));
