import type { Log } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { createEtags } from "./etags.ts";
import type { Octokit, Octokits } from "./octokits.ts";
import { orUnseen } from "./permitted.ts";
import { at } from "./repositories.ts";

type BranchData = Awaited<ReturnType<Octokit["rest"]["repos"]["getBranch"]>>["data"];
type Rule = Awaited<ReturnType<Octokit["rest"]["repos"]["getBranchRules"]>>["data"][number];

/** A check that has to pass before a merge. */
interface RequiredCheck {
  readonly name: string;
  /** The App that it has to be by; undefined when anybody's will do. */
  readonly appId: number | undefined;
}

export interface BaseBranch {
  /** Its newest commit; undefined when there is no such branch. */
  readonly sha: string | undefined;
  readonly required: readonly RequiredCheck[];
}

export type LookAtBase = (issue: IssueRef, branch: string) => Promise<BaseBranch>;

/**
 * Looks at the branch that pull requests go to. What it requires is written in its protection and in rulesets; both can be read
 * without an administrator's permission, and by conditional requests.
 */
export function createBaseBranches(octokits: Octokits, log: Log): LookAtBase {
  const branches = createEtags<BranchData>();
  const rules = createEtags<Rule[]>();
  return async (issue, branch) => {
    const { rest } = octokits.installation(issue.installationId);
    const key = `${issue.installationId} ${issue.repositoryId} ${branch}`;
    const where = { ...at(issue), branch };
    const [found, ruled] = await Promise.all([
      orUnseen(issue, "contents: read", log, undefined, () =>
        branches.ask(key, (headers) => rest.repos.getBranch({ ...where, headers })),
      ),
      orUnseen(issue, "metadata: read", log, undefined, () =>
        rules.ask(key, (headers) => rest.repos.getBranchRules({ ...where, per_page: 100, headers })),
      ),
    ]);
    const required = [...(found === undefined ? [] : byProtection(found.data)), ...(ruled?.data ?? []).flatMap(byRule)];
    return { sha: found?.data.commit.sha, required };
  };
}

function byProtection({ protection }: BranchData): readonly RequiredCheck[] {
  const { contexts = [], checks = [] } = protection.required_status_checks ?? {};
  const named = checks.map(({ context, app_id: app }) => requiredCheck(context, app));
  const plain = contexts.filter((context) => named.every(({ name }) => name !== context));
  return [...named, ...plain.map((context) => requiredCheck(context, undefined))];
}

function byRule(rule: Rule): readonly RequiredCheck[] {
  if (rule.type !== "required_status_checks") return [];
  return (rule.parameters?.required_status_checks ?? []).map(({ context, integration_id: app }) =>
    requiredCheck(context, app),
  );
}

/** GitHub writes null or -1 where any App will do. */
function requiredCheck(name: string, app: number | null | undefined): RequiredCheck {
  return { name, appId: app === null || app === undefined || app < 0 ? undefined : app };
}

export function isRequired(
  { required }: BaseBranch,
  check: { readonly name: string; readonly appId: number | undefined },
): boolean {
  return required.some(({ name, appId }) => name === check.name && (appId === undefined || appId === check.appId));
}
