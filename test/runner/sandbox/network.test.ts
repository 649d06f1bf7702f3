import { execFile } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork, type Network, networkFiles } from "../../../src/runner/sandbox/network.ts";
import { type Proxy, startProxy } from "../../../src/runner/sandbox/proxy.ts";
import { createTmux, type Tmux } from "../../../src/runner/tmux.ts";
import type { Wall } from "../../../src/runner/wall.ts";
import { realWall, temporaryFolder, whyNoWall } from "./real-wall.ts";

const noWall = await whyNoWall();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let tmux: Tmux;
let network: Network;
let wall: Wall;
/** A model API that is allowed, and a page of somebody's that is not, both on this machine's loopback. */
let model: Web;
let page: Web;

interface Web {
  readonly port: number;
  readonly asked: IncomingMessage[];
  close(): void;
}

async function startWeb(name: string): Promise<Web> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const body: Buffer[] = [];
    request.on("data", (chunk: Buffer) => body.push(chunk));
    request.on("end", () => response.end(`${name} got ${Buffer.concat(body).length} bytes for ${request.url}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, asked, close: () => (server.closeAllConnections(), server.close()) };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, "tree"));
  await mkdir(networkFiles(join(folder.path, "net")).socketFolder, { recursive: true });
  [model, page] = await Promise.all([startWeb("the model"), startWeb("the page")]);
  tmux = createTmux({ socketPath: join(folder.path, "tmux.sock") });
  const allowed = { hosts: ["registry.test", "page.test:80"], localPorts: [model.port] };
  network = createNetwork({ tmux, folder: join(folder.path, "net"), allowed });
  if (noWall !== undefined) return;
  wall = await realWall({ folder: join(folder.path, "wall"), tools: [process.execPath], network: network.way });
});

afterAll(async () => {
  await tmux.endServer({ graceMs: 200 });
  model.close();
  page.close();
  await folder[Symbol.asyncDispose]();
});

/** Runs a program in JavaScript behind the wall, with network. */
function inside(code: string): Promise<string> {
  const cwd = join(folder.path, "tree");
  const room = { cwd, writable: [cwd], readable: [], network: "allowed" } as const;
  const [file, ...args] = wall.enter(room, [process.execPath, "--input-type=module", "-e", code]);
  return new Promise((resolve) => {
    execFile(file, args, { env: { PATH: "/usr/bin:/bin" }, timeout: 40_000 }, (_error, stdout, stderr) =>
      resolve((stdout + stderr).trim()),
    );
  });
}

const get = (url: string, more = "{}") =>
  inside(
    `try { const r = await fetch("${url}", ${more}); console.log(r.status, await r.text()); } catch (e) { console.log("no way:", e.cause?.code ?? e.cause?.message ?? e.message); }`,
  );

/** Speaks to the proxy as a program may that heeds no convention. */
const raw = (text: string) =>
  inside(
    `import { connect } from "node:net"; connect(3128, "127.0.0.1").on("data", (d) => { console.log(String(d).split("\\r\\n")[0]); process.exit(); }).write(${JSON.stringify(text)});`,
  );

describe.skipIf(noWall !== undefined)("behind the wall", () => {
  it("a program waits for a proxy that is just being started, and then reaches the allowed port", async () => {
    const early = get(`http://127.0.0.1:${model.port}/early`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await network.open();
    expect(await early).toBe("200 the model got 0 bytes for /early");
  });

  it("the allowed port of the loopback is the same one, for large bodies too", async () => {
    expect(await get(`http://127.0.0.1:${model.port}/v1`, '{ method: "POST", body: "x".repeat(3e6) }')).toBe(
      "200 the model got 3000000 bytes for /v1",
    );
    expect(await get(`http://localhost:${model.port}/name`)).toBe("200 the model got 0 bytes for /name");
  });

  it("no other port of the loopback is reached, in no way", async () => {
    const answers: string[] = [];
    const { port } = page;
    expect(await get(`http://127.0.0.1:${port}/`)).toBe("no way: ECONNREFUSED");
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      `0x7f.1:${port}`,
      `page.test:${port}`,
      "page.test:80",
    ]) {
      answers.push(await raw(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
      answers.push(await raw(`GET http://${host}/ HTTP/1.1\r\nHost: registry.test\r\n\r\n`));
    }
    expect(answers).toEqual(Array(12).fill("HTTP/1.1 403 Forbidden"));
    expect(page.asked).toHaveLength(0);
  });

  it("a host that is not listed is refused, and the proxy says so in its session", async () => {
    expect(await get("https://evil.test/")).toMatch(/^no way: /);
    const seen = await tmux.capture("coppice-network");
    expect(seen).toMatchObject({ text: expect.stringContaining("refused evil.test:443: not on the list") });
  });

  it("a server under test is reached directly", async () => {
    const code = `import { createServer } from "node:http"; const s = createServer((q, r) => r.end("mine")).listen(0, "127.0.0.1", async () => { console.log(await (await fetch("http://127.0.0.1:" + s.address().port)).text()); process.exit(); });`;
    expect(await inside(code)).toBe("mine");
  });

  it("connections outlive a restart of whoever opened the network, and a proxy that died is started again", async () => {
    const before = await tmux.lookSession("coppice-network");
    const again = createNetwork({
      tmux,
      folder: join(folder.path, "net"),
      allowed: { hosts: [], localPorts: [model.port] },
    });
    await again.open();
    expect(await tmux.lookSession("coppice-network")).toEqual(before);
    if (before.is !== "alive") throw new Error("the proxy is not alive");
    process.kill(before.pid, "SIGKILL");
    await vi.waitFor(async () => expect((await tmux.lookSession("coppice-network")).is).toBe("ended"));
    const waiting = get(`http://127.0.0.1:${model.port}/after`);
    await again.open();
    expect(await waiting).toBe("200 the model got 0 bytes for /after");
  });
});

describe("the proxy", () => {
  it("does not pass on what is only between it and its client, and keeps the client's Host honest", async () => {
    const socketPath = join(folder.path, "p.sock");
    const proxy: Proxy = await startProxy({
      socketPath,
      allowed: async () => ({ hosts: [], localPorts: [page.port] }),
    });
    const answer = await speak(
      socketPath,
      `GET http://127.0.0.1:${page.port}/x HTTP/1.1\r\nHost: other.test\r\nProxy-Authorization: secret\r\nConnection: close\r\n\r\n`,
    );
    await proxy.close();
    expect(answer).toContain("the page got 0 bytes for /x");
    expect(page.asked.at(-1)?.headers).toEqual({ host: `127.0.0.1:${page.port}`, connection: "close" });
  });

  it("refuses everything when its list can't be read", async () => {
    const socketPath = join(folder.path, "q.sock");
    const proxy = await startProxy({ socketPath, allowed: () => Promise.reject(new Error("no list")) });
    expect(await speak(socketPath, `CONNECT 127.0.0.1:${page.port} HTTP/1.1\r\n\r\n`)).toBe("");
    await proxy.close();
  });

  it("has a socket for its owner alone, and a path that fits", async () => {
    const { socket } = networkFiles(join(folder.path, "net"));
    await network.open();
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    const tooLong = { tmux, folder: `/tmp/${"x".repeat(90)}`, allowed: { hosts: [], localPorts: [] } };
    expect(() => createNetwork(tooLong)).toThrow(expect.objectContaining({ code: "NETWORK_SOCKET_PATH" }));
  });
});

function speak(socketPath: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(socketPath).on("data", (chunk) => (said += String(chunk)));
    socket
      .on("close", () => resolve(said))
      .on("error", reject)
      .write(text);
  });
}
