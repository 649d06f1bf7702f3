import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Login } from "../../../src/runner/agents/agent.ts";
import { gatewayFiles } from "../../../src/runner/model-key/gateway-files.ts";
import { createModelAccess, type ModelAccessOptions } from "../../../src/runner/model-key/model-access.ts";
import { createTmux } from "../../../src/runner/tmux.ts";
import { startModel } from "../../model/model.ts";
import { say } from "../../model/script.ts";
import { temporaryFolder } from "../sandbox/real-wall.ts";

const key = "sk-ant-the-real-key-of-the-owner-0123456789";

async function startBench() {
  const folder = await temporaryFolder();
  const tmux = createTmux({ socketPath: join(folder.path, "tmux.sock") });
  const model = await startModel([say("Hello.")]);
  onTestFinished(async () => {
    await tmux.endServer({ graceMs: 500 });
    await model.close();
    await folder[Symbol.asyncDispose]();
  });
  const learned: string[] = [];
  const options: ModelAccessOptions = {
    tmux,
    folder: join(folder.path, "key"),
    mode: "gateway",
    login: { by: "api-key", key },
    baseUrl: model.url,
    learnSecret: (secret) => learned.push(secret),
  };
  return { options, tmux, model, learned, files: gatewayFiles(options.folder) };
}

const body = JSON.stringify({ model: "x", max_tokens: 10, messages: [{ role: "user", content: "hi" }] });
const tokenOf = (login: Login) => (login.by === "api-key" ? login.key : "");
const asks = async (baseUrl: string | undefined, login: Login) =>
  (await fetch(`${baseUrl}/v1/messages`, { method: "POST", body, headers: { "x-api-key": tokenOf(login) } })).status;

describe("the access to the model", () => {
  it("lets a session ask the model without the key, over a restart of the service, until it ends", async () => {
    const bench = await startBench();
    const access = await createModelAccess(bench.options);
    const first = await access.grant("5-7");
    expect(await asks(access.baseUrl, first)).toBe(200);
    expect(bench.learned).toEqual([tokenOf(first)]);

    const again = await createModelAccess(bench.options);
    expect(again.baseUrl).toBe(access.baseUrl);
    expect(await asks(again.baseUrl, first)).toBe(200);

    const [other, second] = [await again.grant("5-71"), await again.grant("5-7")];
    expect(await asks(again.baseUrl, first)).toBe(401);
    expect(await asks(again.baseUrl, second)).toBe(200);
    await again.revoke("5-7");
    expect(await asks(again.baseUrl, second)).toBe(401);
    expect(await asks(again.baseUrl, other)).toBe(200);
  });

  it("comes back when its program was ended, on the same port", async () => {
    const bench = await startBench();
    const access = await createModelAccess(bench.options);
    const login = await access.grant("5-7");
    await bench.tmux.endSession("coppice-gateway");
    await expect(asks(access.baseUrl, login)).rejects.toThrow("fetch failed");
    await access.keep();
    expect(await asks(access.baseUrl, login)).toBe(200);
  });

  it("starts no program while there is no session", async () => {
    const bench = await startBench();
    await (await createModelAccess(bench.options)).keep();
    expect(await bench.tmux.lookSession("coppice-gateway")).toMatchObject({ is: "absent" });
  });

  it("keeps the key in one file of ours, and tokens in none; nothing shows in a process or in tmux", async () => {
    const bench = await startBench();
    const access = await createModelAccess(bench.options);
    const token = tokenOf(await access.grant("5-7"));
    const names = await readdir(bench.options.folder, { recursive: true });
    for (const name of names) {
      const path = join(bench.options.folder, name);
      const { mode } = await stat(path);
      expect([name, (mode & 0o077).toString(8)]).toEqual([name, "0"]);
      if (!(await stat(path)).isFile()) continue;
      const text = await readFile(path, "utf8");
      expect([name, text.includes(key)]).toEqual([name, path === bench.files.upstream]);
      expect(text + name).not.toContain(token);
    }
    const pid = await pidOf(bench.files.socket);
    const shown = await Promise.all(["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8")));
    expect(shown.join("\n")).not.toMatch(/sk-ant|coppice-session-/);
    expect(shown[0]).toContain("--disable-sigusr1");
    expect(await readFile(`/proc/${pid}/limits`, "utf8")).toMatch(/Max core file size\s+0\s+0/);
  });

  it.each<[string, Partial<ModelAccessOptions>]>([
    ["the environment, when the operator says so", { mode: "environment" }],
    ["the owner's login", { login: { by: "owner" } }],
  ])("with %s there is no gateway, and no key is left from one", async (_what, changes) => {
    const bench = await startBench();
    await (await createModelAccess(bench.options)).grant("5-7");
    const access = await createModelAccess({ ...bench.options, ...changes });
    expect(await access.grant("5-7")).toEqual({ ...bench.options, ...changes }.login);
    expect(access.baseUrl).toBe(bench.model.url);
    expect(await readdir(bench.options.folder)).not.toContain("upstream.json");
  });
});

/** Of the gateway's program: the one with its folder as last argument. */
async function pidOf(socket: string): Promise<string> {
  const folder = socket.slice(0, socket.lastIndexOf("/"));
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.endsWith(`\0${folder}\0`) && line.includes("gateway-program")) return pid;
  }
  throw new Error("there is no gateway");
}
