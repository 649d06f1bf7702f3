import { redactFormats } from "../core/redact.ts";
import { KnownError, type Retry } from "../errors.ts";

/** What GitHub answered instead of what was asked for. Octokit turns a failed connection into a 500 without an answer. */
export interface Failure extends Error {
  readonly status: number;
  readonly request: { readonly method: string; readonly url: string };
  readonly response?: { readonly url: string; readonly headers: Readonly<Record<string, string | number | undefined>> };
}

export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && "status" in error && typeof error.status === "number" && "request" in error;
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): error is Failure {
  return isFailure(error) && statuses.includes(error.status);
}

/** Does something with GitHub, and says in our words what went wrong. `what` reads on from "GitHub could not". */
export async function inWords<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isFailure(error) ? asKnown(error, what) : error;
  }
}

interface Words {
  readonly code: string;
  readonly retry: Retry;
  readonly hint: string | undefined;
}

function asKnown(failure: Failure, what: string): KnownError {
  const { code, retry, hint } = wordsFor(failure.status);
  const said = failure.response === undefined ? "no answer" : String(failure.status);
  return new KnownError(code, `GitHub could not ${what}: ${messageOf(failure)} (${said})`, {
    retry,
    cause: new Error(`${failure.request.method} ${redactFormats(failure.request.url)}: ${messageOf(failure)}`),
    ...(hint !== undefined && { hint }),
  });
}

function wordsFor(status: number): Words {
  switch (status) {
    case 401:
      return {
        code: "FORGE_LOGIN",
        retry: "later",
        hint: "Do APP_ID and the private key belong together, and is this machine's clock right?",
      };
    case 403:
      return {
        code: "FORGE_FORBIDDEN",
        retry: "later",
        hint: "Does the installation still stand, and were the App's permissions accepted?",
      };
    case 404:
    case 410:
      return {
        code: "FORGE_MISSING",
        retry: "later",
        hint: "Is the App still installed on that repository?",
      };
    default:
      return status >= 500 || status === 409
        ? { code: "FORGE_DOWN", retry: "later", hint: undefined }
        : { code: "FORGE_REFUSED", retry: "never", hint: undefined };
  }
}

/** GitHub's words without the address of its documentation; never with anything that looks like a token. */
export function messageOf(failure: Failure): string {
  return redactFormats(failure.message).replace(/ - https:\/\/\S+$/, "");
}

/** Until when GitHub wants us to be quiet, if this failure says so. Source: "Rate limits for the REST API" in its documentation. */
export function quietUntilMs(failure: Failure, nowMs: number): number | undefined {
  if (failure.status !== 403 && failure.status !== 429) return undefined;
  const headers = failure.response?.headers ?? {};
  const after = Number(headers["retry-after"]);
  if (after > 0) return nowMs + after * 1_000;
  // One second more, so that we come back after the reset and not at it.
  if (headers["x-ratelimit-remaining"] === "0") return Number(headers["x-ratelimit-reset"]) * 1_000 + 1_000;
  return failure.status === 429 || /secondary rate|abuse detection/i.test(failure.message) ? nowMs + 60_000 : undefined;
}
