import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretsOf, type Settings } from "../../src/config/arranged-settings.ts";
import { loadSettings, readSettings } from "../../src/config/settings.ts";
import { KnownError } from "../../src/errors.ts";
import { completeEnvironment, privateKey, privateKeyInPkcs8 } from "./complete-environment.ts";

type Environment = Record<string, string | undefined>;

const read = (more: Environment = {}): Settings => readSettings({ ...completeEnvironment, ...more });

/** What the operator is told when the service refuses to start. */
function refusal(environment: Environment): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof KnownError) return error.message;
    throw error;
  }
  throw new Error("the settings were taken");
}

const refusalWith = (more: Environment): string => refusal({ ...completeEnvironment, ...more });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coppice-settings-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("what is in force", () => {
  it("is complete with four settings", () => {
    const settings = read();
    expect(settings.warnings).toEqual([]);
    expect(settings.app).toEqual({
      id: 12_345,
      privateKey,
      webhookSecret: completeEnvironment.WEBHOOK_SECRET,
      webhookProxyUrl: undefined,
    });
    expect(settings.service).toEqual({
      host: "127.0.0.1",
      port: 3000,
      homePath: "/home/somebody/.local/state/coppice",
      keepSavedMs: 90 * 24 * 3_600_000,
      logLevel: "info",
      logFormat: "auto",
    });
    expect(settings.claude).toEqual({
      path: "claude",
      login: { by: "api-key", key: "sk-ant-dummy" },
      modelKey: "gateway",
      baseUrl: undefined,
      ownerConfigPath: undefined,
    });
    expect(settings.people).toMatchObject({
      triggerLabel: "coppice",
      minRole: "write",
      operators: [],
      allowedBots: [],
    });
    expect(settings.limits).toMatchObject({ maxSessions: 3, maxSessionsPerRepository: 3, statusEveryMs: 10_000 });
  });

  it.each<[string, Environment, (settings: Settings) => unknown, unknown]>([
    [
      "an empty value is as good as none",
      { PORT: " ", MODEL: "" },
      (s) => [s.service.port, s.agent.model],
      [3000, undefined],
    ],
    ["port 0 asks for any free one", { PORT: "0" }, (s) => s.service.port, 0],
    ["minutes become milliseconds", { MAX_RUN_MINUTES: "2" }, (s) => s.limits.maxRunMs, 120_000],
    ["seconds become milliseconds", { SWEEP_EVERY_SECONDS: "60" }, (s) => s.limits.sweepEveryMs, 60_000],
    [
      "the home folder is where XDG says",
      { XDG_STATE_HOME: "/var/state" },
      (s) => s.service.homePath,
      "/var/state/coppice",
    ],
    [
      "a relative XDG folder does not count",
      { XDG_STATE_HOME: "state" },
      (s) => s.service.homePath,
      "/home/somebody/.local/state/coppice",
    ],
    [
      "COPPICE_HOME goes first",
      { COPPICE_HOME: "/data/c", XDG_STATE_HOME: "/x" },
      (s) => s.service.homePath,
      "/data/c",
    ],
    ["~ is the home folder", { COPPICE_HOME: "~/c" }, (s) => s.service.homePath, join(homedir(), "c")],
    [
      "a relative path begins at the working folder",
      { COPPICE_HOME: "./c" },
      (s) => s.service.homePath,
      join(process.cwd(), "c"),
    ],
    ["a program on PATH stays a name", { CLAUDE_PATH: "claude-2" }, (s) => s.claude.path, "claude-2"],
    [
      "a program in a folder becomes a whole path",
      { CLAUDE_PATH: "~/bin/claude" },
      (s) => s.claude.path,
      join(homedir(), "bin/claude"),
    ],
    [
      "one repository can't have more than all",
      { MAX_SESSIONS: "2", MAX_SESSIONS_PER_REPOSITORY: "5" },
      (s) => s.limits.maxSessionsPerRepository,
      2,
    ],
    [
      "GitHub is github.com",
      {},
      (s) => s.github,
      { host: "github.com", protocol: "https", apiUrl: "https://api.github.com", webUrl: "https://github.com" },
    ],
    [
      "or an Enterprise Server",
      { GHE_HOST: "localhost:8080", GHE_PROTOCOL: "http" },
      (s) => s.github,
      {
        host: "localhost:8080",
        protocol: "http",
        apiUrl: "http://localhost:8080/api/v3",
        webUrl: "http://localhost:8080",
      },
    ],
    [
      "addresses lose the slash at their end",
      { ANTHROPIC_BASE_URL: "http://127.0.0.1:9/" },
      (s) => s.claude.baseUrl,
      "http://127.0.0.1:9",
    ],
    [
      "lists take commas and spaces",
      { OPERATORS: "octocat, hubot  monalisa" },
      (s) => s.people.operators,
      ["octocat", "hubot", "monalisa"],
    ],
    ["the owner's login is a choice", { CLAUDE_LOGIN: "owner" }, (s) => s.claude.login, { by: "owner" }],
    [
      "so is a token",
      { CLAUDE_LOGIN: "oauth-token", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat-1" },
      (s) => s.claude.login,
      { by: "oauth-token", token: "sk-ant-oat-1" },
    ],
    ["the sandbox is on", {}, (s) => s.sandbox, { mode: "auto", hosts: [], tools: [] }],
    [
      "with the hosts and tools that the operator lists",
      { SANDBOX_HOSTS: "registry.example.com, *.example.org", SANDBOX_TOOLS: "/opt/tools" },
      (s) => s.sandbox,
      { mode: "auto", hosts: ["registry.example.com", "*.example.org"], tools: ["/opt/tools"] },
    ],
    [
      "or off for those named",
      { SANDBOX: "off:octo/a, octo/*" },
      (s) => s.sandbox,
      { mode: "off", repositories: ["octo/a", "octo/*"], hosts: [], tools: [] },
    ],
    [
      "or off for all that are served",
      { SANDBOX: "off", ALLOWED_REPOSITORIES: "octo/*" },
      (s) => s.sandbox,
      { mode: "off", repositories: "all", hosts: [], tools: [] },
    ],
  ])("%s", (_name, environment, part, wanted) => {
    expect(part(read(environment))).toEqual(wanted);
  });

  it("names its secrets for the redactor", () => {
    const settings = read({ WEBHOOK_PROXY_URL: "https://smee.example/channel" });
    expect(secretsOf(settings).toSorted()).toEqual(
      [privateKey, completeEnvironment.WEBHOOK_SECRET, "sk-ant-dummy", "https://smee.example/channel"].toSorted(),
    );
    expect(secretsOf(read({ CLAUDE_LOGIN: "oauth-token", CLAUDE_CODE_OAUTH_TOKEN: "tok" }))).toContain("tok");
  });
});

describe("what is refused", () => {
  it("is told all at once, each by its name", () => {
    const told = refusal({ PORT: "many", MAX_SESSIONS: "0", GHE_PROTOCOL: "ftp", HOME: "/" });
    for (const name of ["APP_ID", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET", "PORT", "MAX_SESSIONS", "GHE_PROTOCOL"]) {
      expect(told).toContain(`  - ${name} `);
    }
    expect(told.split("\n")).toHaveLength(7);
  });

  it.each<[string, Environment, RegExp]>([
    ["a missing App", { APP_ID: undefined }, /APP_ID is missing\. The number of your GitHub App/],
    ["an App's name for its number", { APP_ID: "my-app" }, /APP_ID is "my-app", but must be a whole number/],
    ["no webhook secret", { WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET is missing/],
    ["an empty webhook secret", { WEBHOOK_SECRET: "" }, /WEBHOOK_SECRET is missing/],
    ["the secret that everybody knows", { WEBHOOK_SECRET: "development" }, /WEBHOOK_SECRET must not be `development`/],
    [
      "a secret that can be tried out",
      { WEBHOOK_SECRET: "hunter2" },
      /WEBHOOK_SECRET must have at least 16 characters/,
    ],
    ["a port beyond the last", { PORT: "65536" }, /PORT is "65536", but must be a whole number from 0 to 65535/],
    ["a number with a unit", { MAX_RUN_MINUTES: "2h" }, /MAX_RUN_MINUTES is "2h", but must be a whole number/],
    ["a negative number", { MAX_SESSIONS: "-1" }, /MAX_SESSIONS is "-1", but must be a whole number from 1 to 100/],
    ["a host with a protocol", { GHE_HOST: "https://ghe.example" }, /GHE_HOST is .*must be a host name without https/],
    [
      "an address without a protocol",
      { ANTHROPIC_BASE_URL: "localhost:1" },
      /ANTHROPIC_BASE_URL is .*http:\/\/ or https:\/\//,
    ],
    ["a log level of one's own", { LOG_LEVEL: "loud" }, /LOG_LEVEL is "loud", but must be `fatal`, .* or `silent`/],
    ["a permission mode that can't work", { PERMISSION_MODE: "plan" }, /PERMISSION_MODE is "plan"/],
    [
      "bypassing permissions without a wall",
      { PERMISSION_MODE: "bypassPermissions", SANDBOX: "off" },
      /while SANDBOX is off/,
    ],
    ["a sandbox off for whoever installs the App", { SANDBOX: "off" }, /Name those meant: SANDBOX=off:owner\/name/],
    ["a sandbox off for nobody", { SANDBOX: "off:" }, /SANDBOX is "off:", but must be/],
    ["a repository without its owner", { ALLOWED_REPOSITORIES: "octo/a,b" }, /ALLOWED_REPOSITORIES is .*`owner\/name`/],
    ["a label with a colon", { TRIGGER_LABEL: "a:b" }, /TRIGGER_LABEL is "a:b"/],
    ["a model that is an option", { MODEL: "--danger" }, /MODEL is "--danger"/],
    ["an agent in capitals", { DEFAULT_AGENT: "Claude" }, /DEFAULT_AGENT is "Claude"/],
    ["a value as long as a novel, cut", { GHE_HOST: "x y".repeat(1000) }, /GHE_HOST is "(?:x y){19}x ?…", but/],
  ])("is %s", (_name, environment, wanted) => {
    expect(refusalWith(environment)).toMatch(wanted);
  });

  it.each<[string, Environment]>([
    ["webhook secret", { WEBHOOK_SECRET: "shortsecret" }],
    ["API key", { ANTHROPIC_API_KEY: "sk-ant with a space" }],
    ["relay channel", { WEBHOOK_PROXY_URL: "smee/secret-channel" }],
    ["private key", { PRIVATE_KEY: privateKey.slice(0, 400) }],
  ])("never shows the %s", (_name, environment) => {
    const told = refusalWith(environment);
    for (const value of Object.values(environment)) expect(told).not.toContain(value?.slice(-12));
  });

  it.each<[string, Environment, string]>([
    [
      "a slip of the pen",
      { WEBHOOK_SECERT: "x", WEBHOOK_SECRET: undefined },
      "WEBHOOK_SECERT is no setting of Coppice: did you mean WEBHOOK_SECRET?",
    ],
    [
      "our name in front",
      { COPPICE_APP_ID: "1", APP_ID: undefined },
      "COPPICE_APP_ID is no setting of Coppice: did you mean APP_ID?",
    ],
    [
      "a forgotten underline",
      { APPID: "1", APP_ID: undefined },
      "APPID is no setting of Coppice: did you mean APP_ID?",
    ],
  ])("comes with a guess for %s", (_name, environment, wanted) => {
    expect(refusalWith(environment)).toContain(wanted);
  });
});

describe("the private key", () => {
  it.each<[string, string]>([
    ["as GitHub hands it out", privateKey],
    ["in the newer form", privateKeyInPkcs8],
    ["with its line ends spelled out", privateKey.replaceAll("\n", "\\n")],
    ["in quotes", `"${privateKey.replaceAll("\n", "\\n")}"`],
    ["with Windows' line ends", privateKey.replaceAll("\n", "\r\n")],
    ["in base64", Buffer.from(privateKey).toString("base64")],
    ["without its last line end", privateKey.trim()],
  ])("is taken %s", (_name, written) => {
    expect([privateKey, privateKeyInPkcs8]).toContain(read({ PRIVATE_KEY: written }).app.privateKey);
  });

  it.each<[string, string, RegExp]>([
    ["cut off", privateKey.slice(0, 400), /is damaged, cut off or encrypted/],
    ["a path", "/home/somebody/key.pem", /PRIVATE_KEY is no key in PEM form/],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", /is no private key/],
    [
      "of another kind",
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBLlsVgyRUAGGZnDSRi6yPzYQ9kU2BV8s9SyTJg0AYcv\n-----END PRIVATE KEY-----",
      /of the kind ed25519, but GitHub's are RSA keys/,
    ],
  ])("is refused when it is %s", (_name, written, wanted) => {
    expect(refusalWith({ PRIVATE_KEY: written })).toMatch(wanted);
  });

  it("may be in one place only", () => {
    expect(refusalWith({ PRIVATE_KEY_PATH: "/k.pem" })).toContain("are both set: keep one of them");
  });

  it("is read from its file", () => {
    const path = join(folder, "key.pem");
    writeFileSync(path, privateKey, { mode: 0o600 });
    const settings = read({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
    expect(settings.app.privateKey).toBe(privateKey);
    expect(settings.warnings).toEqual([]);
  });

  it("is closed to other users of the machine, and the operator told", () => {
    const path = join(folder, "key.pem");
    writeFileSync(path, privateKey);
    chmodSync(path, 0o644);
    const settings = read({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(settings.warnings).toEqual([`${path} could be read by other users of this machine; its mode is 600 now`]);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ["is not there", () => {}, /PRIVATE_KEY_PATH names .*key\.pem, which is not there/],
    ["is a folder", (path) => mkdirSync(path), /which is (?:a folder|not a file)/],
    ["holds something else", (path) => writeFileSync(path, "hello"), /which is no key in PEM form/],
    ["is as large as a film", (path) => writeFileSync(path, Buffer.alloc(300_000)), /which is too large/],
  ])("is refused when its file %s", (_name, prepare, wanted) => {
    const path = join(folder, "key.pem");
    prepare(path);
    expect(refusalWith({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path })).toMatch(wanted);
  });
});

describe("what works but should be looked at", () => {
  it.each<[string, Environment, string[]]>([
    [
      "a shortish webhook secret",
      { WEBHOOK_SECRET: "0123456789abcdef" },
      [expect.stringContaining("WEBHOOK_SECRET is short")],
    ],
    [
      "Claude Code without a login",
      { ANTHROPIC_API_KEY: undefined },
      [expect.stringContaining("Claude Code has no login")],
    ],
    ["no wall", { SANDBOX: "off:o/r" }, [expect.stringContaining("SANDBOX is off for o/r")]],
    [
      "a name that is nearly one of ours",
      { MAX_SESSION: "9" },
      ["MAX_SESSION is no setting of Coppice: did you mean MAX_SESSIONS?"],
    ],
    [
      "nothing about other programs' names",
      { HOST_NAME: "x", HOSTS: "x", MODELS: "x", PATH: "/bin", COPPICE_TASK: "x" },
      [],
    ],
    ["nothing about a name next to the right one", { MAX_SESSION: "9", MAX_SESSIONS: "2" }, []],
    ["another agent needs no login of Claude's", { ANTHROPIC_API_KEY: undefined, DEFAULT_AGENT: "demo" }, []],
  ])("%s", (_name, environment, wanted) => {
    expect(read(environment).warnings).toEqual(wanted);
  });
});

function write(lines: Record<string, string>): void {
  const text = Object.entries(lines).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(join(folder, ".env"), text.join(""), { mode: 0o600 });
}

describe("a .env in the working folder", () => {
  it("sets what the environment does not", () => {
    write({ ...completeEnvironment, PORT: "4000", MAX_SESSIONS: "7" });
    const { service, limits, app } = loadSettings(folder, { PORT: "5000" });
    expect([service.port, limits.maxSessions, app.id]).toEqual([5000, 7, 12_345]);
  });

  it("leaves our own environment alone, which other programs inherit", () => {
    write({ ...completeEnvironment, WEBHOOK_SECRET: "a-secret-of-the-file-only-012345" });
    loadSettings(folder, {});
    expect(process.env["WEBHOOK_SECRET"]).toBeUndefined();
  });

  it("gives way to a key of the environment in the other form", () => {
    write({ ...completeEnvironment, PRIVATE_KEY: "", PRIVATE_KEY_PATH: "/nowhere.pem" });
    expect(loadSettings(folder, { PRIVATE_KEY: privateKey }).app.privateKey).toBe(privateKey);
  });

  it("need not be there", () => {
    expect(loadSettings(folder, completeEnvironment).app.id).toBe(12_345);
  });

  it("is closed to other users of the machine, for it holds secrets", () => {
    write(completeEnvironment);
    chmodSync(join(folder, ".env"), 0o644);
    expect(loadSettings(folder, {}).warnings).toEqual([expect.stringContaining("its mode is 600 now")]);
  });

  it("says so when it can't be read", () => {
    mkdirSync(join(folder, ".env"));
    expect(() => loadSettings(folder, {})).toThrow(KnownError);
  });
});
