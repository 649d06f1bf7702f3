import { readFile } from "node:fs/promises";
import { allowed } from "./allowed-hosts.ts";
import { networkFiles } from "./network.ts";
import { startProxy } from "./proxy.ts";

/** The proxy as a program of its own: `proxy-program.ts <folder>`. It outlives a restart of the service, and with it the agents' connections. */
const files = networkFiles(process.argv[2] ?? "");

const proxy = await startProxy({
  socketPath: files.socket,
  allowed: async () => allowed.parse(JSON.parse(await readFile(files.allowed, "utf8"))),
  onRefused: (where, why) => say(`refused ${where}: ${why}`),
});
say("The agents' way out. What was refused is said here.");

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => void proxy.close());

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
