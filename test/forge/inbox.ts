import type { Store } from "../../src/control/ports.ts";
import type { Fact, Subject } from "../../src/core/fact.ts";

interface NotedWebhook {
  readonly key: string;
  readonly subject: Subject;
  readonly fact: Fact;
}

/** The inbox as webhooks see it: notes a key once. */
export interface TestInbox extends Pick<Store, "note"> {
  readonly noted: NotedWebhook[];
  /** What happens before a fact is noted: time that passes, or a failure. */
  before: () => Promise<void>;
}

export function createInbox(): TestInbox {
  const noted: NotedWebhook[] = [];
  const inbox: TestInbox = {
    noted,
    before: async () => {},
    async note(key, subject, fact) {
      await inbox.before();
      if (noted.some((one) => one.key === key)) return false;
      noted.push({ key, subject, fact });
      return true;
    },
  };
  return inbox;
}
