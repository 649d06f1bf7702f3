import type { OperatorPolicy } from "../core/policy.ts";
import type { Settings } from "./arranged-settings.ts";

/** What the core needs to know of the settings; `agents` are the names of those that this service has. */
export function operatorPolicy(settings: Settings, agents: readonly string[]): OperatorPolicy {
  const { agent, people, limits } = settings;
  return {
    agents,
    triggerLabel: people.triggerLabel,
    defaultAgent: agent.name,
    model: agent.model,
    permissionMode: agent.permissionMode,
    ...limits,
  };
}
