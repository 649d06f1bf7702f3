import { type ExecutionResult, graphql, type GraphQLError, type GraphQLFormattedError } from "graphql";
import type { Context, Hono } from "hono";
import { checkQuery, loadSchema, type Query, querySchema } from "./contract/queries.ts";
import { createRoot } from "./resolvers.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { actorOf, type Tokens, type Who } from "./tokens.ts";
import { QueryRefusal, Refusal } from "./world/errors.ts";
import type { World } from "./world/world.ts";

export interface GraphqlEdge {
  readonly world: World;
  readonly tokens: Tokens;
  readonly violations: string[];
}

/** GraphQL at `/api/graphql`: what review threads and drafts need, since REST has nothing for them. */
export function mountGraphql(app: Hono, edge: GraphqlEdge): void {
  app.post("/api/graphql", (c) => serve(c, edge));
}

async function serve(c: Context, edge: GraphqlEdge): Promise<Response> {
  const { status, body } = await attempt(c, edge);
  return Response.json(body, { status });
}

async function attempt(
  c: Context,
  { world, tokens, violations }: GraphqlEdge,
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const who = tokens.identify(c.req.header("authorization"));
    if (who.is === "nobody" || who.is === "app") throw new Refusal(401, "Requires authentication");
    const body: unknown = await c.req.json();
    const complaints = checkQuery(body);
    violations.push(...complaints);
    if (complaints.length > 0) return { status: 200, body: { errors: complaints.map((message) => ({ message })) } };
    return { status: 200, body: await answer(world, who, querySchema.parse(body)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: refusalAnswer(error).body };
  }
}

async function answer(world: World, who: Who, { query, variables, operationName }: Query): Promise<unknown> {
  const result = await graphql({
    schema: loadSchema(),
    source: query,
    rootValue: createRoot(world, who),
    contextValue: actorOf(world, who).user,
    variableValues: variables,
    operationName: operationName ?? null,
  });
  return { ...result, ...formatted(result) };
}

function formatted({ errors }: ExecutionResult): { readonly errors?: readonly unknown[] } {
  return errors === undefined ? {} : { errors: errors.map(inGithubsWords) };
}

/** GitHub puts the kind of an error beside its message. Anything that is no refusal is a bug of ours. */
function inGithubsWords(error: GraphQLError): GraphQLFormattedError & { readonly type?: string } {
  const cause = error.originalError;
  if (cause instanceof QueryRefusal) return { ...error.toJSON(), type: cause.type };
  if (cause instanceof Refusal)
    return { ...error.toJSON(), type: cause.status === 404 ? "NOT_FOUND" : "UNPROCESSABLE" };
  throw cause ?? error;
}
