import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import {
  assertHarmless,
  everydayEnvironment,
  exitStatus,
  quote,
  type LaunchSpec,
  writeLaunch,
} from "../../../src/runner/agents/launch.ts";
import type { RunFolder } from "../../../src/runner/agents/run-folder.ts";
import { temporaryRun } from "./temporary-run.ts";

const run$ = promisify(execFile);

/** Writes a launcher and runs it as a pane does; resolves with what the agent printed. */
async function launch(run: RunFolder, spec: Partial<LaunchSpec>): Promise<string> {
  const whole = { argv: ["true"], cwd: run.path, environment: {}, ...spec };
  const { argv } = await writeLaunch(run, whole);
  const [program = "", ...rest] = argv;
  const { stdout } = await run$(program, rest, { env: { ...process.env, GH_TOKEN: "ghs_x", TMUX: "/tmp/x,1,0" } });
  return stdout;
}

describe("the launcher", () => {
  it("gives the agent what is listed, exactly, and nothing else", async () => {
    const run = await temporaryRun();
    const environment = {
      PATH: process.env["PATH"] ?? "",
      ANTHROPIC_API_KEY: `it's "odd" $HOME \`id\`\nsecond line\\`,
    };
    const printed = await launch(run, { argv: ["env", "-0"], environment });
    const entries = printed.split("\0").filter((entry) => !/^(PWD=|$)/.test(entry));
    const expected = { TERM: "screen-256color", ...environment };
    expect(entries.toSorted()).toEqual(
      Object.entries(expected)
        .map(([name, value]) => `${name}=${value}`)
        .toSorted(),
    );
  });

  it("hands arguments over as they are", async () => {
    const words = ["it's", "$HOME", "`id`", "a\nb", "", "*", "\\"];
    const printed = await launch(await temporaryRun(), { argv: ["/usr/bin/printf", "[%s]", ...words] });
    expect(printed).toBe(words.map((word) => `[${word}]`).join(""));
  });

  it("notes how the agent ended, and forgets it at the next start", async () => {
    const run = await temporaryRun();
    await expect(launch(run, { argv: ["/bin/sh", "-c", "exit 7"] })).rejects.toMatchObject({ code: 7 });
    expect(await exitStatus(run)).toBe(7);
    await writeLaunch(run, { argv: ["true"], cwd: run.path, environment: {} });
    expect(await exitStatus(run)).toBeUndefined();
  });

  it("notes the end of an agent that a signal to the group ended", async () => {
    const run = await temporaryRun();
    const ready = join(run.path, "ready");
    const agent = ["/bin/sh", "-c", `: >${quote(ready)}; sleep 100`];
    const { argv } = await writeLaunch(run, {
      argv: agent,
      cwd: run.path,
      environment: everydayEnvironment(process.env),
    });
    const pane = spawn(argv[0] ?? "", argv.slice(1), { detached: true, stdio: "ignore" });
    const ended = once(pane, "exit");
    await vi.waitFor(() => access(ready), 10_000);
    process.kill(-(pane.pid ?? 0), "SIGTERM");
    await ended;
    expect(await exitStatus(run)).toBe(143);
  });

  it("does not start the agent elsewhere when its folder is gone", async () => {
    const run = await temporaryRun();
    await expect(launch(run, { cwd: "/nowhere" })).rejects.toThrow("/nowhere");
    expect(await exitStatus(run)).toBeGreaterThan(0);
  });

  it("puts the wall in front of the agent", async () => {
    const printed = await launch(await temporaryRun(), { argv: ["echo", "agent"], wrap: ["/bin/echo", "wall"] });
    expect(printed).toBe("wall echo agent\n");
  });

  it("leaves no secret on the disk once the agent runs, nor ever in a script", async () => {
    const run = await temporaryRun();
    const { argv } = await writeLaunch(run, {
      argv: ["true"],
      cwd: run.path,
      environment: { ANTHROPIC_API_KEY: "secret" },
    });
    expect((await stat(run.env)).mode & 0o777).toBe(0o600);
    expect(await readFile(run.launch, "utf8")).not.toContain("secret");
    expect(argv.join(" ")).not.toContain("secret");
    await launch(run, { environment: { ANTHROPIC_API_KEY: "secret" } });
    await expect(access(join(run.path, "env"))).rejects.toThrow("ENOENT");
  });
});

describe("an agent's environment", () => {
  it.each(["GH_TOKEN", "GITHUB_TOKEN", "WEBHOOK_SECRET", "PRIVATE_KEY", "NODE_OPTIONS", "LD_PRELOAD", "TMUX", "a b"])(
    "never holds %s",
    (name) => expect(() => assertHarmless({ [name]: "x" })).toThrow(name),
  );

  it("takes a few everyday names of ours", () => {
    const ours = { PATH: "/bin", LANG: "C", GITHUB_TOKEN: "x", AWS_SECRET_ACCESS_KEY: "x", PRIVATE_KEY: "x" };
    expect(everydayEnvironment(ours)).toEqual({ PATH: "/bin", LANG: "C" });
  });
});
