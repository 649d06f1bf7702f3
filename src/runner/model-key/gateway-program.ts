import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { startGateway } from "./gateway.ts";
import { gatewayFiles, isKnownToken, upstream } from "./gateway-files.ts";

/**
 * The gateway as a program of its own: `gateway-program.ts <folder>`. It outlives a restart of the service, and with it the agents' talks
 * with their models.
 */
process.umask(0o077);
const files = gatewayFiles(process.argv[2] ?? "");

const gateway = await startGateway({
  port: Number(await readFile(files.port, "utf8")),
  upstream: async () => upstream.parse(JSON.parse(await readFile(files.upstream, "utf8"))),
  isKnown: (token) => isKnownToken(files.tokens, token),
  onRefused: (why) => say(`refused: ${why}`),
});

const sign = createServer((socket) => socket.on("error", () => socket.destroy()).end());
await rm(files.socket, { force: true });
sign.listen(files.socket);
await once(sign, "listening");
say("The agents' way to their model. What was refused is said here.");

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  process.once(signal, () => {
    sign.close();
    void gateway.close();
  });
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
