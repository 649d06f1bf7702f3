import crypto, { createHmac } from "node:crypto";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { webhooksPath } from "../../src/forge/server.ts";
import { type Bench, startBench } from "../forge/bench.ts";

const body = JSON.stringify({
  action: "labeled",
  label: { name: "coppice" },
  issue: { number: 7, title: "Water it", body: "Please.", updated_at: "2026-01-02T03:04:05Z" },
  repository: { id: 99, name: "garden", owner: { login: "alice" }, default_branch: "main" },
  installation: { id: 55 },
  sender: { id: 3, login: "bob", type: "User" },
});

interface Letter {
  readonly path: string;
  readonly method: string;
  readonly body: string;
  /** Instead of what GitHub would send; `undefined` leaves it out. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const sum = (algorithm: string, secret: string, text: string): string =>
  `${algorithm}=${createHmac(algorithm, secret).update(text).digest("hex")}`;

/** What GitHub would send, but for what is given. */
async function knock({ server, github }: Bench, letter: Partial<Letter> = {}): Promise<Answer> {
  const { path = webhooksPath, method = "POST" } = letter;
  const text = letter.body ?? body;
  const headers = {
    "content-type": "application/json",
    "x-github-event": "issues",
    "x-github-delivery": "delivery-1",
    "x-hub-signature-256": sum("sha256", github.app.webhookSecret, text),
    ...letter.headers,
  };
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: Object.fromEntries(given),
    ...(!["GET", "HEAD"].includes(method) && { body: text }),
  });
  return { status: response.status, words: await response.text() };
}

interface Answer {
  readonly status: number;
  readonly words: string;
}

type Forged = (secret: string) => Partial<Letter>;
const signedWith = (signature: string | undefined): Partial<Letter> => ({
  headers: { "x-hub-signature-256": signature },
});

describe("what is no webhook of GitHub's is refused in words, and the real one after it is taken", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it.each<[what: string, forged: Forged, status: number, words: RegExp]>([
    ["unsigned", () => signedWith(undefined), 401, /not signed/],
    ["an empty signature", () => signedWith(""), 401, /not signed/],
    ["signed with another secret", () => signedWith(sum("sha256", "another", body)), 401, /not signed with our secret/],
    ["signed with Probot's default", () => signedWith(sum("sha256", "development", body)), 401, /not signed with/],
    [
      "the right signature of another body",
      (our) => signedWith(sum("sha256", our, `${body} `)),
      401,
      /not signed with/,
    ],
    [
      "no body, but a signature",
      (our) => ({ ...signedWith(sum("sha256", our, "")), body: "" }),
      401,
      /not signed with/,
    ],
    ["sha1 in place of sha256", (our) => signedWith(sum("sha1", our, body)), 401, /not signed/],
    [
      "sha1 only, in its own header",
      (our) => ({ headers: { "x-hub-signature-256": undefined, "x-hub-signature": sum("sha1", our, body) } }),
      401,
      /not signed/,
    ],
    ["sha512", (our) => signedWith(sum("sha512", our, body)), 401, /not signed/],
    ["half of the right signature", (our) => signedWith(sum("sha256", our, body).slice(0, 39)), 401, /not signed/],
    [
      "the right signature among others",
      (our) => signedWith(`sha256=${"0".repeat(64)}, ${sum("sha256", our, body)}`),
      401,
      /not signed/,
    ],
    [
      "a form, rightly signed",
      () => ({ headers: { "content-type": "application/x-www-form-urlencoded" } }),
      415,
      /json/,
    ],
    ["plain text, rightly signed", () => ({ headers: { "content-type": "text/plain" } }), 415, /json/],
    ["no event, rightly signed", () => ({ headers: { "x-github-event": undefined } }), 400, /x-github-event/],
    ["no delivery, rightly signed", () => ({ headers: { "x-github-delivery": undefined } }), 400, /x-github-delivery/],
    ["no JSON, rightly signed", (our) => ({ ...signedWith(sum("sha256", our, "{")), body: "{" }), 400, /JSON/i],
    ["to another path", () => ({ path: "/" }), 404, /not found/],
    ["to a path below", () => ({ path: `${webhooksPath}/more` }), 404, /not found/],
    ["to the path with a slash too many", () => ({ path: `/${webhooksPath}` }), 404, /not found/],
    ["to Probot's own path", () => ({ path: "/probot" }), 404, /not found/],
    ["to the health page", () => ({ path: "/healthz" }), 405, /only GET/],
    ["GET", () => ({ method: "GET" }), 405, /only POST/],
    ["PUT", () => ({ method: "PUT" }), 405, /only POST/],
    ["DELETE", () => ({ method: "DELETE" }), 405, /only POST/],
    ["OPTIONS, as a page in a browser asks", () => ({ method: "OPTIONS" }), 405, /only POST/],
  ])("%s", async (what, forged, status, words) => {
    const before = bench.inbox.noted.length;
    expect(await knock(bench, forged(bench.github.app.webhookSecret))).toEqual({
      status,
      words: expect.stringMatching(words),
    });
    expect(bench.inbox.noted).toHaveLength(before);
    expect((await knock(bench, { headers: { "x-github-delivery": what } })).status).toBe(200);
    expect(bench.inbox.noted).toHaveLength(before + 1);
  });
});

