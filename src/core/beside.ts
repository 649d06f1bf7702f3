import { defuseLine } from "./defuse.ts";
import type { Action } from "./plan.ts";
import type { Sight } from "./sight.ts";
import type { Task } from "./task.ts";

type ClosePull = Action & { do: "close-pull" };
type TellBeside = Action & { do: "tell-beside" };

/** Whether the pull request is still to be closed, because another one takes its place. */
export function hasPullToClose(task: Task): boolean {
  return closing(task).length > 0;
}

export function closing(task: Task): readonly ClosePull[] {
  const why = whyToClose(task);
  if (why === undefined || task.pull === undefined || task.said.pullClosed === true) return [];
  const text = `Closed, because ${why}. What is here is kept: the branch stays, and what was not pushed is saved.`;
  return [{ do: "close-pull", text }];
}

/** Undefined where it is over by itself, or may still be merged. */
function whyToClose({ phase, again }: Task): string | undefined {
  if (phase.at !== "ending") return undefined;
  const { outcome } = phase;
  switch (outcome.is) {
    case "outdone":
      return `${outcome.agent}'s pull request #${outcome.pull.number} for the same issue was merged`;
    case "stopped-by":
    case "gave-up":
    case "no-change-needed":
      return again && `${again.by.login} asked for another attempt, which makes a pull request of its own`;
    case "merged":
    case "closed":
    case "refused":
    case "unreachable":
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** What a reviewer of this pull request has to know of others; edited when it changes. */
export function besides(task: Task, sight: Sight): readonly TellBeside[] {
  if (task.phase.at !== "in-review" || task.pull === undefined) return [];
  const text = [...competing(sight), ...overlapping(task, sight)].join("\n\n");
  const { beside } = task.said;
  if (text === (beside?.text ?? "")) return [];
  return [{ do: "tell-beside", commentId: beside?.commentId, text }];
}

function competing({ rivals }: Sight): readonly string[] {
  const open = rivals.flatMap(({ agent, pull, phase }) =>
    pull === undefined || phase.at === "ending" || phase.at === "done" ? [] : [`${agent}'s #${pull.number}`],
  );
  return open.length === 0
    ? []
    : [`🌱 Competes with ${open.join(" and ")} for the same issue; the one that is merged closes the other.`];
}

const mostPaths = 3;
const mostPulls = 5;

/** Pull requests of other issues that change the same files: whichever is merged last may conflict. */
function overlapping({ delivered, id, issue }: Task, { neighbours }: Sight): readonly string[] {
  const own = new Set(delivered?.files ?? []);
  const found = neighbours.flatMap((other) => {
    const shared = (other.delivered?.files ?? []).filter((path) => own.has(path));
    if (other.id === id || other.issue.number === issue.number || other.pull === undefined) return [];
    return shared.length === 0 ? [] : [`#${other.pull.number} (${paths(shared)})`];
  });
  if (found.length === 0) return [];
  const more = found.length > mostPulls ? ` and ${found.length - mostPulls} more` : "";
  return [
    `⚠️ Touches the same files as ${found.slice(0, mostPulls).join(", ")}${more}: the one merged last may conflict.`,
  ];
}

function paths(shared: readonly string[]): string {
  const shown = shared.slice(0, mostPaths).map((path) => `\`${defuseLine(path).replaceAll("`", "'")}\``);
  return shared.length > mostPaths ? `${shown.join(", ")} and ${shared.length - mostPaths} more` : shown.join(", ");
}
