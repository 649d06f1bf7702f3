import type { Command } from "commander";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check this machine and the settings: what is missing, and how to mend it")
    .action(async () => {
      const { examine } = await import("./examination.ts");
      const findings = await examine();
      for (const { is, what, cure } of findings) {
        process.stdout.write(
          `${mark[is]} ${what}\n${cure === undefined ? "" : `    ${cure.replaceAll("\n", "\n    ")}\n`}`,
        );
      }
      if (findings.some(({ is }) => is === "missing")) process.exitCode = 1;
    });
}

const mark = { fine: "✓", weak: "!", missing: "✗" } as const;
