import type { Contract } from "../contract.ts";
import { checkHeaders } from "./headers.ts";
import { checkQuery } from "./queries.ts";

type Fetch = (url: string | URL | Request, options?: RequestInit) => Promise<Response>;

/**
 * A `fetch` that checks every REST and GraphQL request against GitHub's contract before it leaves, for Octokit's `request.fetch`:
 * `new Octokit({ request: { fetch } })`. Complaints gather in `violations`; the request goes out all the same.
 */
export function watchFetch(
  contract: Contract,
  through: Fetch = (url, options) => fetch(url, options),
): { readonly fetch: Fetch; readonly violations: string[] } {
  const violations: string[] = [];
  return {
    violations,
    fetch: async (input, options) => {
      const request = new Request(input, options);
      const url = new URL(request.url);
      const path = url.pathname.replace(/^\/api\/v3(?=\/)/, "");
      const text = await request.clone().text();
      if (/^(\/api)?\/graphql$/.test(path)) violations.push(...checkQuery(parsed(text)));
      else {
        violations.push(
          ...checkHeaders(`${request.method} ${path}`, (name) => request.headers.get(name)),
          ...contract.checkRequest(request.method, path, url.searchParams, parsed(text)),
        );
      }
      return through(input, options);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
