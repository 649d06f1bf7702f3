/** Labels that Coppice itself puts on to show where a task is; never a trigger. */
export const stateLabels = ["queued", "working", "waiting", "review", "failed"] as const;
export type StateLabel = (typeof stateLabels)[number];

/**
 * The agent that a label asks for: `coppice` asks for the default one, `coppice:<agent>` for that one.
 * @returns undefined when the label is none of ours, or shows a state.
 */
export function agentAskedBy(label: string, trigger: string, defaultAgent: string): string | undefined {
  const said = label.trim().toLowerCase();
  const word = trigger.trim().toLowerCase();
  if (said === word) return defaultAgent;
  if (!said.startsWith(`${word}:`)) return undefined;
  const agent = said.slice(word.length + 1).trim();
  return agent === "" || (stateLabels as readonly string[]).includes(agent) ? undefined : agent;
}

export function isSameLabel(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** The branch that an issue's text names in a line `Base: <branch>`; the first one counts. */
export function baseNamedIn(body: string): string | undefined {
  const line = /^[ \t]*base:[ \t]*`?([^\s`]{1,200})`?[ \t]*$/im.exec(body);
  return line?.[1];
}
