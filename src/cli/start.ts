import type { Command } from "commander";

export function addStart(program: Command): void {
  program
    .command("start")
    .description("run the service with the settings of the environment and of .env in this folder")
    .action(async () => {
      const [{ loadSettings }, { secretsOf }, { createRedactor }, { createLog }, { startService }] = await Promise.all([
        import("../config/settings.ts"),
        import("../config/arranged-settings.ts"),
        import("../core/redact.ts"),
        import("../log.ts"),
        import("../main.ts"),
      ]);
      const settings = loadSettings();
      const redactor = createRedactor(secretsOf(settings));
      const log = createLog(settings.service, redactor.redact);
      const service = await startService({ settings, log, redactor });
      await untilTold();
      await service.stop();
    });
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as people expect. */
async function untilTold(): Promise<void> {
  await new Promise<void>((resolve) => {
    const told = () => {
      process.off("SIGTERM", told).off("SIGINT", told);
      resolve();
    };
    process.on("SIGTERM", told).on("SIGINT", told);
  });
}
