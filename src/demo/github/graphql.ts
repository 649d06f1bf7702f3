import { type ExecutionResult, graphql, type GraphQLError, type GraphQLFormattedError, Kind, parse } from "graphql";
import type { Context, Hono } from "hono";
import { checkQuery, loadSchema, type Query, querySchema } from "./contract/queries.ts";
import type { SeenRequest } from "./http.ts";
import { createRoot } from "./resolvers.ts";
import { refusalAnswer } from "./rest/refusal.ts";
import { nameOf, type Tokens, type Who } from "./tokens.ts";
import { QueryRefusal, Refusal } from "./world/errors.ts";
import type { World } from "./world/world.ts";

export interface GraphqlEdge {
  readonly world: World;
  readonly tokens: Tokens;
  readonly violations: string[];
  readonly requests: SeenRequest[];
}

/** GraphQL at `/api/graphql`: what review threads and drafts need, since REST has nothing for them. */
export function mountGraphql(app: Hono, edge: GraphqlEdge): void {
  app.post("/api/graphql", (c) => serve(c, edge));
}

async function serve(c: Context, edge: GraphqlEdge): Promise<Response> {
  const atMs = edge.world.nowMs();
  const asked: { who: Who; operation: string } = { who: { is: "nobody" }, operation: "graphql" };
  const { status, body } = await attempt(c, edge, asked);
  const { method, path } = c.req;
  edge.requests.push({ method, path, operation: asked.operation, status, who: nameOf(asked.who), atMs });
  return Response.json(body, { status });
}

async function attempt(
  c: Context,
  { world, tokens, violations }: GraphqlEdge,
  asked: { who: Who; operation: string },
): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    asked.who = tokens.identify(c.req.header("authorization"));
    if (asked.who.is === "nobody" || asked.who.is === "app") throw new Refusal(401, "Requires authentication");
    const body: unknown = await c.req.json();
    const complaints = checkQuery(body);
    violations.push(...complaints);
    if (complaints.length > 0) return { status: 200, body: { errors: complaints.map((message) => ({ message })) } };
    const query = querySchema.parse(body);
    asked.operation = `graphql ${fieldsOf(query.query).join(" ")}`;
    return { status: 200, body: await answer(world, asked.who, query) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: refusalAnswer(error).body };
  }
}

/** The names of what is asked for, for the log of requests. */
const fieldsOf = (query: string): string[] =>
  parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : []))
      : [],
  );

async function answer(world: World, who: Who, { query, variables, operationName }: Query): Promise<unknown> {
  const result = await graphql({
    schema: loadSchema(),
    source: query,
    rootValue: createRoot(world, who),
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
