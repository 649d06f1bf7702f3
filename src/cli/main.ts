#!/usr/bin/env -S node --disable-sigusr1 --disable-warning=ExperimentalWarning
import { Command, CommanderError } from "commander";
import { addDemo } from "./demo.ts";
import { addDoctor } from "./doctor.ts";
import { exitCodeOf, sayError } from "./errors.ts";
import { addGc } from "./gc.ts";
import { addRestore } from "./restore.ts";
import { addStart } from "./start.ts";
import { addStatus } from "./status.ts";
import { programVersion } from "./version.ts";

/** The program `coppice`. Each command loads only what it needs: Probot alone takes a third of a second. */
async function main(): Promise<void> {
  const program = new Command("coppice")
    .description("Label a GitHub issue, and a coding agent works on it in its own worktree and tmux session.")
    .version(programVersion())
    .exitOverride();
  addStart(program);
  addDemo(program);
  addDoctor(program);
  addStatus(program);
  addRestore(program);
  addGc(program);
  await program.parseAsync();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CommanderError)) sayError(error);
  process.exitCode = exitCodeOf(error);
}
