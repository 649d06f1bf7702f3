import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { readSettings } from "../../src/config/settings.ts";
import { createRedactor } from "../../src/core/redact.ts";
import { createDemoAgent } from "../../src/demo/agent/adapter.ts";
import { type Demo, startDemo, welcome } from "../../src/demo/demo.ts";
import { play } from "../../src/demo/play.ts";
import { startService } from "../../src/main.ts";
import { createTmux } from "../../src/runner/tmux.ts";
import { temporaryFolder } from "./bench.ts";

async function start(pace: number): Promise<Demo> {
  const home = join(await temporaryFolder(), "demo");
  const environment = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", LANG: "C.UTF-8" };
  const demo = await startDemo({
    port: 0,
    agent: "demo",
    home,
    startService: (settings) =>
      startService({
        settings: readSettings({ ...environment, ...settings }),
        log: pino({ level: process.env["COPPICE_TEST_LOG"] ?? "silent" }),
        redactor: createRedactor(),
        agents: [createDemoAgent({ pace })],
        environment,
      }),
  });
  onTestFinished(async () => {
    await demo.stop();
    for (const socket of ["tmux.sock", "network.sock"]) {
      await createTmux({ socketPath: join(demo.coppiceHome, socket) }).endServer({ graceMs: 500 });
    }
  });
  return demo;
}

test("the demo plays from three labels to three merges by itself, and leaves nothing behind", async () => {
  const demo = await start(0);
  const lines: string[] = [];
  const played = await play(demo, { print: (line) => lines.push(line), limitMs: 150_000 });
  const story = lines.join("\n");
  expect(played, story).toEqual({ ok: true, reasons: [] });
  expect(story).toContain("answers at the agent's terminal");
  expect(story.match(/merges #\d/g)).toHaveLength(3);
  expect(demo.github.store(demo.sample.repository).pulls.size).toBe(3);
  expect(welcome(demo)).toContain(`${demo.url}/issues/1`);
  await expect(
    startDemo({
      port: 0,
      agent: "demo",
      home: join(demo.coppiceHome, ".."),
      startService: () => {
        throw new Error("never");
      },
    }),
  ).rejects.toThrow("is not empty");
}, 180_000);

test("a play that gets nowhere says what is missing, and ends", async () => {
  const demo = await start(60);
  const played = await play(demo, { print() {}, limitMs: 3000 });
  expect(played.ok).toBe(false);
  expect(played.reasons).toContain("#1: it has 0 of: pull request");
  expect(played.reasons).toContain("#1: it is still open");
}, 60_000);
