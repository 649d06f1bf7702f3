/**
 * The real service with the demo's agent, as a process that can be killed. It takes its settings from the environment, and
 * dies by SIGKILL at the moments that the file `COPPICE_KILL_FILE` names, such as `before open-pull`, once at each. From
 * inside, since a parent that reads the log is always some milliseconds late.
 */
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { secretsOf } from "../../src/config/arranged-settings.ts";
import { readSettings } from "../../src/config/settings.ts";
import { createRedactor } from "../../src/core/redact.ts";
import { createDemoAgent } from "../../src/demo/agent/adapter.ts";
import { createLog } from "../../src/log.ts";
import { startService } from "../../src/main.ts";

const actionLine = z.object({ msg: z.enum(["acts", "acted"]), action: z.string() });
const killFile = process.env["COPPICE_KILL_FILE"] ?? "";

const settings = readSettings({ ...process.env, LOG_LEVEL: "debug", LOG_FORMAT: "json" });
const redactor = createRedactor(secretsOf(settings));
const log = createLog(settings.service, redactor.redact, { write: writeLine });

function writeLine(line: string): void {
  process.stdout.write(line);
  const { success, data } = actionLine.safeParse(JSON.parse(line));
  if (!success) return;
  const moment = `${data.msg === "acts" ? "before" : "after"} ${data.action}`;
  const moments = readFileSync(killFile, "utf8").split("\n");
  if (!moments.includes(moment)) return;
  writeFileSync(killFile, moments.filter((one) => one !== moment).join("\n"));
  process.kill(process.pid, "SIGKILL");
}

await startService({ settings, log, redactor, agents: [createDemoAgent({ pace: 0 })] });
