import { join } from "node:path";
import { z } from "zod";

/** What a job's own program has to do. It lies in the job's folder, so that nothing secret is in its arguments. */
export const jobPlan = z.object({
  cwd: z.string(),
  /** The whole environment of the commands. */
  environment: z.record(z.string(), z.string()),
  steps: z.array(z.object({ command: z.string(), argv: z.tuple([z.string()]).rest(z.string()) })),
  timeLimitMs: z.number().int().positive(),
  mostLogBytes: z.number().int().positive(),
});
export type JobPlan = z.infer<typeof jobPlan>;

/** How a job ended. It is written whole, as the job's last act: no result means that it runs, or was cut off. */
export const jobResult = z.discriminatedUnion("is", [
  z.object({ is: z.literal("passed") }),
  z.object({ is: z.literal("failed"), command: z.string(), status: z.string() }),
]);
export type JobResult = z.infer<typeof jobResult>;

export interface JobFolder {
  readonly plan: string;
  readonly result: string;
  /** The newest output, up to the limit… */
  readonly log: string;
  /** …and what came before it, as much again. */
  readonly olderLog: string;
}

export function jobFolder(path: string): JobFolder {
  return {
    plan: join(path, "plan.json"),
    result: join(path, "result.json"),
    log: join(path, "log"),
    olderLog: join(path, "log.older"),
  };
}

/** All that a job starts inherits this variable, by which it is found when it left its parents. */
export const jobVariable = "COPPICE_JOB";

export function markOf(folder: string): string {
  return `${jobVariable}=${folder}`;
}
