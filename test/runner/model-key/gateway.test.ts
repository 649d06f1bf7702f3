import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Upstream } from "../../../src/runner/model-key/gateway-files.ts";
import { type GatewayLimits, startGateway } from "../../../src/runner/model-key/gateway.ts";

const key = "sk-ant-the-real-key-0123456789";

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse, asked: Asked) => void;
const plainly: Answer = (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}");

/** A gateway that knows the token "known", before an API that answers so. */
async function startBench(
  options: { answer?: Answer; login?: Upstream["login"]; limits?: Partial<GatewayLimits> } = {},
) {
  const { answer = plainly, login = { by: "api-key", key }, limits = {} } = options;
  const asks: Asked[] = [];
  const api = createServer((request, response) => {
    request.on("error", () => {});
    readText(request).then(
      (body) => {
        const asked = { method: request.method, url: request.url, headers: request.headers, body };
        asks.push(asked);
        return answer(response, asked);
      },
      () => response.destroy(),
    );
  });
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
  const address = api.address();
  const apiPort = typeof address === "object" ? address?.port : undefined;
  const known = new Set(["known"]);
  const refused: string[] = [];
  const gateway = await startGateway({
    port: 0,
    upstream: async () => ({ baseUrl: `http://127.0.0.1:${apiPort}/base/`, login }),
    isKnown: async (token) => known.has(token),
    onRefused: (why) => refused.push(why),
    limits,
  });
  onTestFinished(async () => {
    await gateway.close();
    api.closeAllConnections();
    api.close();
  });
  const url = `http://127.0.0.1:${gateway.port}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { method: "POST", body: "{}", headers: { "x-api-key": "known" }, ...init });
  return { url, gateway, asks, known, refused, ask, api };
}

describe("the gateway", () => {
  it("adds the real key, and passes on what the API is told", async () => {
    const bench = await startBench();
    const headers = { "x-api-key": "known", "anthropic-version": "2023-06-01", "content-type": "application/json" };
    const answer = await bench.ask("/v1/messages?beta=true", { headers, body: '{"model":"x"}' });
    expect(answer.status).toBe(200);
    expect(bench.asks).toMatchObject([{ method: "POST", url: "/base/v1/messages?beta=true", body: '{"model":"x"}' }]);
    expect(bench.asks[0]?.headers).toMatchObject({ "x-api-key": key, "anthropic-version": "2023-06-01" });
  });

  it("adds a login's token in its own header", async () => {
    const bench = await startBench({ login: { by: "oauth-token", token: "the-real-token" } });
    await bench.ask("/v1/messages", { headers: { authorization: "Bearer known" } });
    expect(bench.asks[0]?.headers.authorization).toBe("Bearer the-real-token");
    expect(bench.asks[0]?.headers).not.toHaveProperty("x-api-key");
  });

  it("passes on no credentials, cookies or headers of the connection that the agent sent", async () => {
    const bench = await startBench();
    const headers = {
      "x-api-key": "known",
      authorization: "Bearer someone-elses",
      cookie: "a=b",
      "x-forwarded-for": "1.2.3.4",
      "proxy-authorization": "Basic abc",
    };
    await bench.ask("/v1/messages", { headers });
    const names = Object.keys(bench.asks[0]?.headers ?? {});
    expect(names.filter((name) => /authorization|cookie|forwarded/.test(name))).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ["no token", {}],
    ["an unknown token", { "x-api-key": "guessed" }],
    ["the agent's own key for the same API", { "x-api-key": "sk-ant-somebody-elses-key-0123456789" }],
    ["the real key", { "x-api-key": key }],
    ["an unknown bearer", { authorization: "Bearer guessed" }],
    ["a known token in a wrong place", { cookie: "known", "x-token": "known" }],
  ])("%s is refused, and the API never hears of it", async (_what, headers) => {
    const bench = await startBench();
    const answer = await bench.ask("/v1/messages", { headers });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    expect(bench.asks).toEqual([]);
    expect(bench.refused.join()).not.toMatch(/guessed|sk-ant/);
  });

  it("a token that is revoked counts no more", async () => {
    const bench = await startBench();
    expect((await bench.ask("/v1/messages")).status).toBe(200);
    bench.known.clear();
    expect((await bench.ask("/v1/messages")).status).toBe(401);
  });

  it.each([
    ["POST", "/v1/files"],
    ["GET", "/v1/messages"],
    ["POST", "/v1/messages/batches"],
    ["GET", "/v1/organizations/users"],
    ["POST", "/v1/complete"],
    ["POST", "/v1/messages/"],
    ["POST", "/v1/messages%2f..%2ffiles"],
    ["POST", "//v1/messages"],
    ["POST", "/base/v1/messages"],
    ["GET", "/v1/models/..%2ffiles"],
    ["GET", "/v1/models/x/y"],
    ["DELETE", "/v1/models/x"],
    ["GET", "/"],
  ])("%s %s is not served", async (method, path) => {
    const bench = await startBench();
    const body = method === "POST" ? { body: "{}" } : { body: null };
    expect((await bench.ask(path, { method, ...body })).status).toBe(404);
    expect(bench.asks).toEqual([]);
  });

  it.each([
    ["POST", "/v1/messages/count_tokens"],
    ["GET", "/v1/models"],
    ["GET", "/v1/models/claude-opus-5-5"],
  ])("%s %s is served", async (method, path) => {
    const bench = await startBench();
    expect((await bench.ask(path, { method, body: method === "POST" ? "{}" : null })).status).toBe(200);
  });

  it.each(["http://127.0.0.1:1/v1/messages", "/../v1/messages", "/v1/./messages"])(
    "the odd target %s is not served",
    async (target) => {
      const bench = await startBench();
      const socket = connect(bench.gateway.port, "127.0.0.1");
      socket.end(`POST ${target} HTTP/1.1\r\nHost: x\r\nX-Api-Key: known\r\nContent-Length: 2\r\n\r\n{}`);
      expect(await readText(socket)).toMatch(/^HTTP\/1.1 404 /);
      expect(bench.asks).toEqual([]);
    },
  );

  it("answers stream: each piece arrives before the next one is made", async () => {
    let more: (() => void) | undefined;
    const bench = await startBench({
      answer: (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("event: one\n\n");
        more = () => void response.end("event: two\n\n");
      },
    });
    const answer = await bench.ask("/v1/messages");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("event: one\n\n");
    more?.();
    expect((await reader?.read())?.value).toBe("event: two\n\n");
  });

  it("an error of the API comes through as it is", async () => {
    const bench = await startBench({
      answer: (response) => void response.writeHead(529, { "retry-after": "3" }).end('{"type":"error"}'),
    });
    const answer = await bench.ask("/v1/messages");
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([
      529,
      "3",
      '{"type":"error"}',
    ]);
  });

  it("an API that is not there is an error that is worth another try, without its address", async () => {
    const bench = await startBench();
    bench.api.close();
    await once(bench.api, "close");
    const answer = await bench.ask("/v1/messages");
    expect(answer.status).toBe(502);
    expect(await answer.text()).not.toMatch(/127\.0\.0\.1|sk-ant/);
  });

  it("an API that says nothing for too long is given up", async () => {
    const bench = await startBench({ answer: () => {}, limits: { silenceMs: 50 } });
    expect((await bench.ask("/v1/messages")).status).toBe(502);
  });

  it("a body that is too large is refused, announced or not", async () => {
    const bench = await startBench({ limits: { bodyBytes: 1000 } });
    const large = "a".repeat(2000);
    expect((await bench.ask("/v1/messages", { body: large })).status).toBe(413);
    const request = httpRequest(`${bench.url}/v1/messages`, { method: "POST", headers: { "x-api-key": "known" } });
    request.on("error", () => {});
    const answer = new Promise<number | undefined>((resolve) =>
      request.once("response", (response) => resolve(response.statusCode)),
    );
    request.write(large);
    expect(await answer).toBe(413);
    request.destroy();
    expect(bench.asks).toEqual([]);
  });

  it("one session can't take more than its share, and gets it back", async () => {
    const waiting: ServerResponse[] = [];
    const bench = await startBench({ answer: (response) => void waiting.push(response), limits: { requests: 2 } });
    const first = [bench.ask("/v1/messages"), bench.ask("/v1/messages")];
    await expect.poll(() => waiting.length).toBe(2);
    expect((await bench.ask("/v1/messages")).status).toBe(429);
    for (const response of waiting) response.end("{}");
    await Promise.all(first);
    const last = bench.ask("/v1/messages");
    await expect.poll(() => waiting.length).toBe(3);
    waiting.at(-1)?.end("{}");
    expect((await last).status).toBe(200);
  });

  it("an agent that goes away ends what was asked for it", async () => {
    let isGone = false;
    const bench = await startBench({ answer: (response) => void response.on("close", () => (isGone = true)) });
    const abort = new AbortController();
    const asked = bench.ask("/v1/messages", { signal: abort.signal });
    await expect.poll(() => bench.asks.length).toBe(1);
    abort.abort();
    await expect(asked).rejects.toThrow("abort");
    await expect.poll(() => isGone).toBe(true);
  });
});
