import { expect, it } from "vitest";
import { usefulEnd } from "../../src/forge/job-log.ts";

it.each([
  ["a log without marks stays as it is", "one\ntwo\n", "one\ntwo"],
  ["stamps and colours go", "\uFEFF2026-01-02T03:04:05.1234567Z \u001B[31mred\u001B[0m\r\n", "red"],
  ["what comes after the failure goes", "a\n##[error]b\nPost job cleanup\n", "a\n##[error]b"],
  ["of several failures the last one ends it", "##[error]a\nb\n##[error]c\nd\n", "##[error]a\nb\n##[error]c"],
  ["an empty log is empty", "", ""],
])("%s", (_name, log, end) => {
  expect(usefulEnd(log)).toBe(end);
});
