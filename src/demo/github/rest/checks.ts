import { z } from "zod";
import { viewCheckRun, viewCheckSuite } from "../views/check.ts";
import { viewStatus } from "../views/status.ts";
import { latestRuns, latestStatuses, runsIn, suitesOn } from "../world/check-state.ts";
import {
  addCheckRun,
  type CheckFacts,
  commitOf,
  editCheckRun,
  rerequestRun,
  rerequestSuite,
  suiteOf,
} from "../world/checks.ts";
import { Refusal } from "../world/errors.ts";
import { type CheckRun, conclusions, type Status } from "../world/model.ts";
import { addStatus } from "../world/statuses.ts";
import { viewRepository } from "../views/repository.ts";
import { get } from "../world/world.ts";
import { type Answer, type Call, type Handlers, number, paged } from "./call.ts";
import { named } from "./commits.ts";

const atMs = z
  .string()
  .optional()
  .transform((text) => (text === undefined ? undefined : Date.parse(text)));

const factsSchema = z
  .object({
    name: z.string().optional(),
    status: z.enum(["queued", "in_progress", "completed"]).optional(),
    conclusion: z.enum(conclusions).optional(),
    external_id: z.string().optional(),
    details_url: z.string().optional(),
    started_at: atMs,
    completed_at: atMs,
    output: z.object({ title: z.string(), summary: z.string(), text: z.string() }).partial().optional(),
    actions: z.array(z.object({ identifier: z.string() })).optional(),
  })
  .transform(
    (facts): CheckFacts => ({
      name: facts.name,
      status: facts.status,
      conclusion: facts.conclusion,
      externalId: facts.external_id,
      detailsUrl: facts.details_url,
      startedMs: facts.started_at,
      completedMs: facts.completed_at,
      output: facts.output && defined(facts.output),
      actions: facts.actions?.map(({ identifier }) => identifier),
    }),
  );

const targetSchema = z.object({ head_sha: z.string() });

const statusSchema = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().default("default"),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

/** Check runs and suites, and the older commit statuses. */
export const checkHandlers: Handlers = {
  "checks/create": async (call) => {
    const { app, user } = call.actor();
    if (app === undefined) throw new Refusal(403, "You must authenticate via a GitHub App.");
    const commit = await commitOf(call.store(), targetSchema.parse(call.body).head_sha);
    const { name = "", ...facts } = factsSchema.parse(call.body);
    const suite = suiteOf(call.world, call.store(), app, commit, null);
    const run = addCheckRun(call.world, call.store(), user, suite, name, facts);
    return { status: 201, body: view(call, run) };
  },
  "checks/update": (call) => {
    const { app, user } = call.actor();
    const { id, suite } = runOf(call);
    if (get(call.store().suites, suite).app.id !== app?.id) throw new Refusal(403, notYours(app?.id));
    const run = editCheckRun(call.world, call.store(), user, id, factsSchema.parse(call.body ?? {}));
    return { status: 200, body: view(call, run) };
  },
  "checks/get": (call) => ({ status: 200, body: view(call, runOf(call)) }),
  "checks/list-for-ref": async (call) => {
    const { sha } = await named(call, call.params["ref"] ?? "");
    const suites = suitesOn(call.store(), sha).filter(({ app }) => isOrAny(call, "app_id", String(app.id)));
    return listRuns(
      call,
      suites.flatMap(({ id }) => runsIn(call.store(), id)),
    );
  },
  "checks/list-for-suite": (call) => listRuns(call, runsIn(call.store(), suiteIn(call).id)),
  "checks/list-suites-for-ref": async (call) => {
    const { sha } = await named(call, call.params["ref"] ?? "");
    const suites = suitesOn(call.store(), sha).filter(({ app }) => isOrAny(call, "app_id", String(app.id)));
    return paged(call, suites, (suite) => viewCheckSuite(call.world, call.store(), suite), "check_suites");
  },
  "checks/get-suite": (call) => ({ status: 200, body: viewCheckSuite(call.world, call.store(), suiteIn(call)) }),
  "checks/rerequest-suite": (call) => {
    rerequestSuite(call.world, call.store(), call.actor().user, suiteIn(call).id);
    return { status: 201, body: {} };
  },
  "checks/rerequest-run": (call) => {
    rerequestRun(call.world, call.store(), call.actor().user, runOf(call).id);
    return { status: 201, body: {} };
  },
  "repos/create-commit-status": async (call) => {
    const { target_url: targetUrl = null, description = null, ...rest } = statusSchema.parse(call.body);
    const draft = { ...rest, targetUrl, description };
    const status = await addStatus(call.world, call.store(), call.actor(), call.params["sha"] ?? "", draft);
    return { status: 201, body: viewStatus(call.world, call.store(), status) };
  },
  "repos/list-commit-statuses-for-ref": async (call) => {
    const { sha } = await named(call, call.params["ref"] ?? "");
    const statuses = [...call.store().statuses.values()].filter(({ commit }) => commit.sha === sha);
    return paged(call, statuses.toReversed(), (status) => viewStatus(call.world, call.store(), status));
  },
  "repos/get-combined-status-for-ref": async (call) => {
    const { sha } = await named(call, call.params["ref"] ?? "");
    const statuses = latestStatuses(call.store(), sha);
    const body = {
      state: combined(statuses),
      sha,
      total_count: statuses.length,
      statuses: statuses.map((status) => viewStatus(call.world, call.store(), status)),
      repository: viewRepository(call.world, call.store()),
    };
    return { status: 200, body };
  },
};

/** Parts of an output that were not said stay as they are. */
const defined = (output: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(output).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));

const notYours = (id: number | undefined): string =>
  `Invalid app_id \`${id}\` - check run can only be modified by the GitHub App that created it.`;

const runOf = (call: Call): CheckRun => get(call.store().checkRuns, number(call, "check_run_id"));

const suiteIn = (call: Call) => get(call.store().suites, number(call, "check_suite_id"));

const view = (call: Call, run: CheckRun): unknown => viewCheckRun(call.world, call.store(), run);

const isOrAny = ({ query }: Call, name: string, value: string): boolean =>
  !query.has(name) || query.get(name) === value;

function listRuns(call: Call, runs: readonly CheckRun[]): Answer {
  const kept = call.query.get("filter") === "all" ? runs : latestRuns(runs);
  const found = kept.filter((run) => isOrAny(call, "check_name", run.name) && isOrAny(call, "status", run.status));
  return paged(call, found, (run) => view(call, run), "check_runs");
}

function combined(statuses: readonly Status[]): string {
  if (statuses.some(({ state }) => state === "failure" || state === "error")) return "failure";
  return statuses.length > 0 && statuses.every(({ state }) => state === "success") ? "success" : "pending";
}
