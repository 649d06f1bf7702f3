import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor, hidden, redactData, redactFormats } from "../../src/core/redact.ts";

const letters = "Ab3".repeat(20);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

describe("what looks like a secret", () => {
  it.each<[string, string]>([
    ["a classic token of GitHub", `ghp_${letters}`],
    ["an installation token with a web token inside", `ghs_12345_eyJhbGciOi.${letters}.${letters}-_x`],
    ["a fine-grained token", `github_pat_11ABCDEFG0${letters}`],
    ["a key of Anthropic", `sk-ant-api03-${letters}-AA`],
    ["an admin key of Anthropic", `sk-ant-admin01-${letters}`],
    ["a login of Anthropic", `sk-ant-oat01-${letters}`],
    ["a project key of OpenAI", `sk-proj-${letters}`],
    ["a Google key", `AIza${letters.slice(0, 35)}`],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE"],
    ["a token of npm", `npm_${letters.slice(0, 36)}`],
    ["a token of Slack", "xoxb-1234567890-abcdefghij"],
    ["a web token", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJlLWJ5dGVz"],
    ["a private key", privateKey.trim()],
    ["a private key with its line ends spelled out", privateKey.trim().replaceAll("\n", "\\n")],
    ["a private key in base64", Buffer.from(privateKey).toString("base64")],
  ])("hides %s", (_name, secret) => {
    const text = redactFormats(`before (${secret}), after`);
    expect(text).toBe(`before (${hidden}), after`);
  });

  it.each<[string, string, string]>([
    [
      "a password in a URL",
      "fatal: https://x-access-token:v1.abc@github.com/o/r",
      `fatal: https://x-access-token:${hidden}@github.com/o/r`,
    ],
    [
      "git's extra header",
      "-c http.extraHeader=Authorization: Basic eC1hY2Nlc3M= push",
      `-c http.extraHeader=Authorization: Basic ${hidden} push`,
    ],
    [
      "a header in JSON",
      '{"authorization":"token abc123","accept":"x"}',
      `{"authorization":"token ${hidden}","accept":"x"}`,
    ],
    ["a bearer", "sent Bearer abcdefghijklmnopqrst.uv, got 401", `sent Bearer ${hidden}, got 401`],
    ["a key header", "x-api-key: abc123", `x-api-key: ${hidden}`],
    ["a line of an environment", "ANTHROPIC_API_KEY=abc PORT=3000", `ANTHROPIC_API_KEY=${hidden} PORT=3000`],
    ["a token in JSON", '{"token":"abc","expires":1}', `{"token":"${hidden}","expires":1}`],
    ["a private key that was cut off", `key: ${privateKey.slice(0, 300)}`, `key: ${hidden}`],
  ])("hides %s and leaves the rest", (_name, text, wanted) => {
    expect(redactFormats(text)).toBe(wanted);
  });

  it.each([
    "task-12-add-something-with-a-rather-long-name-to-the-list",
    "coppice/issue-42-fix-the-token-refresh in /home/me/.local/state/coppice",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "git@github.com:octo/spoon.git and https://github.com/octo/spoon/pull/3#discussion_r1",
    "WEBHOOK_SECRET: is missing. Make one with: openssl rand -hex 32",
    "inputTokens: 1200, outputTokens: 300",
    "the bearer of this message",
  ])("leaves alone: %s", (text) => {
    expect(redactFormats(text)).toBe(text);
  });
});

describe("secrets that we know", () => {
  const secret = "pa/ss wörd+~1234";
  const { redact } = createRedactor([secret, privateKey]);

  it.each<[string, string]>([
    ["as it is", secret],
    ["in JSON", JSON.stringify({ secret }).slice(11, -2)],
    ["in a URL", encodeURIComponent(secret)],
    ["in a form", new URLSearchParams({ a: secret }).toString().slice(2)],
    ["in hex", Buffer.from(secret).toString("hex")],
    ["a line of the private key", privateKey.split("\n")[5] ?? ""],
  ])("hides one %s", (_name, spelling) => {
    expect(redact(`<${spelling}>`)).not.toContain(spelling);
  });

  it("hides one in base64 at any place of a longer value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 9 }), fc.string({ unit: "binary", maxLength: 9 }), (a, b) => {
        const text = Buffer.from(`${a}${secret}${b}`).toString("base64url");
        expect(redact(text)).toContain(hidden);
      }),
    );
  });

  it("hides one that it learns later, and the longer of two whole", () => {
    const redactor = createRedactor(["abcdefgh"]);
    redactor.learn("abcdefgh-ijklmnop");
    expect(redactor.redact("abcdefgh-ijklmnop abcdefgh")).toBe(`${hidden} ${hidden}`);
  });

  it("keeps the newest of those that it learned, and all that it was given", () => {
    const redactor = createRedactor(["given-secret"], 2);
    for (const next of ["first-secret", "second-secret", "second-secret", "third-secret"]) redactor.learn(next);
    expect(redactor.redact("given-secret first-secret second-secret third-secret")).toBe(
      `${hidden} first-secret ${hidden} ${hidden}`,
    );
  });

  it("does not blot out words for a secret that is too short to be one", () => {
    expect(createRedactor(["", "a", "the"]).redact("a the")).toBe("a the");
  });

  it("never lets one through, whatever stands around it", () => {
    const noise = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "://",
        ":",
        "@",
        "eyJ",
        "ghs_",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "$1",
        "=",
      ),
    );
    const known = "0123-known-value-4567";
    const redactor = createRedactor([known]);
    const planted = fc.constantFrom(known, `ghs_${letters}`, `github_pat_${letters}`, `sk-ant-${letters}`);
    fc.assert(
      fc.property(fc.array(noise), planted, fc.array(noise), (before, value, after) => {
        expect(redactor.redact(`${before.join("")}${value}${after.join("")}`)).not.toContain(value);
      }),
      { numRuns: 500 },
    );
  });
});

it("hides strings at any depth, and whatever is named like a secret", () => {
  const data = {
    token: "short",
    webhookSecret: "short",
    tokens: 5,
    list: [{ "x-api-key": "short", text: `ghp_${letters}` }],
    none: null,
    empty: { password: "" },
  };
  expect(redactData(data, redactFormats)).toEqual({
    token: hidden,
    webhookSecret: hidden,
    tokens: 5,
    list: [{ "x-api-key": hidden, text: hidden }],
    none: null,
    empty: { password: "" },
  });
});

describe("time on a hostile line of 2 MB", () => {
  const size = 2_000_000;
  const { redact } = createRedactor(["0123-known-value-4567", privateKey]);
  it.each([
    ..."a|-| |eyJ|eyJaaaaaaaaaa.|ghs_|gha_aaaa |github_pat_|sk-|sk-ant-|AKIA|://|://a:|://a:a|a:|authorization".split(
      "|",
    ),
    ..."authorization: |bearer |SECRET|A_|TOKEN=|LS0tLS1CRUdJTi|xoxb-|x-api-key: |npm_|0123-known-value-456".split("|"),
    ...'-----BEGIN PRIVATE KEY-----|-----BEGIN |-----END PRIVATE KEY-----|"token"|"token":"'.split("|"),
  ])("grows no worse than its length: %s", (piece) => {
    // Quadratic work on 2 MB takes minutes; linear work a few hundredths of a second, on a busy machine some tenths.
    const startMs = performance.now();
    redact(piece.repeat(Math.ceil(size / piece.length)));
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
