import type { Log } from "../control/ports.ts";
import type { IssueRef } from "../core/task.ts";
import { hasStatus, messageOf } from "./failures.ts";

/** Once is enough: until somebody gives the permission every look has the same answer. */
const told = new WeakMap<Log, Set<string>>();

/**
 * Asks for something without which the work goes on. Where the App lacks the permission, or there is no such thing, it counts as
 * not there, and the log says once what is missing.
 * @param permission as people find it on GitHub's pages, such as `actions: read`.
 */
export async function orUnseen<T>(
  { installationId, owner, name }: IssueRef,
  permission: string,
  log: Log,
  otherwise: T,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!hasStatus(error, 403, 404, 410, 422)) throw error;
    const before = told.get(log) ?? new Set();
    told.set(log, before);
    const what = `${installationId} ${permission}`;
    if (error.status === 403 && !before.has(what)) {
      before.add(what);
      const hint = `Does the App have the permission "${permission}", and was it accepted where the App is installed?`;
      log.warn({ repository: `${owner}/${name}`, why: messageOf(error), hint }, "something can't be seen");
    }
    return otherwise;
  }
}
