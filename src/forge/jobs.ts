import type { Log } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { usefulEnd } from "./job-log.ts";
import { hasStatus, messageOf } from "./failures.ts";
import type { Octokits } from "./octokits.ts";
import { orUnseen } from "./permitted.ts";
import { at, nameOf } from "./repositories.ts";

/** Of a log's end; what comes after the failure is cut off yet. */
const mostBytes = 512 * 1_024;

/** Jobs of GitHub Actions: what they printed, and another try. */
export function createJobs(octokits: Octokits, log: Log) {
  return {
    /** The part of a job's log that shows why it failed; empty when there is none to be had. */
    async readLog(issue: IssueRef, job: number): Promise<string> {
      const { rest } = octokits.installation(issue.installationId);
      // Logs may be far larger than memory should hold, so the body comes as a stream.
      const request = { parseSuccessResponseBody: false };
      const body: unknown = await orUnseen(issue, "actions: read", log, undefined, async () => {
        const asked = await rest.actions.downloadJobLogsForWorkflowRun({ ...at(issue), job_id: job, request });
        return asked.data;
      });
      return body instanceof ReadableStream ? usefulEnd(await endOf(body)) : "";
    },

    /** @returns whether it runs again; it does not where the App may only read. */
    async rerun(issue: IssueRef, job: number): Promise<boolean> {
      const { rest } = octokits.installation(issue.installationId);
      try {
        await rest.actions.reRunJobForWorkflowRun({ ...at(issue), job_id: job });
        return true;
      } catch (error) {
        if (!hasStatus(error, 403, 404, 410, 422)) throw error;
        log.info({ issue: nameOf(issue), job, why: messageOf(error) }, "the job can't be run again");
        return false;
      }
    },
  };
}

/** The last bytes of a stream, however long it is; nothing when it breaks off, since then they are not its last. */
async function endOf(stream: ReadableStream): Promise<string> {
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      kept = Buffer.concat([kept, Buffer.from(chunk)]);
      if (kept.length > 2 * mostBytes) kept = kept.subarray(-mostBytes);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return "";
  }
  return kept.subarray(-mostBytes).toString("utf8");
}
