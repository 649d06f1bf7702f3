import type { Fact } from "./fact.ts";
import type { OperatorPolicy } from "./policy.ts";
import type { Task } from "./task.ts";
import { agentAskedBy, isSameLabel } from "./trigger.ts";

/** What of a label asks for a task in a repository, and for whom when it names nobody. */
export interface Trigger {
  readonly label: string;
  readonly agent: string;
}

export function triggerFor({ policy }: Pick<Task, "policy">, operator: OperatorPolicy): Trigger {
  return { label: policy.triggerLabel ?? operator.triggerLabel, agent: policy.agent ?? operator.defaultAgent };
}

/** A label that asks for a task belongs to one of the issue's, or asks for a new one. */
export type Owner = Task | { readonly agent: string };

/**
 * Whose a label is, among all tasks of the issue: the one that it was put on for, else its agent's. Once the first task is
 * over, whatever agent is asked for next makes its next attempt, so that no other names are needed.
 * @returns undefined when it asks for no task.
 */
export function ownerOf(label: string, tasks: readonly Task[], trigger: Trigger): Owner | undefined {
  const agent = agentAskedBy(label, trigger.label, trigger.agent);
  if (agent === undefined) return undefined;
  return (
    tasks.find((task) => isSameLabel(task.asked.label, label)) ??
    tasks.find((task) => task.agent === agent) ??
    tasks.find((task) => task.rival === undefined && isEnding(task)) ?? { agent }
  );
}

export function isTask(owner: Owner | undefined): owner is Task {
  return owner !== undefined && "id" in owner;
}

function isEnding({ phase }: Task): boolean {
  return phase.at === "ending" || phase.at === "done";
}

/** The rival whose pull request was merged in this contest; what was merged before the task was asked for was another one. */
export function winnerAmong(task: Pick<Task, "asked">, rivals: readonly Task[]): Task | undefined {
  return rivals.find(({ phase, pull }) => {
    if ((phase.at !== "ending" && phase.at !== "done") || phase.outcome.is !== "merged" || pull === undefined)
      return false;
    return phase.at === "ending" || phase.atMs >= task.asked.atMs;
  });
}

/** Without the facts about labels that are other tasks' business. */
export function ownFacts(
  task: Pick<Task, "id">,
  facts: readonly Fact[],
  tasks: readonly Task[],
  trigger: Trigger,
): readonly Fact[] {
  return facts.filter((fact) => {
    if (fact.kind !== "labelled" && fact.kind !== "unlabelled") return true;
    const owner = ownerOf(fact.label, tasks, trigger);
    return !isTask(owner) || owner.id === task.id;
  });
}

/** Whether one of the labels still asks for this task: the one that it was put on for, or its agent's. */
export function isAsked(task: Pick<Task, "asked" | "agent">, labels: readonly string[], trigger: Trigger): boolean {
  return labels.some(
    (label) =>
      agentAskedBy(label, trigger.label, trigger.agent) !== undefined &&
      (isSameLabel(label, task.asked.label) || agentAskedBy(label, trigger.label, trigger.agent) === task.agent),
  );
}
