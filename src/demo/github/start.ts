/**
 * A stand-in for GitHub, for tests and the demo: REST, signed webhooks and git on a loopback port, held to GitHub's own
 * OpenAPI description. Everything wrong that anybody asks or answers is in `violations`; a test ends with
 * `expect(github.violations).toEqual([])`.
 *
 * ```ts
 * await using github = await startGithub({ folder });                     // bare repositories go there
 * await github.addRepository("alice/garden", { files: { "README.md": "# Garden\n" }, roles: { bob: "write" } });
 * github.install("alice");                                               // the App, on all of alice's repositories
 * github.webhookUrl = "http://127.0.0.1:4000/api/github/webhooks";       // settable at any time; no URL, no webhooks
 *
 * const issue = await github.as("bob").openIssue("alice/garden", { title: "Water it" });
 * await github.as("bob").label("alice/garden", issue, "coppice");
 * await github.settled();                                                // every webhook has been answered
 * ```
 *
 * Coppice runs against it as against GitHub Enterprise: `GHE_HOST=${github.host} GHE_PROTOCOL=http`, with
 * `github.app.id`, `github.app.privateKey` and `github.app.webhookSecret`. People use it by `github.as(login)`, or by
 * `@octokit/rest` with `baseUrl: github.apiUrl` and `auth: github.tokenOf(login)`; who is unknown becomes a user.
 * `github.requests` lists what came over the wire; `github.fate` decides what becomes of webhooks, and
 * `github.faults` what goes wrong with requests.
 */
import { Hono } from "hono";
import { type AppOptions, appFrom, toApp } from "./app.ts";
import { type Ci, createCi, mountLogs } from "./ci.ts";
import { loadContract } from "./contract.ts";
import { createDeliveries, type Fate, type Letter } from "./deliveries.ts";
import { createEmit } from "./emissions.ts";
import {
  addRepository,
  createAddUser,
  idsOf,
  type InstallOptions,
  installOn,
  type RepositoryOptions,
  storeNamed,
  type UserDetails,
} from "./estate.ts";
import { mountGit } from "./git-http.ts";
import { mountGraphql } from "./graphql.ts";
import { mountRest } from "./http.ts";
import { createLimits } from "./limits.ts";
import { listen, stop } from "./listen.ts";
import { mountManifests } from "./manifests.ts";
import { createAsk, createPerson, type Person } from "./people.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { createRest } from "./rest.ts";
import { createSettings, type Settings } from "./settings.ts";
import { createTokens } from "./tokens.ts";
import { type Fault, mountWire, type SeenRequest } from "./wire.ts";
import { missingChecks } from "./world/check-state.ts";
import { Refusal } from "./world/errors.ts";
import {
  renameAccount,
  selectRepositories,
  setPermissions,
  suspend,
  uninstall,
  unsuspend,
} from "./world/installations.ts";
import type { Installation, Permissions, Protection, User } from "./world/model.ts";
import { get, type Store, type World } from "./world/world.ts";

export interface GithubOptions {
  /** An existing folder for the bare repositories. */
  readonly folder: string;
  /** 0, the default, is any that is free. */
  readonly port?: number;
  /** `coppice`, owned by alice, with a key of its own, unless told otherwise. */
  readonly app?: Partial<AppOptions>;
  readonly webhookUrl?: string;
  readonly nowMs?: () => number;
  /**
   * Where numbers of repositories, installations and all else begin; 1000 by default. Clients of several stand-ins in one process need
   * different ones: Octokit takes answers for an installation of the same number for each other's.
   */
  readonly firstId?: number;
  /** How long an installation's token lives; an hour by default. */
  readonly tokenLifeMs?: number;
  /** Requests an hour for each token; 5,000 by default. */
  readonly requestsPerHour?: number;
  /**
   * As GitHub does it: whether a pull request can be merged is worked out after the first question, which is answered
   * null. Off by default.
   */
  readonly findsMergeabilityLate?: boolean;
  /** Adds web pages; they come after the API's routes. */
  readonly page?: (app: Hono, github: Github) => void;
}

