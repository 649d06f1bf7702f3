import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { createRedactor, hidden } from "../src/core/redact.ts";
import { KnownError } from "../src/errors.ts";
import { createFileDestination } from "../src/log-destination.ts";
import { createLog } from "../src/log.ts";

const secret = "a-very-well-known-value";
const token = `ghs_${"a1B2".repeat(10)}`;

function logTo(options: { format?: "auto" | "json" | "pretty"; isTTY?: boolean; level?: "info" | "debug" } = {}) {
  const written: string[] = [];
  const destination = { isTTY: options.isTTY ?? false, write: (line: string) => void written.push(line) };
  const { redact } = createRedactor([secret]);
  const log = createLog(
    { logLevel: options.level ?? "info", logFormat: options.format ?? "json" },
    redact,
    destination,
  );
  return { log, written, lines: () => written.map((line): unknown => JSON.parse(line)) };
}

it("writes a line of JSON with level, time and words", () => {
  const { log, lines } = logTo();
  log.info({ task: "o/r#1" }, "starts");
  log.debug("left out at this level");
  expect(lines()).toEqual([
    expect.objectContaining({ level: "info", task: "o/r#1", msg: "starts", time: expect.any(String) }),
  ]);
});

it.each<[string, { format: "auto" | "json" | "pretty"; isTTY: boolean }, RegExp]>([
  ["JSON when that is asked for, even in a terminal", { format: "json", isTTY: true }, /^\{.*\}\n$/],
  ["for people when that is asked for", { format: "pretty", isTTY: false }, /^\[\d\d:\d\d:\d\d\] INFO: starts\n/],
  ["for people in a terminal, by itself", { format: "auto", isTTY: true }, /INFO/],
  ["JSON in a file, by itself", { format: "auto", isTTY: false }, /^\{.*\}\n$/],
])("writes %s", (_name, options, wanted) => {
  const { log, written } = logTo(options);
  log.info("starts");
  expect(written.join("")).toMatch(wanted);
});

describe("secrets", () => {
  it.each<["json" | "pretty"]>([["json"], ["pretty"]])("never get out, whichever way they come in (%s)", (format) => {
    const { log, written } = logTo({ format });
    const child = log.child({ about: `with ${secret}` });
    child.info({ deep: { list: [`x ${token}`], webhookSecret: "hush-hush" } }, `said ${secret}`);
    child.warn("with %s in a place-holder", token);
    child.error(new Error(`failed with ${secret}`, { cause: new Error(`because of ${token}`) }));
    child.error({ error: new AggregateError([new Error(token)], secret) }, "several");
    const text = written.join("");
    expect(text).toContain(hidden);
    for (const value of [secret, token, "hush-hush"]) expect(text).not.toContain(value);
  });

  it("are not in the command line or the output of a program that failed", async () => {
    const { log, written } = logTo();
    const failed = await execa(process.execPath, ["-e", "console.error(process.argv[1]); process.exit(3)", token], {
      reject: false,
    });
    log.error({ err: failed }, "git failed");
    expect(written.join("")).not.toContain(token);
    expect(JSON.parse(written.join(""))).toMatchObject({
      err: { exitCode: 3, stderr: hidden, command: expect.stringContaining(hidden) },
    });
  });

  it("are not in GitHub's refusal, of which only method, address and status are kept", () => {
    const { log, lines } = logTo();
    const request = { method: "POST", url: "https://api.github.com/x", headers: { authorization: "bearer abcdef" } };
    log.error(Object.assign(new Error("Bad credentials"), { status: 401, request }), "refused");
    expect(lines()).toEqual([
      expect.objectContaining({
        err: expect.objectContaining({ status: 401, method: "POST", url: "https://api.github.com/x" }),
      }),
    ]);
    expect(JSON.stringify(lines())).not.toContain("abcdef");
  });
});

it("tells of an error that can be mended how", () => {
  const { log, lines } = logTo();
  log.error(
    new KnownError("TMUX_START", "tmux could not start", { hint: "Is it installed?", retry: "later" }),
    "no session",
  );
  expect(lines()).toMatchObject([
    {
      err: {
        type: "KnownError",
        code: "TMUX_START",
        message: "tmux could not start",
        hint: "Is it installed?",
        retry: "later",
      },
    },
  ]);
});

it("ends with a chain of causes that bites its own tail", () => {
  const { log, lines } = logTo();
  const error = new Error("round");
  error.cause = error;
  log.error(error);
  expect(lines()).toHaveLength(1);
});

it("cuts what is too long for a log, but never through a secret", () => {
  const { log, written } = logTo();
  log.info(`${"x".repeat(15_990)}${token}${"y".repeat(2_000_000)}`);
  expect(written.join("").length).toBeLessThan(17_000);
  expect(written.join("")).not.toContain("ghs_");
});

it("of a file that finds no room drops lines, says how many once there is room, and fails at nothing else", () => {
  const lines: string[] = [];
  let trouble: string | undefined = "ENOSPC";
  const { write } = createFileDestination((text) => {
    if (trouble !== undefined) throw Object.assign(new Error("write"), { code: trouble });
    lines.push(text);
  });
  write("one\n");
  write("two\n");
  trouble = undefined;
  write("three\n");
  write("four\n");
  expect(lines).toEqual([expect.stringMatching(/^\n.*2 lines of this log found no room.*\nthree\n$/), "four\n"]);
  trouble = "EBADF";
  expect(() => write("five\n")).toThrow("write");
});
