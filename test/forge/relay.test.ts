import { createHmac } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { startRelay } from "../../src/forge/relay.ts";
import { silentLog, startBench } from "./bench.ts";

interface TestRelay extends AsyncDisposable {
  readonly source: string;
  readonly port: number;
  readonly channels: ServerResponse[];
  readonly send: (message: object) => void;
}

/** A relay as smee is one: whoever asks for the channel gets the messages as server-sent events. */
async function openRelay(port = 0, status = 200): Promise<TestRelay> {
  const channels: ServerResponse[] = [];
  const server: Server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "text/event-stream" });
    response.write("event: ready\ndata: {}\n\n");
    channels.push(response);
    if (status !== 200) response.end();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const used = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    source: `http://127.0.0.1:${used}/channel`,
    port: used,
    channels,
    send: (message) => {
      for (const channel of channels) channel.write(`data: ${JSON.stringify(message)}\n\n`);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function letter(secret: string, delivery: string): object {
  const body = {
    action: "labeled",
    label: { name: "coppice" },
    issue: { number: 7, title: "Water it", body: "Please.", updated_at: "2026-01-02T03:04:05Z" },
    repository: { id: 99, name: "garden", owner: { login: "alice" }, default_branch: "main" },
    installation: { id: 55 },
    sender: { id: 3, login: "bob", type: "User" },
  };
  const signature = createHmac("sha256", secret).update(JSON.stringify(body)).digest("hex");
  return {
    "x-github-event": "issues",
    "x-github-delivery": delivery,
    "x-hub-signature-256": `sha256=${signature}`,
    "content-type": "application/json",
    body,
    timestamp: 1,
  };
}

const fast = { log: silentLog, waitMs: (): number => 20 };

describe("the webhook relay", () => {
  it("brings webhooks into the inbox, signed ones only", async () => {
    await using bench = await startBench();
    await using relay = await openRelay();
    const client = startRelay({ ...fast, source: relay.source, target: bench.webhookUrl });
    await vi.waitFor(() => expect(relay.channels).toHaveLength(1));
    relay.send(letter("another secret", "delivery-1"));
    relay.send(letter(bench.github.app.webhookSecret, "delivery-2"));
    await vi.waitFor(() => expect(bench.inbox.noted.map(({ key }) => key)).toEqual(["delivery-2 labelled"]), 5_000);
    await client.close();
  });

  it("may be down at first, and again later", async () => {
    await using bench = await startBench();
    const first = await openRelay();
    const { port, source } = first;
    await first[Symbol.asyncDispose]();
    const client = startRelay({ ...fast, source, target: bench.webhookUrl });
    const secret = bench.github.app.webhookSecret;
    for (const delivery of ["delivery-1", "delivery-2"]) {
      await using relay = await openRelay(port);
      await vi.waitFor(() => expect(relay.channels.length).toBeGreaterThan(0), 10_000);
      relay.send(letter(secret, delivery));
      await vi.waitFor(() => expect(bench.inbox.noted.at(-1)?.key).toBe(`${delivery} labelled`), 5_000);
    }
    await client.close();
  });

  it("is asked again after it answered with an error", async () => {
    await using bench = await startBench();
    const broken = await openRelay(0, 503);
    const client = startRelay({ ...fast, source: broken.source, target: bench.webhookUrl });
    await vi.waitFor(() => expect(broken.channels.length).toBeGreaterThan(2), 5_000);
    await broken[Symbol.asyncDispose]();
    await using mended = await openRelay(broken.port);
    await vi.waitFor(() => expect(mended.channels).toHaveLength(1), 10_000);
    await client.close();
  });

  it("is left alone once it is closed, connected or not", async () => {
    await using relay = await openRelay();
    const client = startRelay({ ...fast, source: relay.source, target: "http://127.0.0.1:9/" });
    await vi.waitFor(() => expect(relay.channels).toHaveLength(1));
    const left = new Promise((resolve) => relay.channels[0]?.once("close", resolve));
    await client.close();
    await left;
    const { port, source } = relay;
    await relay[Symbol.asyncDispose]();
    const seeker = startRelay({ ...fast, source, target: "http://127.0.0.1:9/" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await seeker.close();
    await using again = await openRelay(port);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(again.channels).toEqual([]);
  });

  it("does not tell the log where it is", async () => {
    const lines: string[] = [];
    const say = (what: object, words: string): void => void lines.push(`${JSON.stringify(what)} ${words}`);
    const log = { debug: say, info: say, warn: say, error: say };
    await using relay = await openRelay();
    const client = startRelay({ ...fast, log, source: relay.source, target: "http://127.0.0.1:9/" });
    await vi.waitFor(() => expect(lines.join("\n")).toContain("the webhook relay is connected"));
    relay.send(letter("a secret", "delivery-1"));
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(3), 5_000);
    await client.close();
    expect(lines.join("\n")).not.toContain("/channel");
  });
});
