import { ProbotOctokit } from "probot";
import type { Logger } from "pino";
import { isFailure, quietUntilMs } from "./failures.ts";
import type { Pace } from "./pace.ts";

export type Octokit = ProbotOctokit;

/** Clients that speak to GitHub as the App, or as one of its installations. */
export interface Octokits {
  readonly app: Octokit;
  installation(id: number): Octokit;
  /** From now on that installation's token is asked for anew: the one we have is no longer taken. */
  forget(id: number): void;
}

export type Fetch = (url: string | URL | Request, options?: RequestInit) => Promise<Response>;

export interface OctokitsOptions {
  readonly app: { readonly id: number; readonly privateKey: string };
  readonly apiUrl: string;
  readonly log: Logger;
  readonly pace: Pace;
  readonly nowMs: () => number;
  /** Node's own unless given. */
  readonly fetch?: Fetch | undefined;
}

/** The version of GitHub's API that we speak; without it we would speak whatever is the newest. */
const apiVersion = "2022-11-28";

/** Longer than this no request may take: a hanging one would hold up the pass of its task. */
const patienceMs = 30_000;

export function createOctokits(options: OctokitsOptions): Octokits {
  const Client = octokitClass(options);
  const { id: appId, privateKey } = options.app;
  const known = new Map<number, Octokit>();
  return {
    app: new Client({ auth: { appId, privateKey } }),
    installation: (installationId) => {
      const octokit = known.get(installationId) ?? new Client({ auth: { appId, privateKey, installationId } });
      known.set(installationId, octokit);
      return octokit;
    },
    forget: (installationId) => {
      known.delete(installationId);
    },
  };
}

/**
 * Probot's client with our manners: the API's version, no second try of what makes something new, our pace instead of the
 * fixed one (1 s before every write, 3 s before every comment), and a limit that is reached is thrown, not slept through: a pass
 * would hold its task for up to an hour.
 */
export function octokitClass({ apiUrl, log, pace, nowMs, fetch: own }: Omit<OctokitsOptions, "app">) {
  const through: Fetch = own ?? ((url, options) => fetch(url, options));
  return ProbotOctokit.plugin((octokit, options) => mind(octokit, options, pace, nowMs)).defaults((given: object) => ({
    baseUrl: apiUrl,
    log: log.child({ name: "github" }),
    ...given,
    throttle: { enabled: false },
    retry: { retries: 1, doNotRetry: [400, 401, 403, 404, 409, 410, 413, 422, 429, 451] },
    request: { fetch: patient(through) },
  }));
}

function patient(through: Fetch): Fetch {
  return (url, options) => through(url, { ...options, signal: AbortSignal.timeout(patienceMs) });
}

function mind(
  octokit: Pick<Octokit, "hook">,
  options: { readonly auth?: { readonly installationId?: number } },
  pace: Pace,
  nowMs: () => number,
): void {
  const who = String(options.auth?.installationId ?? "app");
  octokit.hook.before("request", (request) => {
    request.headers["x-github-api-version"] = apiVersion;
    // An answer that was lost on its way would have it done twice. Our creates look first when they come back.
    const retries = request.method === "POST" ? { retries: 0 } : {};
    // A copy: Octokit hands out one and the same object for all requests, so a change in it would be for all of them.
    request.request = { ...request.request, ...retries };
  });
  octokit.hook.wrap("request", async (request, asked) => {
    pace.checkQuiet(who);
    try {
      if (!isWrite(asked)) return await request(asked);
      return await pace.write(who, isNewContent(asked), async () => await request(asked));
    } catch (error) {
      const untilMs = isFailure(error) ? quietUntilMs(error, nowMs()) : undefined;
      if (untilMs === undefined) throw error;
      pace.keepQuiet(who, untilMs);
      pace.checkQuiet(who);
      throw error;
    }
  });
}

interface Asked {
  readonly method: string;
  readonly url: string;
}

/** Asking for a token happens within other requests, so it can't wait for their turn to end. */
function isWrite({ method, url }: Asked): boolean {
  return method !== "GET" && method !== "HEAD" && !url.endsWith("/access_tokens");
}

function isNewContent({ method, url }: Asked): boolean {
  return method === "POST" && /\/(?:comments|replies|issues|pulls|requested_reviewers|reviews)$/.test(url);
}
