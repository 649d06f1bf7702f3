import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { anIssue } from "../fakes/a-task.ts";
import { temporaryFile, temporaryStore } from "./temporary-store.ts";

/** Starts a process that notes facts, kills it after so many are acknowledged, and gives their keys. */
async function acknowledgedUntilKilled(file: string, name: string, most: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "note-stream.ts"), file, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split("\n").length > most) child.kill("SIGKILL");
  });
  await once(child, "close");
  expect(child.signalCode).toBe("SIGKILL");
  return said.split("\n").slice(0, -1);
}

it("no acknowledged fact is lost when the process is killed in a stream of them, again and again", async () => {
  const file = await temporaryFile();
  const acknowledged: string[] = [];
  for (const [round, most] of [1, 20, 77, 150].entries()) {
    acknowledged.push(...(await acknowledgedUntilKilled(file, `round${round}`, most)));
  }
  const store = await temporaryStore(file);
  const facts = (await Promise.all([1, 2, 3, 4].map((lane) => store.facts(anIssue(lane), undefined)))).flat();
  const kept = new Set(facts.map(({ fact }) => (fact.kind === "touched" ? fact.what : "")));
  expect(acknowledged.length).toBeGreaterThan(200);
  expect(acknowledged.filter((key) => !kept.has(key))).toEqual([]);
});