it("an event that we do not know is taken, and nothing comes of it", async () => {
  await using bench = await startBench();
  expect((await knock(bench, { headers: { "x-github-event": "no_such_event" } })).status).toBe(200);
  expect([bench.inbox.noted, bench.news]).toEqual([[], []]);
  await knock(bench);
  expect(bench.inbox.noted).toHaveLength(1);
});

it("a webhook that is sent again is the same fact, also under another event's name", async () => {
  await using bench = await startBench();
  const replays = [
    {},
    {},
    { headers: { "x-github-event": "push" } },
    { headers: { "x-github-event": "issue_comment" } },
  ];
  const answers = await Promise.all([knock(bench), ...replays.map((replay) => knock(bench, replay))]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(bench.inbox.noted).toHaveLength(1);
});

/**
 * Time is not measured, which would say nothing on a busy machine. Instead we watch what compares: Node's `timingSafeEqual`,
 * called by Probot's library, has to see the signature that was sent beside the right one; and what the library says counts.
 */
it("signatures are compared in constant time, by the library", async () => {
  await using bench = await startBench();
  const compare = vi.spyOn(crypto, "timingSafeEqual");
  syncBuiltinESMExports();
  try {
    const secret = bench.github.app.webhookSecret;
    const wrong = sum("sha256", secret, body).replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    expect((await knock(bench, signedWith(wrong))).status).toBe(401);
    const seen = compare.mock.calls.map((pair) => pair.map(String));
    expect(seen).toEqual([[wrong, sum("sha256", secret, body)]]);
    vi.spyOn(bench.app.probot.webhooks, "verify").mockResolvedValue(false);
    expect((await knock(bench)).status).toBe(401);
  } finally {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  }
  expect((await knock(bench)).status).toBe(200);
});

/** Begins a request, whose body is still to come. */
function begin({ server }: Bench, headers: Record<string, string>): [ClientRequest, Promise<IncomingMessage>] {
  const request = httpRequest({
    port: server.port,
    method: "POST",
    path: webhooksPath,
    headers: { "content-type": "application/json", "transfer-encoding": "chunked", ...headers },
  });
  // Once it is refused, the connection ends under the rest of the body.
  request.on("error", () => {});
  const answer = new Promise<IncomingMessage>((resolve) => request.once("response", resolve));
  request.flushHeaders();
  return [request, answer];
}

describe("bodies", () => {
  it("of what bears no signature nothing is read", async () => {
    await using bench = await startBench();
    // Not a byte of the body was sent when the answer comes.
    const [request, answer] = begin(bench, {});
    expect((await answer).statusCode).toBe(401);
    request.destroy();
    expect((await knock(bench)).status).toBe(200);
  });

  it("that never end take no memory", async () => {
    await using bench = await startBench();
    const piece = Buffer.alloc(1_024 * 1_024, "a");
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const pour = async (headers: Record<string, string>): Promise<number | undefined> => {
      const [request, answer] = begin(bench, headers);
      const end = Promise.race([
        answer,
        new Promise<undefined>((resolve) => request.once("close", () => resolve(undefined))),
      ]);
      const over = new AbortController();
      void end.then(() => over.abort());
      while (!over.signal.aborted) {
        const drained = new Promise((resolve) => request.once("drain", resolve));
        if (!request.write(piece)) await Promise.race([drained, end]);
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      const response = await end;
      request.destroy();
      return response?.statusCode;
    };
    for (let time = 0; time < 10; time += 1) {
      // Where the connection ends under a piece that is just being sent, the answer can be lost.
      expect([401, undefined]).toContain(await pour({}));
      expect([413, undefined]).toContain(await pour({ "x-hub-signature-256": `sha256=${"0".repeat(64)}` }));
    }
    // One body of 5 MB and what the garbage collector leaves for later; without a limit there would be no end.
    expect(most).toBeLessThan(128 * 1_024 * 1_024);
    expect((await knock(bench)).status).toBe(200);
  });

  it("that come too slowly are cut off, and hold up nobody", async () => {
    await using bench = await startBench({ requestMs: 300 });
    const [request, answer] = begin(bench, {
      "x-hub-signature-256": sum("sha256", bench.github.app.webhookSecret, body),
    });
    const drip = setInterval(() => request.write(" "), 20);
    expect((await knock(bench)).status).toBe(200);
    expect((await answer).statusCode).toBe(408);
    clearInterval(drip);
    request.destroy();
    expect(bench.inbox.noted).toHaveLength(1);
  });
});

describe("countless requests without a good signature", () => {
  it("are counted, and answered 429 until some time has passed; whoever signs is not held up", async () => {
    let nowMs = Date.parse("2026-01-02T03:04:05Z");
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    await using bench = await startBench({ nowMs: () => nowMs, log });
    const wrong = signedWith(sum("sha256", "another", body));
    const forgeries = Array.from({ length: 20 }, () => [wrong, signedWith(undefined), { path: "/" }]).flat();
    const statuses = await Promise.all(forgeries.map((forged) => knock(bench, forged).then(({ status }) => status)));
    expect(new Set(statuses)).toEqual(new Set([401, 404]));
    for (const forged of [wrong, signedWith(undefined), { path: "/" }, { method: "PUT" }]) {
      expect(await knock(bench, forged)).toEqual({ status: 429, words: expect.stringMatching(/without a good sig/) });
      expect((await knock(bench)).status).toBe(200);
    }
    expect(lines).toEqual([expect.stringContaining("WEBHOOK_SECRET")]);
    nowMs += 1_000;
    expect(
      await Promise.all([wrong, wrong].map((forged) => knock(bench, forged).then(({ status }) => status))),
    ).toEqual(expect.arrayContaining([401, 429]));
    nowMs += 3_600_000;
    const later = await Promise.all(forgeries.map((forged) => knock(bench, forged).then(({ status }) => status)));
    expect(later).not.toContain(429);
    expect((await knock(bench, wrong)).status).toBe(429);
  });

  it("that all hold a large body back make room for the one that is signed", async () => {
    await using bench = await startBench();
    const forged = { "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
    const piece = Buffer.alloc(4 * 1_024 * 1_024, "a");
    let ended = 0;
    const held = Array.from({ length: 24 }, () => {
      const [request] = begin(bench, forged);
      request.once("close", () => (ended += 1));
      request.write(piece);
      return request;
    });
    // 96 MB in all, of which 32 may be held.
    await vi.waitFor(() => expect(ended).toBeGreaterThanOrEqual(16), { timeout: 10_000 });
    expect((await knock(bench)).status).toBe(200);
    for (const request of held) request.destroy();
  });
});
