import { ProbotOctokit } from "probot";
import type { Logger } from "pino";
import { type RequestsLeft, requestsLeft } from "../core/request-budget.ts";
import { redactData } from "../core/redact.ts";
import { isFailure, quietUntilMs } from "./failures.ts";
import type { Pace } from "./pace.ts";

export type Octokit = ProbotOctokit;

/** Clients that speak to GitHub as the App, or as one of its installations. */
export interface Clients {
  readonly app: Octokit;
  installation(id: number): Octokit;
}

export interface Octokits extends Clients {
  /** The same for what can wait: they leave a part of each hour's requests to the others. */
  readonly sparing: Clients;
  /** Where the fewest requests are left; undefined when GitHub has not said it of this hour. */
  requestsLeft(): RequestsLeft | undefined;
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
  /** Hides secrets in whatever text goes to GitHub, as a last net: those who write it have hidden what they know of. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Node's own unless given. */
  readonly fetch?: Fetch | undefined;
}

/** The version of GitHub's API that we speak; without it we would speak whatever is the newest. */
const apiVersion = "2022-11-28";

/** Longer than this no request may take: a hanging one would hold up the pass of its task. */
const patienceMs = 30_000;

export function createOctokits(options: OctokitsOptions): Octokits {
  const usual = createClients(options, false);
  const sparing = createClients(options, true);
  return {
    ...usual,
    sparing,
    requestsLeft: options.pace.scarcest,
    forget: (installationId) => {
      usual.forget(installationId);
      sparing.forget(installationId);
    },
  };
}

function createClients(options: OctokitsOptions, isSparing: boolean): Clients & Pick<Octokits, "forget"> {
  const Client = octokitClass({ ...options, isSparing });
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

type Manners = Pick<OctokitsOptions, "pace" | "nowMs" | "redact"> & { readonly isSparing?: boolean };

/**
 * Probot's client with our manners: the API's version, no second try of what makes something new, our pace instead of the
 * fixed one (1 s before every write, 3 s before every comment), and a limit that is reached is thrown, not slept through: a pass
 * would hold its task for up to an hour.
 */
export function octokitClass(given: Omit<OctokitsOptions, "app"> & Manners) {
  const { apiUrl, log, fetch: own } = given;
  const through: Fetch = own ?? ((url, options) => fetch(url, options));
  return ProbotOctokit.plugin((octokit, options) => mind(octokit, options, given)).defaults((more: object) => ({
    baseUrl: apiUrl,
    log: log.child({ name: "github" }),
    ...more,
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
  { pace, nowMs, redact, isSparing = false }: Manners,
): void {
  const who = String(options.auth?.installationId ?? "app");
  octokit.hook.before("request", (request) => {
    request.headers["x-github-api-version"] = apiVersion;
    // An answer that was lost on its way would have it done twice. Our creates look first when they come back.
    const retries = request.method === "POST" ? { retries: 0 } : {};
    // A copy: Octokit hands out one and the same object for all requests, so a change in it would be for all of them.
    request.request = { ...request.request, ...retries };
    if (redact === undefined || !isWrite(request)) return;
    for (const name of told) if (request[name] !== undefined) request[name] = redactData(request[name], redact);
  });
  octokit.hook.wrap("request", async (request, asked) => {
    pace.checkQuiet(who);
    if (isSparing) pace.checkReserve(who);
    try {
      const answer = isWrite(asked)
        ? await pace.write(who, isNewContent(asked), async () => await request(asked))
        : await request(asked);
      hear(answer.headers);
      return answer;
    } catch (error) {
      if (isFailure(error)) hear(error.response?.headers ?? {});
      const untilMs = isFailure(error) ? quietUntilMs(error, nowMs()) : undefined;
      if (untilMs === undefined) throw error;
      pace.keepQuiet(who, untilMs);
      pace.checkQuiet(who);
      throw error;
    }
  });

  function hear(headers: Readonly<Record<string, unknown>>): void {
    const left = requestsLeft(headers);
    if (left !== undefined) pace.hear(who, left);
  }
}

/** Where words for people are, in what we send: comments and pull requests, check runs, mutations. */
const told = ["title", "body", "output", "variables"] as const;

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
