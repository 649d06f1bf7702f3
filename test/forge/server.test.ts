import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { startServer } from "../../src/forge/server.ts";
import { type Bench, silentLog, startBench } from "./bench.ts";

const ask = (bench: Bench, path: string, options?: RequestInit): Promise<Response> =>
  fetch(`http://127.0.0.1:${bench.server.port}${path}`, options);

/** No good signature, but one that has to be looked at. */
const ofTheForm = `sha256=${"0".repeat(64)}`;

/** Sends a body in pieces without saying how long it will be, until the other side answers. */
async function pour(bench: Bench, headers: Record<string, string>, bytes: number): Promise<number | undefined> {
  const request = httpRequest({ port: bench.server.port, method: "POST", path: "/api/github/webhooks", headers });
  const answer = new Promise<IncomingMessage>((resolve) => request.once("response", resolve));
  // After the refusal the connection ends under the rest of the body.
  request.on("error", () => {});
  const piece = Buffer.alloc(1_024 * 1_024, "a");
  for (let sent = 0; sent < bytes; sent += piece.length) request.write(piece);
  request.end();
  const { statusCode } = await answer;
  request.destroy();
  return statusCode;
}

describe("the web server", () => {
  it("is healthy once it is ready, not before", async () => {
    await using bench = await startBench();
    const before = await ask(bench, "/healthz");
    expect([before.status, await before.json()]).toEqual([503, { status: "starting" }]);
    bench.server.ready();
    const after = await ask(bench, "/healthz");
    expect([after.status, await after.json()]).toEqual([200, { status: "ok" }]);
  });

  it.each<[string, string, string, number]>([
    ["GET", "/", "text/plain", 404],
    ["GET", "/probot", "text/plain", 404],
    ["POST", "/healthz", "text/plain", 405],
    ["GET", "/api/github/webhooks", "application/json", 405],
    ["POST", "/api/github/webhooks", "text/plain", 415],
    ["POST", "/api/github/webhooks", "application/x-www-form-urlencoded", 415],
    ["POST", "/api/github/webhooks", "application/json", 401],
  ])("%s %s with %s is answered %i", async (method, path, type, status) => {
    await using bench = await startBench();
    const body = method === "POST" ? { body: "{}" } : {};
    const response = await ask(bench, path, { method, headers: { "content-type": type }, ...body });
    expect(response.status).toBe(status);
    expect(bench.inbox.noted).toEqual([]);
  });

  it("a body that says it is larger than 5 MB is refused before it is read", async () => {
    await using bench = await startBench();
    const headers = {
      "content-type": "application/json",
      "x-hub-signature-256": ofTheForm,
      "content-length": String(60 * 1_024 * 1_024),
    };
    expect(await pour(bench, headers, 1_024 * 1_024)).toBe(413);
  });

  it("a body that turns out larger than 5 MB is refused", async () => {
    await using bench = await startBench();
    const headers = {
      "content-type": "application/json",
      "x-hub-signature-256": ofTheForm,
      "transfer-encoding": "chunked",
    };
    expect(await pour(bench, headers, 8 * 1_024 * 1_024)).toBe(413);
  });

  it("a port that is taken is an error that says what to do", async () => {
    await using bench = await startBench();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const start = startServer({
      host: "127.0.0.1",
      port: port ?? 0,
      probot: bench.app.probot,
      app: () => {},
      log: silentLog,
    });
    await expect(start).rejects.toMatchObject({ code: "SERVER_ADDRESS", hint: expect.stringContaining("PORT") });
    await new Promise((resolve) => other.close(resolve));
  });

  it("closes though a connection is kept alive, and cuts off what does not end", async () => {
    await using bench = await startBench({ drainMs: 200 });
    const stuck = httpRequest({
      port: bench.server.port,
      method: "POST",
      path: "/api/github/webhooks",
      headers: {
        "content-type": "application/json",
        "x-hub-signature-256": ofTheForm,
        "content-length": "100",
        expect: "100-continue",
      },
    });
    const end = new Promise((resolve) => {
      for (const event of ["response", "error", "close"]) stuck.once(event, () => resolve(event));
    });
    const isTaken = new Promise((resolve) => stuck.once("continue", resolve));
    stuck.flushHeaders();
    await isTaken;
    expect((await ask(bench, "/healthz")).status).toBe(503);
    await bench.server.close();
    expect(await end).toBe("error");
  });
});
