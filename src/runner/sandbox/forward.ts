import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The inner end of the way out, a program that runs behind the wall: `forward.ts <socket> <proxy port> <local port>…`. It has no rights of
 * its own; the proxy at the other end of the socket decides. It imports nothing of ours, since only this file is shown there.
 *
 * The first port takes what a proxy is asked. The others stand for the same ports of the machine's own loopback.
 */
const [socketPath = "", ...ports] = process.argv.slice(2);
const [proxyPort = 0, ...localPorts] = ports.map(Number);

/** How long a connection waits for a proxy that is being started again. */
const patienceMs = 10 * 60_000;

await listen(proxyPort, (client) => join(client));
for (const port of localPorts) {
  await listen(port, (client) => join(client, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`));
}
process.stdout.write("open\n");

async function listen(port: number, serve: (client: Socket) => Promise<void>): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on("error", () => client.destroy());
    serve(client).catch(() => client.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

async function join(client: Socket, ask?: string): Promise<void> {
  const proxy = await reach(client);
  if (ask !== undefined) {
    proxy.write(ask);
    if (!(await answersYes(proxy))) {
      proxy.destroy();
      client.destroy();
      return;
    }
  }
  client.pipe(proxy);
  proxy.pipe(client);
}

async function reach(client: Socket): Promise<Socket> {
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(250)) {
    const proxy = connect({ path: socketPath, allowHalfOpen: true });
    try {
      await once(proxy, "connect");
      proxy.on("error", () => client.destroy());
      proxy.on("close", () => client.destroySoon());
      client.on("close", () => proxy.destroy());
      return proxy;
    } catch (error) {
      if (client.destroyed || Date.now() > giveUpAt) throw error;
    }
  }
}

/** Reads the answer's head and not a byte more; what follows is the other side's. */
async function answersYes(proxy: Socket): Promise<boolean> {
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    if (head.length > 8192 || proxy.destroyed || proxy.readableEnded) return false;
    const byte: unknown = proxy.read(1);
    if (byte instanceof Uint8Array) head += Buffer.from(byte).toString("latin1");
    else await Promise.race([once(proxy, "readable"), once(proxy, "close")]);
  }
  return head.startsWith("HTTP/1.1 200 ");
}
