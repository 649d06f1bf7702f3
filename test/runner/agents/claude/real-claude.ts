import { execFileSync } from "node:child_process";

/** The real CLI, from CLAUDE_PATH or PATH; undefined, with a reason printed, when there is none to test with. */
export const realClaude = find();

function find(): string | undefined {
  const program = process.env["CLAUDE_PATH"] ?? "claude";
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return program;
  } catch {
    console.log(`Skipped: no Claude Code CLI as "${program}". Set CLAUDE_PATH to run these tests with it.`);
    return undefined;
  }
}