export interface Github extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:<port>`, for GHE_HOST. */
  readonly host: string;
  /** For Octokit's `baseUrl`. */
  readonly apiUrl: string;
  readonly app: AppOptions;
  readonly world: World;
  readonly violations: string[];
  readonly requests: SeenRequest[];
  webhookUrl: string | undefined;
  /** What becomes of a webhook; see also `fates.ts`. */
  fate: (letter: Letter) => Fate;
  /** What goes wrong with a request; nothing unless told. */
  faults: (request: Omit<SeenRequest, "status">) => Fault | undefined;
  readonly addUser: (login: string, details?: UserDetails) => User;
  /** An account takes another name; its repositories move along, and are still found under the old one. */
  readonly renameAccount: (login: string, to: string) => void;
  readonly addRepository: (fullName: string, options?: RepositoryOptions) => Promise<Store>;
  /** Installs the App on an account; on all repositories unless told which. */
  readonly install: (account: string, options?: InstallOptions) => Installation;
  readonly uninstall: (installation: number) => void;
  readonly suspend: (installation: number) => void;
  readonly unsuspend: (installation: number) => void;
  readonly setPermissions: (installation: number, permissions: Permissions) => void;
  /** By names without the owner. */
  readonly selectRepositories: (installation: number, names: readonly string[]) => void;
  readonly store: (fullName: string) => Store;
  /** What its owner can do to a repository. */
  readonly settings: (fullName: string) => Settings;
  /** What a branch asks of those who want to change it; nothing unless told. */
  readonly protect: (fullName: string, protection: Partial<Protection> & Pick<Protection, "branch">) => void;
  readonly as: (login: string) => Person;
  /** GitHub Actions in a repository. */
  readonly ci: (fullName: string) => Ci;
  readonly tokenOf: (login: string) => string;
  /** Resolves once every webhook under way has been answered. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the stand-in on a loopback port. Close it, or hold it by `await using`. */
export async function startGithub(options: GithubOptions): Promise<Github> {
  const violations: string[] = [];
  const requests: SeenRequest[] = [];
  const contract = loadContract();
  const nowMs = options.nowMs ?? Date.now;
  let lastId = options.firstId ?? 1000;
  const nextId = (): number => (lastId += 1);
  const users = new Map<number, User>();
  const app = appFrom(options.app ?? {});

  const addUser = createAddUser(users, nextId);
  const deliveries = createDeliveries({
    url: () => world.hook.url,
    secret: app.webhookSecret,
    appId: app.id,
    hookId: nextId(),
    nextId,
    nowMs,
    fate: (letter) => github.fate(letter),
  });

  const world: World = {
    get url() {
      return github.url;
    },
    app: toApp(app, addUser, nowMs()),
    actions: toApp({ ...app, id: 15368, slug: "github-actions", owner: "github" }, addUser, nowMs()),
    users,
    installations: new Map(),
    stores: new Map(),
    nowMs,
    nextId,
    hook: { url: options.webhookUrl, secret: app.webhookSecret },
    missingChecks,
    findsMergeabilityLate: options.findsMergeabilityLate ?? false,
    emit: createEmit(() => world, contract, deliveries, violations),
  };
  const tokens = createTokens(() => world, options.tokenLifeMs ?? 3_600_000);
  const limits = createLimits(options.requestsPerHour ?? 5000, nowMs, tokens.countedAs);
  const rest = createRest({ world, contract, tokens, deliveries, limits, violations });
  const hono = new Hono();
  hono.onError((error, c) => {
    // A client that went away is nothing wrong; anything else is a bug of the stand-in's.
    if (!c.req.raw.signal.aborted) violations.push(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`);
    return c.json(refusalAnswer(new Refusal(500, "Server Error")).body, 500);
  });
  mountWire(hono, { world, contract, tokens, requests, nowMs, faults: (request) => github.faults(request) });
  mountGraphql(hono, { world, tokens, violations });
  mountLogs(hono, world);
  mountManifests(hono, { world, contract, privateKey: app.privateKey, violations });
  mountGit(hono, { world, tokens });
  mountRest(hono, { world, rest, tokens, limits, violations });

  const { server, port } = await listen(hono, options.port ?? 0);
  const host = `127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    deliveries.stop();
    await stop(server);
  };
  const github: Github = {
    url: `http://${host}`,
    host,
    apiUrl: `http://${host}/api/v3`,
    app,
    world,
    violations,
    requests,
    get webhookUrl() {
      return world.hook.url;
    },
    set webhookUrl(url) {
      world.hook.url = url;
    },
    fate: () => ({ is: "delivered" }),
    faults: () => undefined,
    addUser,
    addRepository: (name, details = {}) => addRepository(world, options.folder, addUser, name, details),
    renameAccount: (login, to) => renameAccount(world, addUser(login), to),
    install: (account, details = {}) => installOn(world, addUser(account), details),
    uninstall: (id) => uninstall(world, id),
    suspend: (id) => void suspend(world, id),
    unsuspend: (id) => void unsuspend(world, id),
    setPermissions: (id, permissions) => void setPermissions(world, id, permissions),
    selectRepositories: (id, names) =>
      void selectRepositories(world, id, idsOf(world, get(world.installations, id).account, names)),
    store: (name) => storeNamed(world, name),
    settings: (name) => createSettings(world, storeNamed(world, name), addUser),
    ci: (name) => createCi(world, storeNamed(world, name), world.actions.bot),
    protect: (name, protection) => {
      const whole = { contexts: [], refusesPushes: false, isRuleset: false, ...protection };
      storeNamed(world, name).protections.set(protection.branch, whole);
    },
    as: (login) => createPerson(world, addUser(login), createAsk(rest, addUser(login))),
    tokenOf: (login) => tokens.personal(addUser(login)),
    settled: deliveries.settled,
    close,
    [Symbol.asyncDispose]: close,
  };
  options.page?.(hono, github);
  return github;
}
