import type { AgentEvent } from "../../../core/agent-event.ts";
import type { Reply } from "../agent.ts";

/** What a waiting hook has to print so that the CLI does as the reply says. Empty: the hook has nothing to say. */
export function hookAnswer(asked: AgentEvent, reply: Reply): string {
  switch (reply.do) {
    case "go-on":
      return JSON.stringify({ decision: "block", reason: reply.why });
    case "rest":
    case "nothing":
      return "";
    case "allow":
      return decide({ behavior: "allow" });
    case "deny":
      return decide({ behavior: "deny", message: reply.why });
    case "choose":
      return decide({ behavior: "allow", updatedInput: { questions: questionsOf(asked), answers: reply.answers } });
    default:
      return reply satisfies never;
  }
}

function decide(decision: Record<string, unknown>): string {
  return JSON.stringify({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
}

/** The CLI wants the questions back together with the answers. */
function questionsOf(asked: AgentEvent): unknown {
  if (asked.kind !== "asks-question") throw new Error(`a ${asked.kind} event has no questions to choose answers for`);
  return asked.questions;
}
