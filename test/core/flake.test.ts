import { expect, it } from "vitest";
import { looksFlaky } from "../../src/core/flake.ts";

it.each([
  "npm error code ECONNRESET",
  "Error: connect ETIMEDOUT 10.0.0.1:443",
  "getaddrinfo EAI_AGAIN registry.example.com",
  "fatal: unable to access 'https://x/': Could not resolve host: x",
  "curl: (56) Recv failure: Connection reset by peer",
  "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
  "The runner has received a shutdown signal.",
  "The job running on runner GitHub Actions 7 has exceeded the maximum execution time of 360 minutes.",
  "write: No space left on device",
  "Request failed with status code 502",
])("%s may be chance", (log) => {
  expect(looksFlaky(log)).toBe(true);
});

it.each([
  "AssertionError: expected 3 to be 4",
  "src/shop.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
  "Tests  1 failed | 503 passed (504)",
  "error: 'total' is assigned a value but never used",
  "✗ times out after a minute (5 ms)",
  "",
])("%s is the change's own", (log) => {
  expect(looksFlaky(log)).toBe(false);
});
