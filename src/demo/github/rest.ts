import type { Contract } from "./contract.ts";
import type { Found, Operation } from "./contract/operations.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Limits } from "./limits.ts";
import { actionHandlers } from "./rest/actions.ts";
import { appHandlers } from "./rest/apps.ts";
import type { Answer, Call, Handlers } from "./rest/call.ts";
import { checkHandlers } from "./rest/checks.ts";
import { commentHandlers } from "./rest/comments.ts";
import { commitHandlers } from "./rest/commits.ts";
import { contentHandlers } from "./rest/contents.ts";
import { issueHandlers } from "./rest/issues.ts";
import { labelHandlers } from "./rest/labels.ts";
import { mustMay } from "./rest/may.ts";
import { metaHandlers } from "./rest/meta.ts";
import { type Need, needOf } from "./rest/needs.ts";
import { pullHandlers } from "./rest/pulls.ts";
import { reactionHandlers } from "./rest/reactions.ts";
import { refHandlers } from "./rest/refs.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { repoHandlers } from "./rest/repos.ts";
import { reviewHandlers } from "./rest/reviews.ts";
import { timelineHandlers } from "./rest/timeline.ts";
import { userHandlers } from "./rest/users.ts";
import { actorOf, type Tokens, type Who } from "./tokens.ts";
import { notFound, Refusal } from "./world/errors.ts";
import { findStore, type Store, type World } from "./world/world.ts";

const handlers: Handlers = {
  ...actionHandlers,
  ...appHandlers,
  ...checkHandlers,
  ...commentHandlers,
  ...commitHandlers,
  ...contentHandlers,
  ...issueHandlers,
  ...labelHandlers,
  ...metaHandlers,
  ...pullHandlers,
  ...reactionHandlers,
  ...refHandlers,
  ...repoHandlers,
  ...reviewHandlers,
  ...timelineHandlers,
  ...userHandlers,
};

interface RestRequest {
  readonly method: string;
  /** Without `/api/v3`, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly accept: string;
  readonly authorization: string | undefined;
}

export interface Rest {
  /** Does what the request asks for, or refuses it as GitHub would; every answer is whole and held to the contract. */
  readonly perform: (request: RestRequest, identify: () => Who) => Promise<Answer>;
}

export interface RestParts {
  readonly world: World;
  readonly contract: Contract;
  readonly tokens: Tokens;
  readonly deliveries: Deliveries;
  readonly limits: Limits;
  readonly violations: string[];
}

export function createRest({ world, contract, tokens, deliveries, limits, violations }: RestParts): Rest {
  async function perform(request: RestRequest, identify: () => Who): Promise<Answer> {
    const { method, path } = request;
    const found = contract.find(method, path);
    const answer = await attempt(request, found, identify);
    const body =
      found === undefined ? answer.body : contract.completeAnswer(found.operation, answer.status, answer.body);
    if (answer.text === undefined) violations.push(...contract.checkAnswer(method, path, answer.status, body));
    return { ...answer, ...(body !== undefined && { body }) };
  }

  async function attempt(request: RestRequest, found: Found | undefined, identify: () => Who): Promise<Answer> {
    try {
      return await handle(request, found, identify());
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refusalAnswer(error);
    }
  }

  function handle(request: RestRequest, found: Found | undefined, who: Who): Answer | Promise<Answer> {
    const handler = handlers[found?.operation.id ?? ""];
    const need = needOf(found?.operation.id ?? "");
    const complaints = contract.checkRequest(request.method, request.path, request.query, request.body);
    violations.push(...complaints);
    if (found === undefined) throw new Refusal(404, "Not Found");
    if (handler === undefined || need === undefined) {
      violations.push(`${request.method} ${request.path}: the stand-in does not do ${found.operation.id}`);
      throw new Refusal(404, "Not Found");
    }
    const call = toCall(request, found, who);
    const store = call.params["repo"] === undefined ? undefined : call.store();
    mustMay(who, need, store);
    if (complaints.length > 0) throw new Refusal(422, `Invalid request.\n\n${complaints.join("\n")}`);
    if (request.method !== "GET" && store?.repository.isArchived === true) {
      throw new Refusal(403, "Repository was archived so is read-only.");
    }
    return goneAnswer(call, found.operation, need, store) ?? handler(call);
  }

  function toCall(request: RestRequest, { params }: Found, who: Who): Call {
    let store: Store | undefined;
    return {
      ...request,
      world,
      tokens,
      deliveries,
      limits,
      who,
      params,
      store: () => (store ??= findStore(world, params["owner"] ?? "", params["repo"] ?? "")),
      actor: () => actorOf(world, who),
    };
  }

  return { perform };
}

/**
 * Where the contract describes it, deleted issues are a 410, and moved ones send on to where they are, which clients
 * follow unseen. Elsewhere, and for those who may not look there, both are a 404.
 */
function goneAnswer(
  { world, who, params, path }: Call,
  { responses }: Operation,
  need: Need,
  store: Store | undefined,
): Answer | undefined {
  const gone = store?.gone.get(Number(params["issue_number"]));
  if (gone === undefined) return undefined;
  if (gone === "deleted") throw "410" in responses ? new Refusal(410, "This issue was deleted") : notFound();
  mustMay(who, need, gone.to);
  if (!("301" in responses)) throw notFound();
  const rest = path.split("/").slice(6).join("/");
  return movedAnswer(world, 301, `/repositories/${gone.to.repository.id}/issues/${gone.number}${rest && `/${rest}`}`);
}

/** Sends a client to another path of the API. */
export function movedAnswer(world: World, status: 301 | 307, path: string): Answer {
  const url = `${world.url}/api/v3${path}`;
  const body = { message: "Moved Permanently", url, documentation_url: "https://docs.github.com/rest" };
  return { status, body, headers: { location: url } };
}
