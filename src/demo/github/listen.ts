import { serve, type ServerType } from "@hono/node-server";
import type { Hono } from "hono";
import { KnownError } from "../../errors.ts";

/** Serves on a loopback port; 0 is any that is free. */
/** @throws KnownError DEMO_PORT when the port can't be had. */
export function listen(hono: Hono, port: number): Promise<{ readonly server: ServerType; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: hono.fetch, hostname: "127.0.0.1", port }, (address) => {
      resolve({ server, port: address.port });
    });
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program has it" : (cause.code ?? cause.message);
      const hint = "Name another port, or 0 for any that is free.";
      reject(
        new KnownError("DEMO_PORT", `the stand-in for GitHub can't listen on port ${port}: ${why}`, { hint, cause }),
      );
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
