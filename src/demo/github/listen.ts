import { serve, type ServerType } from "@hono/node-server";
import type { Hono } from "hono";

/** Serves on a loopback port; 0 is any that is free. */
export function listen(hono: Hono, port: number): Promise<{ readonly server: ServerType; readonly port: number }> {
  return new Promise((resolve) => {
    const server = serve({ fetch: hono.fetch, hostname: "127.0.0.1", port }, (address) => {
      resolve({ server, port: address.port });
    });
  });
}

/** Ends at once, with all connections. */
export function stop(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
