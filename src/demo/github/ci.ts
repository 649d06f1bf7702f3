import type { Hono } from "hono";
import { commitOf } from "./world/checks.ts";
import { tipOf } from "./world/history.ts";
import type { Conclusion, User, WorkflowRun } from "./world/model.ts";
import { finishJob, rerunFailed, startWorkflow } from "./world/workflows.ts";
import { findStore, get, type Store, type World } from "./world/world.ts";

/** GitHub Actions as tests and the demo play it: jobs start and end when they are told to. */
export interface Ci {
  /** Starts a workflow (`CI` unless named) on a branch's tip, with all its jobs in progress. */
  readonly start: (branch: string, jobs: readonly string[], workflow?: string) => Promise<CiRun>;
  /** The run with that id, for those that were started again. */
  readonly run: (id: number) => CiRun;
}

interface CiRun {
  readonly id: number;
  /** Ends a job; its log can be fetched from then on. */
  readonly finish: (job: string, conclusion: Conclusion, log?: string) => void;
  /** As somebody presses "Re-run failed jobs". */
  readonly rerunFailed: () => void;
  readonly look: () => WorkflowRun;
}

export function createCi(world: World, store: Store, by: User): Ci {
  const run = (id: number): CiRun => ({
    id,
    finish: (job, conclusion, log = "") => finishJob(world, store, id, job, conclusion, log),
    rerunFailed: () => rerunFailed(world, store, id),
    look: () => get(store.workflowRuns, id),
  });
  return {
    run,
    start: async (branch, jobs, name = "CI") => {
      const sha = await tipOf(store.repository.folder, branch);
      const commit = await commitOf(store, sha ?? branch);
      return run(startWorkflow(world, store, { name, commit, branch, event: "push", actor: by, jobs }).id);
    },
  };
}

/** Logs are not on GitHub's API host: the API answers with the address of a store, which wants no token. */
export function mountLogs(app: Hono, world: World): void {
  app.get("/:owner/:name/_logs/:job", (c) => {
    const log = findStore(world, c.req.param("owner"), c.req.param("name")).logs.get(Number(c.req.param("job")));
    return log === undefined ? c.text("gone", 404) : c.text(log);
  });
}
