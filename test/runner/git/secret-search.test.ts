import { describe, expect, it } from "vitest";
import { searchSecrets } from "../../../src/runner/git/secret-search.ts";
import { joined, plantedSecrets, plantedToken } from "./planted-secrets.ts";

const search = (path: string, text: string | Buffer) => searchSecrets(path, Buffer.from(text));

describe("a planted secret is found", () => {
  it.each(plantedSecrets)("%s, in %s", async (_kind, path, text) => {
    const found = await search(path, `first line\n${text}\nlast line\n`);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.line).toBeGreaterThanOrEqual(2);
  });

  it.each<[string, (secret: string) => string | Buffer]>([
    ["in UTF-16", (secret) => Buffer.from(`x = ${secret}\n`, "utf16le")],
    ["with letters without width in it", (secret) => secret.replace(/.{5}/g, "$&\u200b")],
    [
      "between bytes that are no text",
      (secret) => Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0x80]), Buffer.from(` ${secret} `)]),
    ],
    ["at the end of one line of a megabyte", (secret) => `${"a b".repeat(350_000)} ${secret}`],
    ["across the border of two pieces", (secret) => `${" ".repeat(64 * 1024 - 20)}${secret}`],
  ])("%s", async (_where, write) => {
    expect(await search("a.txt", write(plantedToken))).toMatchObject([
      { name: expect.stringMatching(/GITHUB|GitHub/) },
    ]);
  });

  it("with the line it stands in", async () => {
    const text = `${"line\n".repeat(20_000)}${plantedToken}\n`;
    expect(await search("a.txt", text)).toMatchObject([{ line: 20_001, value: plantedToken }]);
  });
});

it.each([
  [
    "a public key",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----",
  ],
  [
    "a certificate in base64",
    Buffer.from("-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUF\n").toString("base64"),
  ],
  ["AWS's own example", joined("AKIA", "IOSFODNN7EXAMPLE")],
  ["a password for one's own machine", "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app"],
  ["a password for a container beside", "redis: redis://:secret123@redis:6379/0 postgres://app:app12345@db:5432/app"],
  ["a URL in a document", "https://user:password@example.com/path"],
  ["a secret read from the environment", 'token: "${{ secrets.GITHUB_TOKEN }}"\nconst token = process.env.API_TOKEN;'],
  ["a sum of a package", `"integrity": "sha512-${Buffer.alloc(64, "x9Q~").toString("base64")}"`],
  ["a commit", "token: 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"],
  ["code about tokens", 'if (tokens.next().kind === "token") throw new Error("unexpected token: " + token.value);'],
  ["a start of a key in code about keys", 'if (text.startsWith("-----BEGIN RSA PRIVATE KEY-----")) parse(text);'],
])("%s is no secret", async (_what, text) => {
  expect(await search("src/a.ts", text)).toEqual([]);
});

it("a template of settings is delivered", async () => {
  expect(await search(".env.example", "WEBHOOK_SECRET=put-yours-here\nGITHUB_TOKEN=abcdefghijk\n")).toEqual([]);
});

it.each<[string, string]>([
  ["one letter", "a"],
  ["beginnings of keys", "-----BEGIN RSA PRIVATE KEY-----"],
  ["beginnings of keys and headers", "-----BEGIN RSA PRIVATE KEY-----\nA: b\n"],
  ["beginnings of tokens", "ghp_eyJsk-ant-AKIA"],
  ["beginnings of web tokens", "eyJaaaaaaaa."],
  ["beginnings of URLs", "https://a:"],
  ["beginnings of database URLs", "postgres://a:b"],
  ["words like settings", "SECRET_TOKEN_PASSWORD_"],
  ["settings without values", 'password: "'],
  ["headers without values", "authorization: bearer "],
  ["machines without passwords", "machine a login b "],
  ["spaces", " "],
  ["lines", "\n"],
  ["quotes and backslashes", "\\n'\","],
  ["base64", "LS0tLS1CRUdJTi"],
])(
  "hostile text is searched in bounded time: %s",
  async (_what, piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const startedMs = performance.now();
    await search(".env", text);
    // It takes about 50 ms; quadratic time would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  },
  30_000,
);
