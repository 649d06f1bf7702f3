import { expect, it } from "vitest";
import { isReserve, requestsLeft, scarcest } from "../../src/core/request-budget.ts";

const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "1249", "x-ratelimit-reset": "3600" };

it.each<[string, Record<string, unknown>, ReturnType<typeof requestsLeft>]>([
  ["an answer says what is left", headers, { limit: 5_000, left: 1_249, resetMs: 3_600_000 }],
  [
    "so does the last one of an hour",
    { ...headers, "x-ratelimit-remaining": "0" },
    { limit: 5_000, left: 0, resetMs: 3_600_000 },
  ],
  ["searches are counted apart", { ...headers, "x-ratelimit-resource": "search" }, undefined],
  ["without words, nothing is known", { etag: "x" }, undefined],
  ["nonsense is nothing", { ...headers, "x-ratelimit-limit": "many" }, undefined],
])("%s", (_name, given, left) => {
  expect(requestsLeft(given)).toEqual(left);
});

it("the last quarter is the reserve, until its hour is over", () => {
  const left = { limit: 5_000, left: 1_249, resetMs: 3_600_000 };
  expect(isReserve(left, 0)).toBe(true);
  expect(isReserve({ ...left, left: 1_250 }, 0)).toBe(false);
  expect(isReserve(left, 3_600_000)).toBe(false);
});

it("of several installations the scarcest counts; what is over does not", () => {
  const [much, little, past] = [90, 40, 10].map((left) => ({ limit: 100, left, resetMs: left === 10 ? 5 : 1_000 }));
  if (much === undefined || little === undefined || past === undefined) throw new Error("three were made");
  expect(scarcest([much, little, past], 10)).toEqual(little);
  expect(scarcest([past], 10)).toBeUndefined();
});
