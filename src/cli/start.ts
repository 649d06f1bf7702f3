import type { Command } from "commander";
import type { Settings } from "../config/arranged-settings.ts";
import type { AgentAdapter } from "../runner/agents/agent.ts";
import { untilTold } from "./signals.ts";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("run the service with the settings of the environment and of .env in this folder")
    .action(async () => {
      const { loadSettings } = await import("../config/settings.ts");
      const service = await startWith(loadSettings());
      const failure = await Promise.race([untilTold(), service.failed]);
      await service.stop();
      if (failure !== undefined) throw failure;
    });
}

/** The service with a log of its own that hides the settings' secrets. */
export async function startWith(settings: Settings, agents: readonly AgentAdapter[] = []) {
  const [{ secretsOf }, { createRedactor }, { createLog }, { startService }] = await Promise.all([
    import("../config/arranged-settings.ts"),
    import("../core/redact.ts"),
    import("../log.ts"),
    import("../main.ts"),
  ]);
  const redactor = createRedactor(secretsOf(settings));
  return await startService({ settings, log: createLog(settings.service, redactor.redact), redactor, agents });
}
